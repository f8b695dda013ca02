package dev.ringroad.stack.tcp;

/**
 * Finds out that a segment was lost before the retransmission timer does: three duplicate
 * acknowledgements (RFC 5681 section 3.2), recovery as NewReno does it (RFC 6582), and limited
 * transmit (RFC 3042).
 *
 * <p>This type decides; {@link TcpSender} sends. SACK (RFC 6675) and RACK (RFC 8985) will take its
 * place with the same questions asked.
 */
final class LossRecovery {
    private static final int DUPLICATES_MAX = 3;

    private final CongestionControl congestion;
    private int duplicates;
    private boolean active;
    private boolean partialSeen;

    /** The last sequence number that was sent before recovery or a time-out began. */
    private int recover;

    LossRecovery(CongestionControl congestion) {
        this.congestion = congestion;
    }

    void start(int initialSequence) {
        duplicates = 0;
        active = false;
        // Nothing before the SYN: a loss in the very first window is recovered as well.
        recover = initialSequence - 1;
    }

    boolean isActive() {
        return active;
    }

    /** Whether the next acknowledgement may find anything but the plain case. */
    boolean isQuiet() {
        return duplicates == 0 && !active;
    }

    /**
     * A duplicate acknowledgement came.
     *
     * @return whether the first unacknowledged segment has to be sent again now
     */
    boolean duplicate(int unacknowledged, int highest) {
        duplicates++;
        if (active) {
            congestion.duplicate();
            return false;
        }
        if (duplicates < DUPLICATES_MAX || !SequenceNumber.after(unacknowledged - 1, recover)) {
            return false;
        }
        active = true;
        partialSeen = false;
        recover = highest - 1;
        congestion.enterRecovery(highest - unacknowledged);
        return true;
    }

    /** How many bytes beyond the congestion window may be sent because of duplicates (RFC 3042). */
    int limitedTransmitBytes(int segmentBytes) {
        return active || duplicates == 0 || duplicates >= DUPLICATES_MAX
                ? 0
                : duplicates * segmentBytes;
    }

    /** {@link #acknowledged}: nothing to do. */
    static final int NOTHING = 0;

    /** {@link #acknowledged}: the first unacknowledged segment is lost as well, send it again. */
    static final int RETRANSMIT = 1;

    /** {@link #acknowledged}: the same, and restart the timer. */
    static final int RETRANSMIT_AND_REARM = 2;

    /**
     * New data were acknowledged.
     *
     * @param bytes how many
     * @param unacknowledged the new left edge
     * @param highest one beyond the last sequence number ever sent
     * @param limited whether the congestion window held the sender back
     */
    int acknowledged(int bytes, int unacknowledged, int highest, boolean limited) {
        duplicates = 0;
        if (!active) {
            congestion.acknowledged(bytes, limited);
            return NOTHING;
        }
        if (SequenceNumber.after(unacknowledged, recover)) {
            active = false;
            congestion.leaveRecovery(highest - unacknowledged);
            return NOTHING;
        }
        congestion.partial(bytes);
        // RFC 6582 section 3.2 step 3: only the first partial acknowledgement restarts the timer,
        // so that a window
        // with many losses falls back to slow start instead of mending one segment a round trip for
        // ever.
        boolean first = !partialSeen;
        partialSeen = true;
        return first ? RETRANSMIT_AND_REARM : RETRANSMIT;
    }

    /** The retransmission timer has run out. */
    void timedOut(int unacknowledged, int highest, boolean first) {
        active = false;
        duplicates = 0;
        recover = highest - 1;
        congestion.timedOut(highest - unacknowledged, first);
    }
}
