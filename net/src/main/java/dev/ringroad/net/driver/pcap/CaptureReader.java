package dev.ringroad.net.driver.pcap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Finds the Ethernet frames of a capture file: pcap (draft-ietf-opsawg-pcap) with micro- or
 * nanoseconds and pcapng (draft-ietf-opsawg-pcapng), in either byte order.
 *
 * <pre>
 *   pcap file     magic | version | 0 | 0 | snap | link type       24 bytes
 *   pcap record   seconds | fraction | captured | original         16 bytes, then the data
 *   pcapng block  type | block bytes | body ... | block bytes      a multiple of 4
 * </pre>
 *
 * <p>A file is input: no length in it is believed before it was held against what is there. What
 * cannot be read any further ends the file under a {@link State}, after all that was whole.
 */
final class CaptureReader implements AutoCloseable {

    /** Why there is no frame. */
    enum State {
        /** There is one. */
        FRAME,
        /** The file was read to its end. */
        END,
        /** The file ends within a record. */
        CUT,
        /** A record describes itself wrongly, so that the next one cannot be found. */
        BROKEN,
        /** The system could not read on. */
        FAILED
    }

    /** What libpcap takes for the longest frame of any link. */
    private static final int FRAME_BYTES_MAX = 262_144;

    private static final int PCAP_MICROS = 0xA1B2C3D4;
    private static final int PCAP_NANOS = 0xA1B23C4D;
    private static final int PCAP_HEADER_BYTES = 24;
    private static final int PCAP_RECORD_BYTES = 16;
    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;
    private static final int BLOCK_BYTES_MIN = 12;
    private static final int SECTION_BYTES_MIN = 28;
    private static final int ENHANCED_HEAD_BYTES = 28;
    private static final int SIMPLE_HEAD_BYTES = 12;
    private static final int BLOCK_TAIL_BYTES = 4;
    private static final int INTERFACES_MAX = 4096;
    private static final int ETHERNET = 1;

    private final FileWindow window;
    private final boolean[] isEthernet = new boolean[INTERFACES_MAX];
    private boolean blocks;
    private int interfaces;
    private int firstSnapBytes;
    private int pendingBytes;
    private int frameAt;
    private int frameBytes;

    private CaptureReader(FileWindow window) {
        this.window = window;
    }

    /**
     * Opens a file.
     *
     * @throws IOException when it cannot be read or is no capture of Ethernet frames; the message
     *     says which
     */
    static CaptureReader open(Path path) throws IOException {
        FileWindow window = new FileWindow(path);
        try {
            CaptureReader reader = new CaptureReader(window);
            reader.begin(path);
            return reader;
        } catch (IOException e) {
            window.close();
            throw e;
        }
    }

    private void begin(Path path) throws IOException {
        ByteBuffer b = window.buffer();
        if (!window.require(Integer.BYTES)) {
            throw new IOException(path + " is empty or cut: no capture file is that short");
        }
        window.order(ByteOrder.LITTLE_ENDIAN);
        int magic = b.getInt(b.position());
        blocks = magic == SECTION_HEADER;
        if (blocks) {
            requireHeader(path, SECTION_BYTES_MIN);
            return;
        }
        int reversed = Integer.reverseBytes(magic);
        boolean big = reversed == PCAP_MICROS || reversed == PCAP_NANOS;
        if (!big && magic != PCAP_MICROS && magic != PCAP_NANOS) {
            throw new IOException(path + " is neither a pcap nor a pcapng file");
        }
        window.order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        requireHeader(path, PCAP_HEADER_BYTES);
        // The upper bits say whether frames have a check sequence, and how long it is.
        int link = b.getInt(b.position() + 20) & 0xFFFF;
        if (link != ETHERNET) {
            throw new IOException(path + " has frames of link type " + link + ", not of Ethernet");
        }
        window.skip(PCAP_HEADER_BYTES);
    }

    private void requireHeader(Path path, int bytes) throws IOException {
        if (!window.require(bytes)) {
            throw new IOException(path + " is cut within its header");
        }
    }

    /** Begins again with the first frame. */
    State rewind() {
        try {
            window.rewind();
            pendingBytes = 0;
            interfaces = 0;
            if (!blocks
                    && (!window.require(PCAP_HEADER_BYTES) || !window.skip(PCAP_HEADER_BYTES))) {
                return State.CUT;
            }
            return State.FRAME;
        } catch (IOException _) {
            return State.FAILED;
        }
    }

    /** Finds the next frame. The one before is gone then. */
    State next() {
        try {
            State state = skipPending();
            while (state == State.FRAME) {
                if (window.isAtEnd()) {
                    return State.END;
                }
                frameBytes = -1;
                state = blocks ? block() : record();
                if (state == State.FRAME && frameBytes >= 0) {
                    return state;
                }
                if (state == State.FRAME) {
                    state = skipPending();
                }
            }
            return state;
        } catch (IOException _) {
            return State.FAILED;
        }
    }

    private State skipPending() throws IOException {
        int bytes = pendingBytes;
        pendingBytes = 0;
        return window.skip(bytes) ? State.FRAME : State.CUT;
    }

    /** Where the frame is. */
    ByteBuffer buffer() {
        return window.buffer();
    }

    /** Where it begins. */
    int frameAt() {
        return frameAt;
    }

    /** How long it is. */
    int frameBytes() {
        return frameBytes;
    }

    private State record() throws IOException {
        ByteBuffer b = window.buffer();
        if (!window.require(PCAP_RECORD_BYTES)) {
            return State.CUT;
        }
        int captured = b.getInt(b.position() + 8);
        if (captured < 0 || captured > FRAME_BYTES_MAX) {
            return State.BROKEN;
        }
        if (!window.require(PCAP_RECORD_BYTES + captured)) {
            return State.CUT;
        }
        found(PCAP_RECORD_BYTES, captured);
        pendingBytes = PCAP_RECORD_BYTES + captured;
        return State.FRAME;
    }

    private void found(int headBytes, int bytes) {
        frameAt = window.buffer().position() + headBytes;
        frameBytes = bytes;
    }

    /** Leaves {@link #frameBytes} negative when the block is about something else. */
    private State block() throws IOException {
        ByteBuffer b = window.buffer();
        if (!window.require(BLOCK_BYTES_MIN)) {
            return State.CUT;
        }
        int type = b.getInt(b.position());
        if (type == SECTION_HEADER && !section()) {
            return State.BROKEN;
        }
        int bytes = b.getInt(b.position() + 4);
        if (bytes < BLOCK_BYTES_MIN || bytes % 4 != 0) {
            return State.BROKEN;
        }
        pendingBytes = bytes;
        boolean read =
                type == INTERFACE_DESCRIPTION || type == ENHANCED_PACKET || type == SIMPLE_PACKET;
        if (!read) {
            return State.FRAME;
        }
        if (bytes > FileWindow.BYTES_MAX) {
            return State.BROKEN;
        }
        if (!window.require(bytes)) {
            return State.CUT;
        }
        boolean right =
                switch (type) {
                    case INTERFACE_DESCRIPTION -> addInterface(bytes);
                    case ENHANCED_PACKET -> enhanced(bytes);
                    default -> simple(bytes);
                };
        return right ? State.FRAME : State.BROKEN;
    }

    /** Each section has its own byte order and its own interfaces. */
    private boolean section() throws IOException {
        ByteBuffer b = window.buffer();
        window.order(ByteOrder.LITTLE_ENDIAN);
        int magic = b.getInt(b.position() + 8);
        if (magic == Integer.reverseBytes(BYTE_ORDER_MAGIC)) {
            window.order(ByteOrder.BIG_ENDIAN);
        } else if (magic != BYTE_ORDER_MAGIC) {
            return false;
        }
        interfaces = 0;
        return b.getInt(b.position() + 4) >= SECTION_BYTES_MIN;
    }

    private boolean addInterface(int bytes) {
        ByteBuffer b = window.buffer();
        if (bytes < BLOCK_BYTES_MIN + 8 || interfaces == INTERFACES_MAX) {
            return false;
        }
        if (interfaces == 0) {
            firstSnapBytes = b.getInt(b.position() + 12);
        }
        isEthernet[interfaces++] = (b.getShort(b.position() + 8) & 0xFFFF) == ETHERNET;
        return true;
    }

    private boolean enhanced(int bytes) {
        ByteBuffer b = window.buffer();
        int room = bytes - ENHANCED_HEAD_BYTES - BLOCK_TAIL_BYTES;
        if (room < 0) {
            return false;
        }
        int number = b.getInt(b.position() + 8);
        int captured = b.getInt(b.position() + 20);
        if (number < 0 || number >= interfaces || captured < 0 || captured > room) {
            return false;
        }
        if (isEthernet[number]) {
            found(ENHANCED_HEAD_BYTES, captured);
        }
        return true;
    }

    /** Has no captured length: it is the shorter of the original and of what the block holds. */
    private boolean simple(int bytes) {
        ByteBuffer b = window.buffer();
        int room = bytes - SIMPLE_HEAD_BYTES - BLOCK_TAIL_BYTES;
        if (room < 0 || interfaces == 0) {
            return false;
        }
        int original = b.getInt(b.position() + 8);
        int captured = original < 0 ? room : Math.min(original, room);
        if (firstSnapBytes > 0) {
            captured = Math.min(captured, firstSnapBytes);
        }
        if (isEthernet[0]) {
            found(SIMPLE_HEAD_BYTES, captured);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        window.close();
    }
}
