package dev.ringroad.nvme;

/** Why a command was not accepted: negative numbers, as a hot path has no exceptions. */
public final class Refusal {
    /** As many are under way as the queue has trackers: poll, and try again. */
    public static final int FULL = -1;

    /** The controller is being reset, has failed or is gone. */
    public static final int STOPPED = -2;

    /** Blocks that the namespace does not have, or none at all. */
    public static final int OUT_OF_RANGE = -3;

    /** More blocks than one command takes. */
    public static final int TOO_LONG = -4;

    /** The memory is smaller than the blocks. */
    public static final int MEMORY_TOO_SMALL = -5;

    /** The memory's device address is no multiple of 4, and the controller insists. */
    public static final int MISALIGNED = -6;

    /** The memory is in more pieces than the controller can be told. */
    public static final int TOO_SCATTERED = -7;

    /** The controller says that it does not know the command. */
    public static final int UNSUPPORTED = -8;

    /** The blocks have metadata of their own, and no memory for them was named. */
    public static final int NO_METADATA = -9;

    private Refusal() {}

    /** What it means, for messages. */
    public static String sentence(int refusal) {
        return switch (refusal) {
            case FULL -> "the queue is full";
            case STOPPED -> "the controller is being reset, has failed or is gone";
            case OUT_OF_RANGE -> "the namespace does not have these blocks";
            case TOO_LONG -> "more blocks than one command takes";
            case MEMORY_TOO_SMALL -> "the memory is smaller than the blocks";
            case MISALIGNED -> "the memory's device address is no multiple of 4";
            case TOO_SCATTERED -> "the memory is in too many pieces";
            case UNSUPPORTED -> "the controller does not know the command";
            case NO_METADATA -> "the blocks have metadata apart, and no memory for them is named";
            default -> "accepted";
        };
    }
}
