package dev.ringroad.stack.tcp;

/**
 * How much may be in flight (RFC 5681). The sender asks for the window, loss recovery says what
 * happened; NewReno is the first algorithm, CUBIC (RFC 9438) will be the next.
 */
interface CongestionControl {
    /** Begins, or begins again after the segment size changed. */
    void start(int segmentBytes);

    /** Most bytes in flight. */
    int windowBytes();

    /** Above this size the window grows slowly. */
    int slowStartThresholdBytes();

    /**
     * New data were acknowledged outside of recovery.
     *
     * @param limited whether the window was what held the sender back; one that is not used must
     *     not grow (RFC 7661)
     */
    void acknowledged(int bytes, boolean limited);

    /** The third duplicate: recovery begins. */
    void enterRecovery(int inFlightBytes);

    /** Another duplicate during recovery: a segment has left the network. */
    void duplicate();

    /** A partial acknowledgement during recovery (RFC 6582 section 3.2 step 3). */
    void partial(int bytes);

    /** All that was in flight when recovery began is acknowledged. */
    void leaveRecovery(int inFlightBytes);

    /**
     * The retransmission timer has run out; {@code first} when the segment had been sent only once.
     */
    void timedOut(int inFlightBytes, boolean first);

    /** Nothing was sent for a retransmission time-out (RFC 5681 section 4.1). */
    void idle();
}
