package dev.ringroad.bench.blockload;

import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.bench.fileload.BlockMark;
import dev.ringroad.bench.fileload.LoadPlan;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;

/**
 * What is read and written how.
 *
 * @param readPercent reads among reads and writes when both are done
 * @param ioBytes of a read or write, a multiple of the device's block
 * @param bytes of the device that are used, from its beginning; 0 for all
 * @param depth reads and writes in flight, of each thread
 * @param threads each with a channel and a part of the device of its own
 * @param limits when it ends, and how quick it may be
 * @param verified writes marks, and checks those of what is read
 * @param seed the same seed visits blocks in the same order
 */
public record BlockPlan(
        AccessMode mode,
        int readPercent,
        int ioBytes,
        long bytes,
        int depth,
        int threads,
        LoadPlan.Limits limits,
        boolean verified,
        long seed) {
    private static final int THREADS_MAX = 256;
    private static final int DEPTH_MAX = 65536;
    private static final int GUARDED_BLOCKS_MAX = 1 << 28;
    private static final int REMEMBERED_BYTES = 5; // a version and some bits, see Extent
    private static final long IN_FLIGHT_BYTES_MAX = 1L << 30;

    public BlockPlan {
        require(
                readPercent >= 0 && readPercent <= 100,
                "Reads are 0 to 100 percent, not " + readPercent);
        require(ioBytes >= 512, "A read or write has at least 512 bytes, not " + ioBytes);
        require(
                depth >= 1 && depth <= DEPTH_MAX,
                "A depth is 1 to " + DEPTH_MAX + ", not " + depth);
        require(
                threads >= 1 && threads <= THREADS_MAX,
                "Threads are 1 to " + THREADS_MAX + ", not " + threads);
        require(bytes >= 0, "A device has no negative size");
        require(!verified || ioBytes >= BlockMark.BYTES_MIN, "A mark takes more room");
    }

    private static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence);
        }
    }

    /**
     * Checks it against a device.
     *
     * @throws IllegalArgumentException when they do not fit; says why
     */
    void requireFits(BlockDevice device) {
        BlockGeometry shape = device.geometry();
        require(
                ioBytes % shape.blockBytes() == 0,
                device.name()
                        + " has blocks of "
                        + shape.blockBytes()
                        + " bytes, so a read or write is a multiple of that, not "
                        + ioBytes);
        require(
                ioBytes / shape.blockBytes() <= shape.requestBlocksMax(),
                device.name()
                        + " reads and writes at most "
                        + (long) shape.requestBlocksMax() * shape.blockBytes()
                        + " bytes at once, not "
                        + ioBytes);
        require(
                bytes <= shape.byteSize(),
                device.name() + " has " + shape.byteSize() + " bytes, not " + bytes);
        require(
                usedBytes(device) / ioBytes >= threads,
                "The part of "
                        + device.name()
                        + " that is used, "
                        + usedBytes(device)
                        + " bytes, is less than one read or write of "
                        + ioBytes
                        + " bytes for each thread, of which there are "
                        + threads);
        requireRoom(device);
        require(
                !mode.writes() || device.operations().contains(BlockOperation.WRITE),
                device.name() + " is read-only, and " + mode.word() + " writes");
    }

    /** Whether this process has room for what is in flight, and for what it is to remember. */
    private void requireRoom(BlockDevice device) {
        Runtime here = Runtime.getRuntime();
        long remembered = verified && mode.writes() ? usedBytes(device) / ioBytes : 0;
        require(
                remembered / threads <= GUARDED_BLOCKS_MAX
                        && remembered * REMEMBERED_BYTES <= here.maxMemory() / 2,
                "To verify "
                        + remembered
                        + " blocks takes more memory than there is; use a part of "
                        + device.name()
                        + " with --size, or larger blocks with --bs");
        long inFlight = (long) depth * threads * ioBytes;
        require(
                inFlight <= IN_FLIGHT_BYTES_MAX,
                depth
                        + " reads or writes of "
                        + ioBytes
                        + " bytes on each of "
                        + threads
                        + " threads take "
                        + inFlight
                        + " bytes of memory, and "
                        + IN_FLIGHT_BYTES_MAX
                        + " are the most; choose smaller ones, less depth or fewer threads");
    }

    /** How much of a device is used. */
    long usedBytes(BlockDevice device) {
        return bytes == 0 ? device.geometry().byteSize() : bytes;
    }

    /** How many reads and writes a thread does. */
    long iosOf(int thread, long blocks) {
        if (limits.ios() > 0) {
            return LoadPlan.share(limits.ios(), thread, threads);
        }
        return limits.runtimeNanos() > 0 ? Long.MAX_VALUE : blocks;
    }
}
