package dev.ringroad.net.driver.memif;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.ringroad.net.driver.memif.MemifMessage.Ack;
import dev.ringroad.net.driver.memif.MemifMessage.AddRegion;
import dev.ringroad.net.driver.memif.MemifMessage.AddRing;
import dev.ringroad.net.driver.memif.MemifMessage.Connect;
import dev.ringroad.net.driver.memif.MemifMessage.Connected;
import dev.ringroad.net.driver.memif.MemifMessage.Disconnect;
import dev.ringroad.net.driver.memif.MemifMessage.Hello;
import dev.ringroad.net.driver.memif.MemifMessage.Init;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The 128 bytes of a control message, little-endian and packed: fields lie at odd offsets.
 *
 * <pre>
 *              0      2       4       6       8       12
 *   any        | type | body, the rest is zero ...
 *   HELLO      |   2  | name 32                            | min  | max  | reg  | m2s  | s2m  | log2 |
 *                       2                                    34     36     38     40     42     44
 *   INIT       |   3  | ver  | id 4          | mode 1 | secret 24 | name 32 |
 *                       2      4               8        9           33
 *   ADD_REGION |   4  | idx  | size 8                              |
 *                       2      4
 *   ADD_RING   |   5  | flg  | idx  | reg  | offset 4 | log2 1 | private header 2 |
 *                       2      4      6      8          12       13
 *   CONNECT    |   6  | interface name 32 |           CONNECTED is 7 and looks the same
 *   DISCONNECT |   8  | code 4        | reason 96 |
 *                       2               6
 * </pre>
 *
 * <p>The offsets below are proved against those struct definitions when the class is loaded.
 */
final class MemifMessageCodec {

    /** Every message has this size. */
    static final int BYTES = 128;

    /** A secret has at most this many bytes. */
    static final int SECRET_BYTES_MAX = 24;

    /** An interface's or a program's name has at most this many bytes. */
    static final int NAME_BYTES_MAX = 32;

    /** The reason of a disconnection has at most this many bytes. */
    static final int REASON_BYTES_MAX = 96;

    private static final int TYPE_ACK = 1;
    private static final int TYPE_HELLO = 2;
    private static final int TYPE_INIT = 3;
    private static final int TYPE_ADD_REGION = 4;
    private static final int TYPE_ADD_RING = 5;
    private static final int TYPE_CONNECT = 6;
    private static final int TYPE_CONNECTED = 7;
    private static final int TYPE_DISCONNECT = 8;

    private static final int RING_FLAG_TO_SERVER = 1;

    private static final int TYPE = 0;
    private static final int BODY = 2;
    private static final int HELLO_NAME = 2;
    private static final int HELLO_VERSION_MIN = 34;
    private static final int HELLO_VERSION_MAX = 36;
    private static final int HELLO_REGION_MAX = 38;
    private static final int HELLO_TO_CLIENT_MAX = 40;
    private static final int HELLO_TO_SERVER_MAX = 42;
    private static final int HELLO_RING_LOG2_MAX = 44;
    private static final int INIT_VERSION = 2;
    private static final int INIT_ID = 4;
    private static final int INIT_MODE = 8;
    private static final int INIT_SECRET = 9;
    private static final int INIT_NAME = 33;
    private static final int REGION_INDEX = 2;
    private static final int REGION_SIZE = 4;
    private static final int RING_FLAGS = 2;
    private static final int RING_INDEX = 4;
    private static final int RING_REGION = 6;
    private static final int RING_OFFSET = 8;
    private static final int RING_LOG2 = 12;
    private static final int RING_PRIVATE = 13;
    private static final int CONNECT_NAME = 2;
    private static final int DISCONNECT_CODE = 2;
    private static final int DISCONNECT_REASON = 6;

    private static final ValueLayout.OfShort U16 =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static {
        proveLayout();
    }

    private MemifMessageCodec() {}

    /** Writes a message over all of the first {@link #BYTES} bytes of {@code into}. */
    static void encode(MemifMessage message, MemorySegment into) {
        into.asSlice(0, BYTES).fill((byte) 0);
        switch (message) {
            case Ack _ -> type(into, TYPE_ACK);
            case Hello m -> encodeHello(m, into);
            case Init m -> encodeInit(m, into);
            case AddRegion m -> {
                type(into, TYPE_ADD_REGION);
                into.set(U16, REGION_INDEX, (short) m.index());
                into.set(U64, REGION_SIZE, m.bytes());
            }
            case AddRing m -> encodeAddRing(m, into);
            case Connect m -> {
                type(into, TYPE_CONNECT);
                text(into, CONNECT_NAME, NAME_BYTES_MAX, m.interfaceName());
            }
            case Connected m -> {
                type(into, TYPE_CONNECTED);
                text(into, CONNECT_NAME, NAME_BYTES_MAX, m.interfaceName());
            }
            case Disconnect m -> {
                type(into, TYPE_DISCONNECT);
                into.set(U32, DISCONNECT_CODE, m.code());
                text(into, DISCONNECT_REASON, REASON_BYTES_MAX, m.reason());
            }
        }
    }

    /**
     * Reads a message.
     *
     * @param bytes how many were received; a message of another size is refused
     * @throws MemifProtocolException if the size or the type is none of the protocol's
     */
    static MemifMessage decode(MemorySegment from, long bytes) throws MemifProtocolException {
        if (bytes != BYTES) {
            throw new MemifProtocolException(
                    "A message has " + BYTES + " bytes, this one has " + bytes + ".");
        }
        int type = u16(from, TYPE);
        return switch (type) {
            case TYPE_ACK -> new Ack();
            case TYPE_HELLO -> decodeHello(from);
            case TYPE_INIT -> decodeInit(from);
            case TYPE_ADD_REGION ->
                    new AddRegion(u16(from, REGION_INDEX), from.get(U64, REGION_SIZE));
            case TYPE_ADD_RING -> decodeAddRing(from);
            case TYPE_CONNECT -> new Connect(text(from, CONNECT_NAME, NAME_BYTES_MAX));
            case TYPE_CONNECTED -> new Connected(text(from, CONNECT_NAME, NAME_BYTES_MAX));
            case TYPE_DISCONNECT ->
                    new Disconnect(
                            from.get(U32, DISCONNECT_CODE),
                            text(from, DISCONNECT_REASON, REASON_BYTES_MAX));
            default -> throw new MemifProtocolException("Message type " + type + " is unknown.");
        };
    }

    private static void encodeHello(Hello m, MemorySegment into) {
        type(into, TYPE_HELLO);
        text(into, HELLO_NAME, NAME_BYTES_MAX, m.name());
        into.set(U16, HELLO_VERSION_MIN, (short) m.versionMin());
        into.set(U16, HELLO_VERSION_MAX, (short) m.versionMax());
        into.set(U16, HELLO_REGION_MAX, (short) m.regionIndexMax());
        into.set(U16, HELLO_TO_CLIENT_MAX, (short) m.toClientRingIndexMax());
        into.set(U16, HELLO_TO_SERVER_MAX, (short) m.toServerRingIndexMax());
        into.set(JAVA_BYTE, HELLO_RING_LOG2_MAX, (byte) m.ringLog2Max());
    }

    private static Hello decodeHello(MemorySegment from) {
        return new Hello(
                text(from, HELLO_NAME, NAME_BYTES_MAX),
                u16(from, HELLO_VERSION_MIN),
                u16(from, HELLO_VERSION_MAX),
                u16(from, HELLO_REGION_MAX),
                u16(from, HELLO_TO_CLIENT_MAX),
                u16(from, HELLO_TO_SERVER_MAX),
                u8(from, HELLO_RING_LOG2_MAX));
    }

    private static void encodeInit(Init m, MemorySegment into) {
        type(into, TYPE_INIT);
        into.set(U16, INIT_VERSION, (short) m.version());
        into.set(U32, INIT_ID, (int) m.interfaceId());
        into.set(JAVA_BYTE, INIT_MODE, (byte) m.mode());
        text(into, INIT_SECRET, SECRET_BYTES_MAX, m.secret());
        text(into, INIT_NAME, NAME_BYTES_MAX, m.name());
    }

    private static Init decodeInit(MemorySegment from) {
        return new Init(
                u16(from, INIT_VERSION),
                Integer.toUnsignedLong(from.get(U32, INIT_ID)),
                u8(from, INIT_MODE),
                text(from, INIT_SECRET, SECRET_BYTES_MAX),
                text(from, INIT_NAME, NAME_BYTES_MAX));
    }

    private static void encodeAddRing(AddRing m, MemorySegment into) {
        type(into, TYPE_ADD_RING);
        into.set(U16, RING_FLAGS, (short) (m.toServer() ? RING_FLAG_TO_SERVER : 0));
        into.set(U16, RING_INDEX, (short) m.index());
        into.set(U16, RING_REGION, (short) m.region());
        into.set(U32, RING_OFFSET, (int) m.offset());
        into.set(JAVA_BYTE, RING_LOG2, (byte) m.ringLog2());
        into.set(U16, RING_PRIVATE, (short) m.privateHeaderBytes());
    }

    private static AddRing decodeAddRing(MemorySegment from) {
        return new AddRing(
                (u16(from, RING_FLAGS) & RING_FLAG_TO_SERVER) != 0,
                u16(from, RING_INDEX),
                u16(from, RING_REGION),
                Integer.toUnsignedLong(from.get(U32, RING_OFFSET)),
                u8(from, RING_LOG2),
                u16(from, RING_PRIVATE));
    }

    private static void type(MemorySegment into, int type) {
        into.set(U16, TYPE, (short) type);
    }

    private static int u16(MemorySegment from, long at) {
        return Short.toUnsignedInt(from.get(U16, at));
    }

    private static int u8(MemorySegment from, long at) {
        return Byte.toUnsignedInt(from.get(JAVA_BYTE, at));
    }

    /** Writes text cut to the field; a zero ends it where there is room for one. */
    private static void text(MemorySegment into, int at, int bytesMax, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int n = Math.min(bytes.length, bytesMax);
        MemorySegment.copy(bytes, 0, into, JAVA_BYTE, at, n);
    }

    /** Reads text up to its zero, or all of the field when there is none. */
    private static String text(MemorySegment from, int at, int bytesMax) {
        byte[] bytes = new byte[bytesMax];
        MemorySegment.copy(from, JAVA_BYTE, at, bytes, 0, bytesMax);
        int n = 0;
        while (n < bytesMax && bytes[n] != 0) {
            n++;
        }
        return new String(bytes, 0, n, StandardCharsets.UTF_8);
    }

    private static void proveLayout() {
        StructLayout hello =
                MemoryLayout.structLayout(
                        bytes(NAME_BYTES_MAX, "name"),
                        U16.withName("min"),
                        U16.withName("max"),
                        U16.withName("regions"),
                        U16.withName("m2s"),
                        U16.withName("s2m"),
                        JAVA_BYTE.withName("log2"));
        require(hello, "min", HELLO_VERSION_MIN);
        require(hello, "regions", HELLO_REGION_MAX);
        require(hello, "log2", HELLO_RING_LOG2_MAX);
        StructLayout init =
                MemoryLayout.structLayout(
                        U16.withName("version"),
                        U32.withName("id"),
                        JAVA_BYTE.withName("mode"),
                        bytes(SECRET_BYTES_MAX, "secret"),
                        bytes(NAME_BYTES_MAX, "name"));
        require(init, "id", INIT_ID);
        require(init, "secret", INIT_SECRET);
        require(init, "name", INIT_NAME);
        StructLayout ring =
                MemoryLayout.structLayout(
                        U16.withName("flags"),
                        U16.withName("index"),
                        U16.withName("region"),
                        U32.withName("offset"),
                        JAVA_BYTE.withName("log2"),
                        U16.withName("private"));
        require(ring, "offset", RING_OFFSET);
        require(ring, "private", RING_PRIVATE);
        StructLayout region =
                MemoryLayout.structLayout(U16.withName("index"), U64.withName("size"));
        require(region, "size", REGION_SIZE);
        StructLayout disconnect =
                MemoryLayout.structLayout(U32.withName("code"), bytes(REASON_BYTES_MAX, "reason"));
        require(disconnect, "reason", DISCONNECT_REASON);
        if (BODY + Math.max(disconnect.byteSize(), hello.byteSize()) > BYTES) {
            throw new IllegalStateException("a memif message does not fit " + BYTES + " bytes");
        }
    }

    private static MemoryLayout bytes(int count, String name) {
        return MemoryLayout.sequenceLayout(count, JAVA_BYTE).withName(name);
    }

    private static void require(StructLayout body, String field, int offset) {
        long found = BODY + body.byteOffset(MemoryLayout.PathElement.groupElement(field));
        if (found != offset) {
            throw new IllegalStateException(
                    "memif field " + field + " lies at " + found + ", not at " + offset);
        }
    }
}
