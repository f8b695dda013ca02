package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/** What channels have in common. */
final class Channels {
    private Channels() {}

    /** Before a channel is closed. */
    static void requireIdle(BlockChannel channel) {
        int outstanding = channel.outstanding();
        if (outstanding > 0) {
            throw new IllegalStateException(
                    "The channel has "
                            + outstanding
                            + " requests that are not completed; poll it until there are none");
        }
    }

    /** What {@link BlockDevice#openChannel} is asked for. */
    static int requireDepth(int depth) {
        if (depth < 1) {
            throw new IllegalArgumentException("A channel has a depth of at least 1, not " + depth);
        }
        return depth;
    }

    /** One of each device, or none at all. */
    static @Nullable BlockChannel[] openAll(List<BlockDevice> devices, int depth)
            throws IOException {
        @Nullable BlockChannel[] channels = new BlockChannel[devices.size()];
        try {
            for (int i = 0; i < channels.length; i++) {
                channels[i] = devices.get(i).openChannel(depth);
            }
        } catch (Throwable t) {
            closeAll(channels);
            throw t;
        }
        return channels;
    }

    /** Closes those that there are, all of them whatever one of them throws. */
    static void closeAll(@Nullable BlockChannel[] channels) {
        RuntimeException failure = null;
        for (BlockChannel channel : channels) {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
