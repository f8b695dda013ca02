package dev.ringroad.bench.fileload;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * What a block says of itself, so that a block at a wrong place, of an earlier time, or with a
 * wrong bit is found out when it is read.
 *
 * <pre>
 *   0       8          16     24        28            32              bytes - 8
 *   | magic | position | seed | version | block bytes | noise ...     | checksum |
 * </pre>
 *
 * <p>The version counts the writings of this block in one run; 0 is the one that lays the file out.
 * The checksum is the CRC-32C of all before it. The noise follows from the header, and does not
 * compress. Used by one thread.
 */
public final class BlockMark {
    /** The least room that a mark takes. */
    public static final int BYTES_MIN = 64;

    /** As an expected version: any, of any run. */
    public static final int ANY_VERSION = 0;

    private static final long MAGIC = 0x3130_4b4c_4252_5252L; // "RRRBLK01"
    private static final long POSITION_AT = 8;
    private static final long SEED_AT = 16;
    private static final long VERSION_AT = 24;
    private static final long BLOCK_BYTES_AT = 28;
    private static final long NOISE_AT = 32;
    private static final long NOISE_STEP = 0x9e37_79b9_7f4a_7c15L; // the golden ratio

    private final int blockBytes;
    private final long seed;
    private final CRC32C checksum = new CRC32C();

    /** Marks of blocks of a size, by a run with a seed. */
    public BlockMark(int blockBytes, long seed) {
        this.blockBytes = blockBytes;
        this.seed = seed;
    }

    /**
     * Fills a block.
     *
     * @param view the same memory as {@code block}
     */
    public void write(MemorySegment block, ByteBuffer view, long position, int version) {
        block.set(JAVA_LONG, 0, MAGIC);
        block.set(JAVA_LONG, POSITION_AT, position);
        block.set(JAVA_LONG, SEED_AT, seed);
        block.set(JAVA_INT, VERSION_AT, version);
        block.set(JAVA_INT, BLOCK_BYTES_AT, blockBytes);
        long end = (long) blockBytes - Long.BYTES;
        long noise = seed ^ position * NOISE_STEP ^ version;
        for (long at = NOISE_AT; at < end; at += Long.BYTES) {
            noise += NOISE_STEP;
            block.set(JAVA_LONG, at, RandomNumbers.mixed(noise));
        }
        block.set(JAVA_LONG, end, checksumOf(view));
    }

    private long checksumOf(ByteBuffer view) {
        view.limit(blockBytes - Long.BYTES).position(0);
        checksum.reset();
        checksum.update(view);
        return checksum.getValue();
    }

    /** Whether a block is what is expected at this position. */
    public boolean isRight(MemorySegment block, ByteBuffer view, long position, int version) {
        return block.get(JAVA_LONG, 0) == MAGIC
                && block.get(JAVA_LONG, POSITION_AT) == position
                && block.get(JAVA_INT, BLOCK_BYTES_AT) == blockBytes
                && (version == ANY_VERSION || isOurs(block, version))
                && block.get(JAVA_LONG, blockBytes - Long.BYTES) == checksumOf(view);
    }

    private boolean isOurs(MemorySegment block, int version) {
        return block.get(JAVA_INT, VERSION_AT) == version && block.get(JAVA_LONG, SEED_AT) == seed;
    }

    /** What was found in place of what is expected; null when it is right. */
    public @Nullable String found(
            MemorySegment block, ByteBuffer view, long position, int version) {
        if (isRight(block, view, position, version)) {
            return null;
        }
        if (block.get(JAVA_LONG, 0) != MAGIC) {
            return "no mark, but bytes that begin with " + firstBytes(block);
        }
        long bytes = block.get(JAVA_INT, BLOCK_BYTES_AT);
        if (bytes != blockBytes) {
            return "a block of " + bytes + " bytes, not of " + blockBytes;
        }
        long told = block.get(JAVA_LONG, blockBytes - Long.BYTES);
        long summed = checksumOf(view);
        if (told != summed) {
            return "a block with the checksum %x that sums up to %x".formatted(told, summed);
        }
        long place = block.get(JAVA_LONG, POSITION_AT);
        if (place != position) {
            return "the block of position " + place;
        }
        long otherSeed = block.get(JAVA_LONG, SEED_AT);
        return otherSeed == seed
                ? "version " + block.get(JAVA_INT, VERSION_AT) + ", not " + version
                : "what a run with the seed " + otherSeed + " has written";
    }

    private static String firstBytes(MemorySegment block) {
        byte[] bytes = block.asSlice(0, Long.BYTES).toArray(JAVA_BYTE);
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
}
