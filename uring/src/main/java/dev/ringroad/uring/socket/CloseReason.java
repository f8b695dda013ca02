package dev.ringroad.uring.socket;

/** Why a connection has ended. */
public enum CloseReason {
    /** The handler closed it, or both sides were done. */
    DONE,

    /** The peer reset it, or went away while something was sent to it. */
    RESET,

    /** Nothing came or went for the idle time, or the handler's deadline passed. */
    TIMED_OUT,

    /** The kernel reported another error. */
    FAILED,

    /** The server stopped. */
    STOPPED
}
