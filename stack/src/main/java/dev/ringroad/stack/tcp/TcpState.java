package dev.ringroad.stack.tcp;

/** The states of a connection (RFC 9293 section 3.3.2). */
public enum TcpState {
    /** No connection, not yet or not any more. */
    CLOSED,
    /** Waits for requests from any peer; only a {@link TcpListener} is in it. */
    LISTEN,
    /** A SYN was sent. */
    SYN_SENT,
    /** A SYN was received and sent, its acknowledgement is awaited. */
    SYN_RECEIVED,
    /** Data flow both ways. */
    ESTABLISHED,
    /** We have closed, our FIN is not yet acknowledged. */
    FIN_WAIT_1,
    /** Our FIN is acknowledged, the peer has not closed. */
    FIN_WAIT_2,
    /** The peer has closed, we have not. */
    CLOSE_WAIT,
    /** Both have closed at the same time, our FIN is not yet acknowledged. */
    CLOSING,
    /** The peer closed first, then we; our FIN is not yet acknowledged. */
    LAST_ACK,
    /** Both FINs are acknowledged; old segments are waited out. */
    TIME_WAIT;

    /** Whether both sides know each other's sequence numbers. */
    boolean isSynchronized() {
        return ordinal() >= ESTABLISHED.ordinal();
    }

    /** Whether the application may still write. */
    boolean canSend() {
        return this == ESTABLISHED || this == CLOSE_WAIT;
    }

    /** Whether the peer may still send data. */
    boolean canReceive() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }
}
