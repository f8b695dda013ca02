package dev.ringroad.bench.fileload;

import java.util.stream.IntStream;

/**
 * The part of a file or device that one thread visits, in blocks. Where blocks are written and
 * verified it knows which writing of each was the last, and sees to it that none is in flight
 * twice, as nobody could tell which of both came last. Used by that thread.
 */
public class Extent {
    /** No block can be chosen now. */
    public static final long NONE = -1;

    private static final int TRIES_MAX = 64;
    private static final int WORD_SHIFT = 6; // a bit for each of 64 blocks

    private final int blockBytes;
    private final long first;
    private final long count;
    private final int[] versions;
    private final long[] busy;
    private final boolean guarded;
    private long next;
    private long nextWritten;

    /**
     * @param bytes of the whole
     * @param part of it, from 0
     * @param guarded whether blocks are written and verified
     */
    public Extent(long bytes, int blockBytes, int part, int parts, boolean guarded) {
        this.blockBytes = blockBytes;
        this.guarded = guarded;
        long blocks = bytes / blockBytes;
        long share = blocks / parts;
        long longer = blocks % parts; // so many of the first parts have a block more
        first = part * share + Math.min(part, longer);
        count = LoadPlan.share(blocks, part, parts);
        versions = new int[guarded ? Math.toIntExact(count) : 0];
        busy = new long[guarded ? (int) ((count + Long.SIZE - 1) >> WORD_SHIFT) : 0];
    }

    /** How many there are. */
    public final long blocks() {
        return count;
    }

    /** The position of any block, or {@link #NONE} when those that were tried are in flight. */
    public final long randomPosition(RandomNumbers random) {
        long block = random.below(count);
        if (guarded) {
            int tries = 1;
            while (!take(block)) {
                if (tries++ == TRIES_MAX) {
                    return NONE;
                }
                block = random.below(count);
            }
        }
        return (first + block) * blockBytes;
    }

    /** The position of the block behind the one before, or {@link #NONE} while it is in flight. */
    public final long nextPosition() {
        long block = next;
        if (guarded && !take(block)) {
            return NONE;
        }
        next = block + 1 == count ? 0 : block + 1;
        return (first + block) * blockBytes;
    }

    /** The position of the next block that was written, or {@link #NONE} when there is no more. */
    public final long nextWrittenPosition() {
        while (nextWritten < versions.length) {
            int block = (int) nextWritten++;
            if (versions[block] != 0) {
                return (first + block) * blockBytes;
            }
        }
        return NONE;
    }

    /** Blocks that were written, where they are verified. */
    public final long writtenBlocks() {
        return IntStream.of(versions).filter(version -> version != 0).count();
    }

    private boolean take(long block) {
        int word = (int) (block >> WORD_SHIFT);
        long bit = 1L << block;
        if ((busy[word] & bit) != 0) {
            return false;
        }
        busy[word] |= bit;
        return true;
    }

    /** The block is in flight no more. */
    public final void done(long position) {
        if (guarded) {
            long block = blockOf(position);
            busy[(int) (block >> WORD_SHIFT)] &= ~(1L << block);
        }
    }

    /** Which writing of this block the next one is. */
    public final int nextVersion(long position) {
        return guarded ? ++versions[(int) blockOf(position)] : 0;
    }

    /** Which version a block has. */
    public final int version(long position) {
        return guarded ? versions[(int) blockOf(position)] : BlockMark.ANY_VERSION;
    }

    private long blockOf(long position) {
        return position / blockBytes - first;
    }
}
