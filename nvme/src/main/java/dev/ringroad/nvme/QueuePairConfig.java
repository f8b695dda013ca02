package dev.ringroad.nvme;

/**
 * What a queue pair is to be like.
 *
 * @param depth how many commands can be under way, 1 to 4095; a controller that has shorter queues
 *     makes it less
 * @param interrupts whether its completions raise an interrupt, so that it can be slept on; needs
 *     {@link NvmeConfig#interrupts}
 * @param controllerMemory whether its submission queue is to be in the controller's own memory,
 *     where there is some
 */
public record QueuePairConfig(int depth, boolean interrupts, boolean controllerMemory) {
    static final int DEPTH_MAX = 4095;

    public QueuePairConfig {
        if (depth < 1 || depth > DEPTH_MAX) {
            throw new IllegalArgumentException(
                    "A queue pair has a depth of 1 to " + DEPTH_MAX + ", not " + depth);
        }
    }

    /** One that is polled, in host memory. */
    public static QueuePairConfig polled(int depth) {
        return new QueuePairConfig(depth, false, false);
    }
}
