package dev.ringroad.bench.fileload;

import dev.ringroad.uring.SetupFlag;
import dev.ringroad.uring.UringConfig;

/**
 * How a thread uses its ring.
 *
 * @param depth reads and writes in flight at most
 * @param batch of them handed over in one call at most
 * @param awaited completions that a call waits for
 * @param direct whether around the page cache
 * @param fixed whether files and buffers are registered
 * @param devicesPolled {@link SetupFlag#IOPOLL}; with direct reads and writes only
 * @param kernelPolls {@link SetupFlag#SQPOLL}
 */
public record RingUse(
        int depth,
        int batch,
        int awaited,
        boolean direct,
        boolean fixed,
        boolean devicesPolled,
        boolean kernelPolls) {

    /** The most buffers that the kernel registers with a ring. */
    public static final int FIXED_BUFFERS_MAX = 1 << 14;

    /** Refuses what cannot be. */
    public RingUse {
        if (depth < 1 || depth > UringConfig.ENTRIES_MAX) {
            throw new IllegalArgumentException(
                    "The depth is 1 to " + UringConfig.ENTRIES_MAX + ", not " + depth);
        }
        requireUpToDepth("handed over in one call", batch, depth);
        requireUpToDepth("waited for at once", awaited, depth);
        if (devicesPolled && !direct) {
            throw new IllegalArgumentException(
                    "Devices are polled for direct reads and writes only: add --direct to --iopoll");
        }
        if (fixed && depth > FIXED_BUFFERS_MAX) {
            throw new IllegalArgumentException(
                    "The kernel registers "
                            + FIXED_BUFFERS_MAX
                            + " buffers at most: choose a --depth up to that, or leave out"
                            + " --fixed");
        }
    }

    private static void requireUpToDepth(String what, int count, int depth) {
        if (count < 1 || count > depth) {
            throw new IllegalArgumentException(
                    "From 1 to as many as the depth, "
                            + depth
                            + ", can be "
                            + what
                            + ", not "
                            + count);
        }
    }

    /** Hands over whatever is free, and waits for one completion. */
    public static RingUse ofDepth(int depth) {
        return new RingUse(depth, depth, 1, false, false, false, false);
    }

    /** The same around the page cache, or through it. */
    public RingUse withDirect(boolean on) {
        return new RingUse(depth, batch, awaited, on, fixed, on && devicesPolled, kernelPolls);
    }

    /** The same with files and buffers registered, or not. */
    public RingUse withFixed(boolean on) {
        return new RingUse(depth, batch, awaited, direct, on, devicesPolled, kernelPolls);
    }

    /** The same with devices polled, or not. */
    public RingUse withDevicesPolled(boolean on) {
        return new RingUse(depth, batch, awaited, direct, fixed, on, kernelPolls);
    }

    /** The same with a thread of the kernel that takes the entries, or without. */
    public RingUse withKernelPolls(boolean on) {
        return new RingUse(depth, batch, awaited, direct, fixed, devicesPolled, on);
    }

    UringConfig config() {
        UringConfig config = UringConfig.of(depth);
        if (kernelPolls) {
            config = config.require(SetupFlag.SQPOLL);
        }
        return devicesPolled ? config.require(SetupFlag.IOPOLL) : config;
    }
}
