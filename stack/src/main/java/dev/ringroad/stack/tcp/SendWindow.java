package dev.ringroad.stack.tcp;

/** What the peer is ready to take (RFC 9293 section 3.4, SND.WND, SND.WL1, SND.WL2). */
final class SendWindow {
    private int bytes;
    private int largestBytes;
    private int sequence;
    private int acknowledgment;
    private int shift;

    /** The handshake has told the peer's scale. */
    void shift(int newShift) {
        shift = newShift;
    }

    int shift() {
        return shift;
    }

    /** The first window of a connection. */
    void start(int newSequence, int newAcknowledgment, int newBytes) {
        bytes = newBytes;
        largestBytes = newBytes;
        sequence = newSequence;
        acknowledgment = newAcknowledgment;
    }

    /**
     * Takes the window of an acceptable segment, unless it is older than the one known (RFC 9293
     * section 3.10.7.4).
     *
     * @return whether it changed
     */
    boolean update(int newSequence, int newAcknowledgment, int newBytes) {
        if (SequenceNumber.after(sequence, newSequence)
                || (sequence == newSequence
                        && SequenceNumber.after(acknowledgment, newAcknowledgment))) {
            return false;
        }
        boolean changed = newBytes != bytes;
        bytes = newBytes;
        largestBytes = Math.max(largestBytes, newBytes);
        sequence = newSequence;
        acknowledgment = newAcknowledgment;
        return changed;
    }

    /** Bytes from the last acknowledgement on. */
    int bytes() {
        return bytes;
    }

    /** The largest window ever offered. */
    int largestBytes() {
        return largestBytes;
    }

    /**
     * Silly-window avoidance (RFC 9293 section 3.8.6.2.1): whether so few bytes are not worth a
     * segment of their own, being less than a full one and than half of the largest window seen.
     */
    boolean isSilly(int usable, int segmentBytes) {
        return usable <= 0 || usable < Math.min(segmentBytes, (largestBytes + 1) >> 1);
    }

    /** The first sequence number beyond it. */
    int end() {
        return acknowledgment + bytes;
    }
}
