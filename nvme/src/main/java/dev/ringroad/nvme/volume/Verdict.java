package dev.ringroad.nvme.volume;

/** What became of a change of the maps that an operation asked for. */
enum Verdict {
    /** It is done. */
    DONE,
    /** The cluster is the volume's own: look it up again. */
    IN_PLACE,
    /** Somebody else is at these clusters, or a commit or an I/O ends soon: ask again. */
    WAIT,
    /** Ask again after a commit. */
    COMMIT_FIRST,
    /** There is no room, not even after a commit. */
    NO_SPACE,
    /** The volume has become smaller. */
    BEHIND_END,
    /** A commit has failed, and there will be no other. */
    STOPPED
}
