package dev.ringroad.net.virtio;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.ringroad.net.virtio.VhostUserPayload.Form;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryTable;
import dev.ringroad.net.virtio.VhostUserPayload.Nothing;
import dev.ringroad.net.virtio.VhostUserPayload.Number;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VhostUserPayload.VringState;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * How messages of vhost-user are written, in the machine's byte order.
 *
 * <pre>
 *   header    0         4       8               12
 *             | request | flags | payload bytes |
 *   flags     version 1 in bits 0 and 1, answer in bit 2, acknowledgement wanted in bit 3
 *
 *   number          0        8
 *                   | value  |
 *   vring state     0       4       8
 *                   | index | value |
 *   vring address   0       4       8             16     24          32    40
 *                   | index | flags | descriptors | used | available | log |
 *   memory table    0       4         8
 *                   | count | padding | region * count |
 *   region          0               8       16             24            32
 *                   | guest address | bytes | user address | file offset |
 * </pre>
 */
public final class VhostUserCodec {

    /** Bytes of the header. */
    public static final int HEADER_BYTES = 12;

    private static final int VERSION = 1;
    private static final int VERSION_MASK = 3;
    private static final int ANSWER = 1 << 2;
    private static final int ACKNOWLEDGE = 1 << 3;

    private static final int STATE_BYTES = 8;
    private static final int ADDRESS_BYTES = 40;
    private static final int TABLE_HEADER_BYTES = 8;
    private static final int REGION_BYTES = 32;

    /** Bytes of the largest payload. */
    public static final int PAYLOAD_BYTES_MAX =
            TABLE_HEADER_BYTES + MemoryTable.REGIONS_MAX * REGION_BYTES;

    /** Bytes of the largest message. */
    public static final int BYTES_MAX = HEADER_BYTES + PAYLOAD_BYTES_MAX;

    static {
        if (3 * Integer.BYTES != HEADER_BYTES
                || 2 * Integer.BYTES + 4 * Long.BYTES != ADDRESS_BYTES
                || 4 * Long.BYTES != REGION_BYTES) {
            throw new ExceptionInInitializerError("the layout of vhost-user messages");
        }
    }

    private VhostUserCodec() {}

    /** Writes a message; returns its bytes. */
    public static int encode(VhostUserMessage message, MemorySegment into) {
        int flags = VERSION;
        flags |= message.answer() ? ANSWER : 0;
        flags |= message.acknowledgementWanted() ? ACKNOWLEDGE : 0;
        int bytes = encodePayload(message.payload(), into);
        into.set(JAVA_INT_UNALIGNED, 0, message.request().id());
        into.set(JAVA_INT_UNALIGNED, 4, flags);
        into.set(JAVA_INT_UNALIGNED, 8, bytes);
        return HEADER_BYTES + bytes;
    }

    private static int encodePayload(VhostUserPayload payload, MemorySegment into) {
        int at = HEADER_BYTES;
        switch (payload) {
            case Nothing _ -> {
                return 0;
            }
            case Number number -> {
                into.set(JAVA_LONG_UNALIGNED, at, number.value());
                return Long.BYTES;
            }
            case VringState state -> {
                into.set(JAVA_INT_UNALIGNED, at, state.index());
                into.set(JAVA_INT_UNALIGNED, at + 4, state.value());
                return STATE_BYTES;
            }
            case VringAddress address -> {
                encode(address, into, at);
                return ADDRESS_BYTES;
            }
            case MemoryTable table -> {
                return encode(table, into, at);
            }
        }
    }

    private static void encode(VringAddress address, MemorySegment into, int at) {
        into.set(JAVA_INT_UNALIGNED, at, address.index());
        into.set(JAVA_INT_UNALIGNED, at + 4, address.flags());
        into.set(JAVA_LONG_UNALIGNED, at + 8, address.descriptors());
        into.set(JAVA_LONG_UNALIGNED, at + 16, address.used());
        into.set(JAVA_LONG_UNALIGNED, at + 24, address.available());
        into.set(JAVA_LONG_UNALIGNED, at + 32, address.log());
    }

    private static int encode(MemoryTable table, MemorySegment into, int at) {
        List<MemoryRegion> regions = table.regions();
        into.set(JAVA_INT_UNALIGNED, at, regions.size());
        into.set(JAVA_INT_UNALIGNED, at + 4, 0);
        int next = at + TABLE_HEADER_BYTES;
        for (MemoryRegion region : regions) {
            into.set(JAVA_LONG_UNALIGNED, next, region.guestAddress());
            into.set(JAVA_LONG_UNALIGNED, next + 8, region.bytes());
            into.set(JAVA_LONG_UNALIGNED, next + 16, region.userAddress());
            into.set(JAVA_LONG_UNALIGNED, next + 24, region.fileOffset());
            next += REGION_BYTES;
        }
        return next - at;
    }

    /**
     * How many bytes of payload follow a header.
     *
     * @throws VhostUserException if that is more than any message has
     */
    public static int payloadBytes(MemorySegment header) throws VhostUserException {
        int bytes = header.get(JAVA_INT_UNALIGNED, 8);
        if (bytes < 0 || bytes > PAYLOAD_BYTES_MAX) {
            throw new VhostUserException(
                    "A message has at most "
                            + PAYLOAD_BYTES_MAX
                            + " bytes behind its header, this one has "
                            + Integer.toUnsignedString(bytes)
                            + ".");
        }
        return bytes;
    }

    /**
     * Reads a message that is there as a whole.
     *
     * @throws VhostUserException if it is none of the protocol
     */
    public static VhostUserMessage decode(MemorySegment from) throws VhostUserException {
        int id = from.get(JAVA_INT_UNALIGNED, 0);
        int flags = from.get(JAVA_INT_UNALIGNED, 4);
        if ((flags & VERSION_MASK) != VERSION) {
            throw new VhostUserException(
                    "The version of a message is 1, not " + (flags & VERSION_MASK) + ".");
        }
        VhostUserRequest request = VhostUserRequest.of(id);
        if (request == null) {
            throw new VhostUserException(
                    "Request "
                            + Integer.toUnsignedString(id)
                            + " is not among those that are supported.");
        }
        boolean answer = (flags & ANSWER) != 0;
        Form form = answer ? request.answered() : request.asked();
        VhostUserPayload payload = decodePayload(request, form, from, payloadBytes(from));
        return new VhostUserMessage(request, answer, (flags & ACKNOWLEDGE) != 0, payload);
    }

    private static VhostUserPayload decodePayload(
            VhostUserRequest request, Form form, MemorySegment from, int bytes)
            throws VhostUserException {
        int at = HEADER_BYTES;
        switch (form) {
            case NOTHING -> {
                // Whatever came behind it, nobody would look at.
                return new Nothing();
            }
            case NUMBER -> {
                requireBytes(request, bytes, Long.BYTES);
                return new Number(from.get(JAVA_LONG_UNALIGNED, at));
            }
            case VRING_STATE -> {
                requireBytes(request, bytes, STATE_BYTES);
                return new VringState(
                        from.get(JAVA_INT_UNALIGNED, at), from.get(JAVA_INT_UNALIGNED, at + 4));
            }
            case VRING_ADDRESS -> {
                requireBytes(request, bytes, ADDRESS_BYTES);
                return new VringAddress(
                        from.get(JAVA_INT_UNALIGNED, at),
                        from.get(JAVA_INT_UNALIGNED, at + 4),
                        from.get(JAVA_LONG_UNALIGNED, at + 8),
                        from.get(JAVA_LONG_UNALIGNED, at + 16),
                        from.get(JAVA_LONG_UNALIGNED, at + 24),
                        from.get(JAVA_LONG_UNALIGNED, at + 32));
            }
            case MEMORY_TABLE -> {
                requireBytes(request, bytes, TABLE_HEADER_BYTES);
                return decodeTable(from, at, bytes);
            }
        }
        throw new AssertionError(form);
    }

    private static MemoryTable decodeTable(MemorySegment from, int at, int bytes)
            throws VhostUserException {
        int count = from.get(JAVA_INT_UNALIGNED, at);
        if (count < 1 || count > MemoryTable.REGIONS_MAX) {
            throw new VhostUserException(
                    "A memory table has 1 to "
                            + MemoryTable.REGIONS_MAX
                            + " regions, this one has "
                            + Integer.toUnsignedString(count)
                            + ".");
        }
        requireBytes(
                VhostUserRequest.SET_MEM_TABLE, bytes, TABLE_HEADER_BYTES + count * REGION_BYTES);
        List<MemoryRegion> regions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int next = at + TABLE_HEADER_BYTES + i * REGION_BYTES;
            regions.add(
                    new MemoryRegion(
                            from.get(JAVA_LONG_UNALIGNED, next),
                            from.get(JAVA_LONG_UNALIGNED, next + 8),
                            from.get(JAVA_LONG_UNALIGNED, next + 16),
                            from.get(JAVA_LONG_UNALIGNED, next + 24)));
        }
        return new MemoryTable(regions);
    }

    /** More may come than is needed, as front ends differ in whether they send unused regions. */
    private static void requireBytes(VhostUserRequest request, int bytes, int least)
            throws VhostUserException {
        if (bytes < least) {
            throw new VhostUserException(
                    request
                            + " needs "
                            + least
                            + " bytes behind its header and has "
                            + bytes
                            + ".");
        }
    }
}
