package dev.ringroad.nvme.block;

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
}
