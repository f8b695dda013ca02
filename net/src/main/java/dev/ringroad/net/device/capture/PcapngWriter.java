package dev.ringroad.net.device.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes a capture file (draft-ietf-opsawg-pcapng): one section, a block for each interface, an
 * enhanced packet block for each frame with nanoseconds and its direction.
 *
 * <pre>
 *   section header  0x0A0D0D0A | bytes | 0x1A2B3C4D | 1.0 | -1 | options | bytes
 *   interface               1 | bytes | 1 (Ethernet) | 0 | snap | name, resolution | bytes
 *   enhanced packet         6 | bytes | interface | time high | time low
 *                             | captured | original | data, padded to 4 | flags | bytes
 * </pre>
 *
 * <p>Blocks gather in a buffer and are written when it is full or {@link #flush} is called. A disk
 * that is full must not stop the traffic: the first failure ends the capture after the last whole
 * block and is told by {@link #close}; what comes then is counted only. One thread at a time.
 */
public final class PcapngWriter implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 20;
    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final short LINK_TYPE_ETHERNET = 1;
    private static final short OPTION_USER_APPLICATION = 4;
    private static final short OPTION_INTERFACE_NAME = 2;
    private static final short OPTION_TIME_RESOLUTION = 9;
    private static final byte NANOSECONDS = 9;
    private static final short OPTION_PACKET_FLAGS = 2;
    private static final int PACKET_HEAD_BYTES = 28;
    private static final int PACKET_TAIL_BYTES = 16;
    private static final int ORIGINAL_AT = 24;

    private final FileChannel file;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final int snapBytes;
    private final AtomicLong lostFrames = new AtomicLong();
    private final AtomicLong lostBytes = new AtomicLong();
    private int interfaces;
    private @Nullable IOException failure;

    /** Creates the file, or empties the one that is there. */
    public PcapngWriter(Path path) throws IOException {
        this(path, BUFFER_BYTES / 4);
    }

    /**
     * Creates the file, or empties the one that is there.
     *
     * @param snapBytes how much of each frame is kept, at most 256 KiB
     */
    public PcapngWriter(Path path, int snapBytes) throws IOException {
        if (snapBytes < 1 || snapBytes > BUFFER_BYTES / 4) {
            throw new IllegalArgumentException(
                    "frames are cut to 1 to " + BUFFER_BYTES / 4 + " bytes, not " + snapBytes);
        }
        this.snapBytes = snapBytes;
        this.file =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        writeSectionHeader();
    }

    private void writeSectionHeader() {
        int begin = beginBlock(SECTION_HEADER);
        buffer.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
        putOption(OPTION_USER_APPLICATION, "Ringroad".getBytes(UTF_8));
        endOptionsAndBlock(begin);
    }

    /** Adds an interface of the capture; the answer is its number for {@link #write}. */
    public int addInterface(String name) {
        byte[] bytes = name.getBytes(UTF_8);
        byte[] shortened = Arrays.copyOf(bytes, Math.min(bytes.length, 255));
        require(BUFFER_BYTES / 2);
        int begin = beginBlock(INTERFACE_DESCRIPTION);
        buffer.putShort(LINK_TYPE_ETHERNET).putShort((short) 0).putInt(snapBytes);
        putOption(OPTION_INTERFACE_NAME, shortened);
        putOption(OPTION_TIME_RESOLUTION, new byte[] {NANOSECONDS});
        endOptionsAndBlock(begin);
        return interfaces++;
    }

    /** How many bytes the block of a frame takes. */
    int blockBytes(Packet packet) {
        int kept = Math.min(packet.totalLength(), snapBytes);
        return PACKET_HEAD_BYTES + padded(kept) + PACKET_TAIL_BYTES;
    }

    /** Makes room for blocks of so many bytes, and says whether there is as much. */
    boolean require(int bytes) {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return failure == null && buffer.remaining() >= bytes;
    }

    /** Where the next block begins, for {@link #cutBack}. */
    int position() {
        return buffer.position();
    }

    /** Forgets the blocks from a position on; nothing may have been flushed since. */
    void cutBack(int position) {
        buffer.position(position);
    }

    /**
     * Writes a frame. Nothing happens once the capture has failed.
     *
     * @param interfaceNumber as {@link #addInterface} gave it
     * @param epochNanos when it went through, since 1970
     */
    public void write(int interfaceNumber, Packet packet, long epochNanos, Direction direction) {
        int original = packet.totalLength();
        if (!require(blockBytes(packet))) {
            lost(1, original);
            return;
        }
        int kept = Math.min(original, snapBytes);
        int begin = beginBlock(ENHANCED_PACKET);
        buffer.putInt(interfaceNumber);
        buffer.putInt((int) (epochNanos >>> 32)).putInt((int) epochNanos);
        buffer.putInt(kept).putInt(original);
        packet.copyOut(0, buffer, buffer.position(), kept);
        skipPadded(kept);
        buffer.putShort(OPTION_PACKET_FLAGS).putShort((short) 4).putInt(direction.flags());
        endOptionsAndBlock(begin);
    }

    /** Writes to the file what has gathered. */
    public void flush() {
        buffer.flip();
        try {
            while (failure == null && buffer.hasRemaining()) {
                file.write(buffer);
            }
        } catch (IOException e) {
            failure = e;
            endAfterWholeBlock(buffer.position(), buffer.limit());
        } finally {
            buffer.clear();
        }
    }

    /** Cuts the file back to the blocks that got into it wholly, and counts the others. */
    private void endAfterWholeBlock(int written, int gathered) {
        buffer.clear();
        int whole = 0;
        for (int at = 0; at < gathered; at += buffer.getInt(at + Integer.BYTES)) {
            int end = at + buffer.getInt(at + Integer.BYTES);
            if (end <= written) {
                whole = end;
            } else if (buffer.getInt(at) == ENHANCED_PACKET) {
                lost(1, buffer.getInt(at + ORIGINAL_AT));
            }
        }
        try {
            file.truncate(file.size() - (written - whole));
        } catch (IOException _) {
            // The file ends within a block then, which its readers put up with.
        }
    }

    private void lost(int frames, long bytes) {
        lostFrames.addAndGet(frames);
        lostBytes.addAndGet(bytes);
    }

    /** How many frames did not get into the file; any thread may ask. */
    public long lostFrames() {
        return lostFrames.get();
    }

    /** Bytes of these frames. */
    public long lostBytes() {
        return lostBytes.get();
    }

    /** Notes a frame that nobody tried to write, as the capture had failed. */
    void pass(int frames) {
        lost(frames, 0);
    }

    /** Whether everything could be written until now. */
    public boolean isIntact() {
        return failure == null;
    }

    /**
     * Writes the rest and closes the file.
     *
     * @throws IOException when something could not be written, now or earlier
     */
    @Override
    public void close() throws IOException {
        if (!file.isOpen()) {
            return;
        }
        flush();
        file.close();
        if (failure != null) {
            throw failure;
        }
    }

    private int beginBlock(int type) {
        int begin = buffer.position();
        buffer.putInt(type).putInt(0);
        return begin;
    }

    private void endOptionsAndBlock(int begin) {
        buffer.putInt(0);
        int bytes = buffer.position() + Integer.BYTES - begin;
        buffer.putInt(bytes);
        buffer.putInt(begin + Integer.BYTES, bytes);
    }

    private void putOption(short code, byte[] value) {
        buffer.putShort(code).putShort((short) value.length);
        buffer.put(buffer.position(), value);
        skipPadded(value.length);
    }

    private void skipPadded(int bytes) {
        int begin = buffer.position();
        int end = begin + padded(bytes);
        for (int i = begin + bytes; i < end; i++) {
            buffer.put(i, (byte) 0);
        }
        buffer.position(end);
    }

    private static int padded(int bytes) {
        return (bytes + 3) & ~3;
    }
}
