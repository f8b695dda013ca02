package dev.ringroad.uring;

/** How an entry is carried out ({@code IOSQE_}), where a ring {@link Restrictions restricts} it. */
public enum EntryFlag {
    /** {@link Submission#fixedFile}. */
    FIXED_FILE,
    /** {@link Submission#drain}. */
    DRAIN,
    /** {@link Submission#link}. */
    LINK,
    /** {@link Submission#hardLink}. */
    HARD_LINK,
    /** {@link Submission#async}. */
    ASYNC,
    /** {@link Submission#bufferGroup}. */
    BUFFER_GROUP,
    /** {@link Submission#skipOnSuccess}. */
    SKIP_ON_SUCCESS;

    int mask() {
        return 1 << ordinal();
    }
}
