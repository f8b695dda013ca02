package dev.ringroad.nvme;

/** What a controller is about. */
public enum ControllerState {
    /** Being brought up, at first or anew. */
    RESETTING,
    /** Takes commands. */
    READY,
    /** Does not come up; it was cut off from memory. A reset may help. */
    FAILED,
    /** Answers all ones: removed, or without power; or the kernel wants it back. */
    GONE,
    /** Given back. */
    CLOSED
}
