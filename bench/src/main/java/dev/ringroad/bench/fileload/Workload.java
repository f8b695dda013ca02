package dev.ringroad.bench.fileload;

import java.nio.file.Path;
import java.util.List;

/**
 * What is read and written.
 *
 * @param files all of them visited in turn by each thread
 * @param readPercent of {@link AccessMode#MIXED}
 * @param blockBytes of each read and write, a multiple of 8
 * @param fileBytes of a file that is made; of one that is there the part that is used; 0 for all of
 *     it
 * @param verified whether blocks carry marks, which are checked when they are read
 * @param overwriting whether files that are there may be written to
 * @param seed of the order and of what is written
 */
public record Workload(
        List<Path> files,
        AccessMode mode,
        int readPercent,
        int blockBytes,
        long fileBytes,
        boolean verified,
        boolean overwriting,
        long seed) {

    /** The largest block, 1 GiB. */
    public static final int BLOCK_BYTES_MAX = 1 << 30;

    private static final int PERCENT = 100;

    /** Refuses what cannot be. */
    public Workload {
        files = List.copyOf(files);
        if (files.isEmpty()) {
            throw new IllegalArgumentException("Name one file at least");
        }
        if (readPercent < 0 || readPercent > PERCENT) {
            throw new IllegalArgumentException(
                    "Reads are 0 to 100 percent of a mixed load, not " + readPercent);
        }
        if (blockBytes < BlockMark.BYTES_MIN
                || blockBytes > BLOCK_BYTES_MAX
                || blockBytes % Long.BYTES != 0) {
            throw new IllegalArgumentException(
                    "A block has a multiple of 8 bytes, "
                            + BlockMark.BYTES_MIN
                            + " to 1g, not "
                            + blockBytes);
        }
        if (fileBytes != 0 && fileBytes < blockBytes) {
            throw new IllegalArgumentException(
                    "A file of " + fileBytes + " bytes has no room for one block of " + blockBytes);
        }
    }

    /** Reads of whole files, nothing verified. */
    public static Workload reading(List<Path> files, AccessMode mode, int blockBytes) {
        return new Workload(files, mode, PERCENT, blockBytes, 0, false, false, 1);
    }
}
