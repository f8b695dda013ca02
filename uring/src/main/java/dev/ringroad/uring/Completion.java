package dev.ringroad.uring;

/** What the flags of a completion say ({@code IORING_CQE_F_}). */
public final class Completion {
    /** A buffer of a group was taken: {@link #bufferId}. */
    public static final int BUFFER = 1;

    /** More completions of the same entry follow. */
    public static final int MORE = 1 << 1;

    /** The socket has more to be read already. */
    public static final int SOCKET_NOT_EMPTY = 1 << 2;

    /** The buffers of a send without copy are the caller's again; there is no result. */
    public static final int NOTIFICATION = 1 << 3;

    /** The buffer of the group was filled in part only, and will be used again. */
    public static final int BUFFER_MORE = 1 << 4;

    /** It fills a gap at the end of the queue and belongs to nobody; {@link Uring} hides it. */
    static final int SKIP = 1 << 5;

    /** It has 32 bytes: {@link Uring#completionExtra}. */
    public static final int LARGE = 1 << 15;

    private static final int BUFFER_SHIFT = 16;
    private static final int COPIED = 1 << 31;

    private Completion() {}

    /** Which buffer of its group was taken. */
    public static int bufferId(int flags) {
        return flags >>> BUFFER_SHIFT;
    }

    /** Whether no further completion of this entry follows. */
    public static boolean isLast(int flags) {
        return (flags & MORE) == 0;
    }

    /**
     * Whether a send without copy was a copy all the same, at least in part: what the result of a
     * {@link #NOTIFICATION} says if it was asked for.
     */
    public static boolean wasCopied(int resultOfNotification) {
        return (resultOfNotification & COPIED) != 0;
    }
}
