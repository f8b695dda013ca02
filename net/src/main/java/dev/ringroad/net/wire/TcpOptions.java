package dev.ringroad.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * The options of one TCP header, taken apart into a holder that is used again for the next.
 *
 * <p>Maximum segment size (RFC 9293 section 3.7.1), window scale and timestamps (RFC 7323 sections
 * 2 and 3), selective acknowledgments (RFC 2018). Options of other kinds are skipped.
 */
public final class TcpOptions {

    /** {@link #windowScale()} when the option was not there. */
    public static final int WINDOW_SCALE_NONE = -1;

    /** The largest shift that RFC 7323 section 2.3 allows; larger ones are taken for this. */
    public static final int WINDOW_SCALE_MAX = 14;

    /** The most blocks that fit into the 40 bytes of options. */
    public static final int SACK_BLOCKS_MAX = 4;

    /** Bytes of a maximum segment size. */
    public static final int MSS_BYTES = 4;

    /** Bytes of a window scale, a padding byte before it included. */
    public static final int WINDOW_SCALE_BYTES = 4;

    /** Bytes of selective acknowledgments permitted, two padding bytes before it included. */
    public static final int SACK_PERMITTED_BYTES = 4;

    /** Bytes of timestamps, two padding bytes before them included (RFC 7323 appendix A). */
    public static final int TIMESTAMPS_BYTES = 12;

    private static final int KIND_END = 0;
    private static final int KIND_NOTHING = 1;
    private static final int KIND_MSS = 2;
    private static final int KIND_WINDOW_SCALE = 3;
    private static final int KIND_SACK_PERMITTED = 4;
    private static final int KIND_SACK = 5;
    private static final int KIND_TIMESTAMPS = 8;

    private static final int NOTHING_TWICE = KIND_NOTHING << 24 | KIND_NOTHING << 16;
    private static final int TIMESTAMPS_PREFIX = NOTHING_TWICE | KIND_TIMESTAMPS << 8 | 10;

    private final int[] sackLeft = new int[SACK_BLOCKS_MAX];
    private final int[] sackRight = new int[SACK_BLOCKS_MAX];
    private int mss;
    private int windowScale = WINDOW_SCALE_NONE;
    private boolean sackPermitted;
    private boolean timestamps;
    private int timestampValue;
    private int timestampEcho;
    private int sackBlocks;

    /** Makes a holder with nothing in it. */
    public TcpOptions() {}

    /**
     * Takes the options of a segment apart; what was here before is forgotten.
     *
     * @param at where the options begin
     * @param bytes how many there are: the header's bytes less {@link TcpHeader#BYTES}
     * @return 0, or the code of a {@link WireFault}; then the options mean nothing
     */
    public int parse(MemorySegment s, long at, int bytes) {
        clear();
        if (bytes == TIMESTAMPS_BYTES && BigEndian.u32(s, at) == TIMESTAMPS_PREFIX) {
            readTimestamps(s, at + 2);
            return 0;
        }
        int i = 0;
        while (i < bytes) {
            int kind = BigEndian.u8(s, at + i);
            if (kind == KIND_END) {
                return 0;
            }
            if (kind == KIND_NOTHING) {
                i++;
                continue;
            }
            int length = i + 1 < bytes ? BigEndian.u8(s, at + i + 1) : 0;
            if (length < 2 || length > bytes - i || !read(s, at + i, kind, length)) {
                clear();
                return WireFault.TCP_OPTION_LENGTH_LYING.code();
            }
            i += length;
        }
        return 0;
    }

    private boolean read(MemorySegment s, long at, int kind, int length) {
        switch (kind) {
            case KIND_MSS -> {
                if (length != 4) {
                    return false;
                }
                mss = BigEndian.u16(s, at + 2);
            }
            case KIND_WINDOW_SCALE -> {
                if (length != 3) {
                    return false;
                }
                windowScale = Math.min(BigEndian.u8(s, at + 2), WINDOW_SCALE_MAX);
            }
            case KIND_SACK_PERMITTED -> {
                if (length != 2) {
                    return false;
                }
                sackPermitted = true;
            }
            case KIND_SACK -> {
                return readSack(s, at, length);
            }
            case KIND_TIMESTAMPS -> {
                if (length != 10) {
                    return false;
                }
                readTimestamps(s, at);
            }
            default -> {
                // Unknown to us: its length was checked, the caller steps over it.
            }
        }
        return true;
    }

    private void readTimestamps(MemorySegment s, long at) {
        timestamps = true;
        timestampValue = BigEndian.u32(s, at + 2);
        timestampEcho = BigEndian.u32(s, at + 6);
    }

    private boolean readSack(MemorySegment s, long at, int length) {
        int blocks = (length - 2) >>> 3;
        if (blocks == 0 || blocks > SACK_BLOCKS_MAX || length != 2 + (blocks << 3)) {
            return false;
        }
        for (int i = 0; i < blocks; i++) {
            sackLeft[i] = BigEndian.u32(s, at + 2 + 8L * i);
            sackRight[i] = BigEndian.u32(s, at + 6 + 8L * i);
        }
        sackBlocks = blocks;
        return true;
    }

    /** Forgets everything. */
    public void clear() {
        mss = 0;
        windowScale = WINDOW_SCALE_NONE;
        sackPermitted = false;
        timestamps = false;
        timestampValue = 0;
        timestampEcho = 0;
        sackBlocks = 0;
    }

    /** The longest segment that the peer takes, in bytes of data; 0 when it did not say. */
    public int mss() {
        return mss;
    }

    /** By how much to shift the peer's windows, or {@link #WINDOW_SCALE_NONE}. */
    public int windowScale() {
        return windowScale;
    }

    /** Whether the peer understands selective acknowledgments. */
    public boolean sackPermitted() {
        return sackPermitted;
    }

    /** Whether there are timestamps. */
    public boolean hasTimestamps() {
        return timestamps;
    }

    /** The peer's clock. */
    public int timestampValue() {
        return timestampValue;
    }

    /** Our clock, as the peer had it last from us. */
    public int timestampEcho() {
        return timestampEcho;
    }

    /** How many blocks the peer acknowledges selectively, 0..{@link #SACK_BLOCKS_MAX}. */
    public int sackBlocks() {
        return sackBlocks;
    }

    /** The number of the first byte of a block. */
    public int sackLeft(int block) {
        return sackLeft[block];
    }

    /** The number after the last byte of a block. */
    public int sackRight(int block) {
        return sackRight[block];
    }

    /** Writes a maximum segment size of {@link #MSS_BYTES}. */
    public static int writeMss(MemorySegment s, long at, int mss) {
        BigEndian.u32(s, at, KIND_MSS << 24 | MSS_BYTES << 16 | (mss & 0xFFFF));
        return MSS_BYTES;
    }

    /** Writes a padded window scale of {@link #WINDOW_SCALE_BYTES}. */
    public static int writeWindowScale(MemorySegment s, long at, int shift) {
        BigEndian.u32(
                s, at, KIND_NOTHING << 24 | KIND_WINDOW_SCALE << 16 | 3 << 8 | (shift & 0xFF));
        return WINDOW_SCALE_BYTES;
    }

    /** Writes a padded permission of {@link #SACK_PERMITTED_BYTES}. */
    public static int writeSackPermitted(MemorySegment s, long at) {
        BigEndian.u32(s, at, NOTHING_TWICE | KIND_SACK_PERMITTED << 8 | 2);
        return SACK_PERMITTED_BYTES;
    }

    /** Writes padded timestamps of {@link #TIMESTAMPS_BYTES}. */
    public static int writeTimestamps(MemorySegment s, long at, int value, int echo) {
        BigEndian.u32(s, at, TIMESTAMPS_PREFIX);
        BigEndian.u32(s, at + 4, value);
        BigEndian.u32(s, at + 8, echo);
        return TIMESTAMPS_BYTES;
    }

    /** Bytes of so many padded blocks of selective acknowledgments. */
    public static int sackBytes(int blocks) {
        return 4 + (blocks << 3);
    }

    /** Writes padding and the head of so many blocks; each is then written behind it. */
    public static int writeSackHead(MemorySegment s, long at, int blocks) {
        BigEndian.u32(s, at, NOTHING_TWICE | KIND_SACK << 8 | 2 + (blocks << 3));
        return 4;
    }

    /** Writes one block behind the head or the block before, 8 bytes. */
    public static int writeSackBlock(MemorySegment s, long at, int left, int right) {
        BigEndian.u32(s, at, left);
        BigEndian.u32(s, at + 4, right);
        return 8;
    }
}
