package dev.ringroad.nvme.block;

/**
 * What became of a request, from good to bad. Whatever is not {@link #OK} has a detail in the
 * request.
 */
public enum BlockStatus {
    OK("done"),
    /** A comparison found a difference. */
    MISCOMPARE("the content differs"),
    /** The device does not know the operation. */
    UNSUPPORTED("not an operation of this device"),
    /** Blocks behind the end, memory too small, misaligned or too much at once. */
    INVALID("a request that this device cannot carry out"),
    /** Nothing was written. */
    READ_ONLY("the device is read-only"),
    /** A thin device has no more room; nothing or a part was written. */
    NO_SPACE("no room is left behind the device"),
    /** The blocks' content is lost or cannot be written. */
    MEDIA_ERROR("the medium failed"),
    /** Blocks or metadata fail their checksum, here or on the way. */
    CORRUPT("a checksum does not match"),
    /** Given up on behalf of its owner, or as the device was reset; a write may have happened. */
    ABORTED("given up before it was done"),
    /** No answer in time; a write may have happened. */
    TIMED_OUT("no answer in time"),
    /** The device is gone or unreachable; a write may have happened. */
    GONE("the device is gone"),
    /** Anything else that the device calls a failure. */
    FAILED("the device failed");

    private final String sentence;

    BlockStatus(String sentence) {
        this.sentence = sentence;
    }

    /** The worse of the two: what a request has become whose parts became these. */
    public BlockStatus worse(BlockStatus other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** What it means, in a few words. */
    public String sentence() {
        return sentence;
    }
}
