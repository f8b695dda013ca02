package dev.ringroad.stack.tcp;

/** The options of a connection, as sockets know them. */
public abstract sealed class ConnectionSettings extends TcpEndpoint permits TcpConnection {
    private int lingerSeconds = -1;
    private long userTimeoutNanos;

    ConnectionSettings(TcpLayer layer) {
        super(layer);
    }

    abstract TcpSender sender();

    abstract TcpReceiver receiver();

    abstract SegmentOutput output();

    abstract KeepAlive prober();

    /** How long data may stay unacknowledged; 0 for the stack's own limit. */
    final long userTimeoutNanos() {
        return userTimeoutNanos;
    }

    /** Whether small segments leave at once (TCP_NODELAY). */
    public final boolean noDelay() {
        return sender().noDelay();
    }

    /** Sets TCP_NODELAY; bytes held back so far leave with the next flush of the stack. */
    public final void noDelay(boolean on) {
        sender().noDelay(on);
        if (on) {
            sender().output(layer.nowNanos());
        }
    }

    /** Whether a quiet peer is probed (SO_KEEPALIVE). */
    public final boolean keepAlive() {
        return prober().isOn();
    }

    /** Sets SO_KEEPALIVE. */
    public final void keepAlive(boolean on) {
        prober().turn(on);
    }

    /** Quiet seconds before the first probe. */
    public final int keepAliveIdleSeconds() {
        return prober().idleSeconds();
    }

    /** Sets the quiet seconds before the first probe. */
    public final void keepAliveIdleSeconds(int seconds) {
        prober().idleSeconds(seconds);
    }

    /** Seconds between probes. */
    public final int keepAliveIntervalSeconds() {
        return prober().intervalSeconds();
    }

    /** Sets the seconds between probes. */
    public final void keepAliveIntervalSeconds(int seconds) {
        prober().intervalSeconds(seconds);
    }

    /** Unanswered probes after which the connection fails. */
    public final int keepAliveCount() {
        return prober().count();
    }

    /** Sets the unanswered probes after which the connection fails. */
    public final void keepAliveCount(int probes) {
        prober().count(probes);
    }

    /** Bytes that a write may leave unacknowledged. */
    public final int sendBufferBytes() {
        return sender().bufferBytes();
    }

    /** Sets the send buffer. */
    public final void sendBufferBytes(int bytes) {
        sender().bufferBytes(Math.clamp(bytes, 2048, 1 << 30));
    }

    /** Bytes that the peer may send ahead of the reader. */
    public final int receiveBufferBytes() {
        return receiver().bufferBytes();
    }

    /**
     * Sets the receive buffer; before connecting, when more than twice the present size is to be
     * used.
     */
    public final void receiveBufferBytes(int bytes) {
        receiver().bufferBytes(Math.clamp(bytes, 256, 1 << 29));
    }

    /** How long a close waits for delivery, -1 when it does not; the caller does the waiting. */
    public final int lingerSeconds() {
        return lingerSeconds;
    }

    /** Sets SO_LINGER; -1 turns it off. */
    public final void lingerSeconds(int seconds) {
        lingerSeconds = seconds;
    }

    /** DSCP and ECN of what is sent. */
    public final int trafficClass() {
        return output().trafficClass();
    }

    /** Sets DSCP; the two bits of ECN stay 0. */
    public final void trafficClass(int value) {
        output().trafficClass(value & 0xfc);
    }

    /** Milliseconds that data may stay unacknowledged (RFC 5482); 0 for the stack's own limit. */
    public final int userTimeoutMillis() {
        return (int) (userTimeoutNanos / 1_000_000);
    }

    /** Sets the user timeout. */
    public final void userTimeoutMillis(int millis) {
        userTimeoutNanos = millis * 1_000_000L;
    }

    /** Whether every segment is acknowledged at once. */
    public final boolean quickAck() {
        return receiver().quickAcknowledgments();
    }

    /** Sets TCP_QUICKACK. */
    public final void quickAck(boolean on) {
        receiver().quickAcknowledgments(on);
    }
}
