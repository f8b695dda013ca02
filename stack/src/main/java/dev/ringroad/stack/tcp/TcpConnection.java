package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.config.TcpLimits;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.Route;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * One TCP connection: its state, what the application may do with it, and the fast path of what
 * comes in.
 *
 * <p>The work is done by its parts: {@link TcpSender}, {@link TcpReceiver}, {@link TcpTimers},
 * {@link SegmentOutput}; everything that is not plain data on an established connection goes
 * through {@link SegmentArrival}. All methods are called by the stack's owner; none blocks, none
 * throws for what the peer or the network does: results are counts, 0 for "would block" and
 * negative codes of {@link TcpError}.
 */
public final class TcpConnection extends ConnectionSettings {
    final SegmentOutput output;
    final TcpTimers timers;
    final TcpSender sender;
    final TcpReceiver receiver;

    // The 4-tuple as it arrives: compared by the demultiplexer.
    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
    int portsWord;

    private IpAddress remoteAddress = IpAddress.ANY_V4;
    private int remotePort;

    private TcpState state = TcpState.CLOSED;
    private boolean used;
    private int error;
    private int softError;
    private boolean released;
    private boolean readShut;
    private boolean writeShut;
    final WriteReadiness writing;

    private final HeaderPrediction prediction;
    final Handshake handshake;
    final KeepAlive keepAlive;
    @Nullable TcpListener listener;

    /** Whether the layer will call {@link WriteReadiness#resume}. */
    boolean waiting;

    /** Made by {@link TcpLayer#open} and {@link TcpListener}. */
    TcpConnection(TcpLayer layer) {
        super(layer);
        TcpLimits limits = layer.limits;
        output = new SegmentOutput(layer.output);
        timers = new TcpTimers(this, layer.wheel);
        sender = new TcpSender(this, output, limits);
        receiver = new TcpReceiver(this, limits);
        prediction = new HeaderPrediction(this, sender, receiver);
        handshake = new Handshake(this);
        writing = new WriteReadiness(this);
        keepAlive = new KeepAlive(this, limits);
    }

    // ---- opening ----

    /**
     * Begins to connect; CONNECT readiness tells the end.
     *
     * @return 0 when the handshake has begun, or a {@link TcpError} code
     */
    public int connect(IpAddress address, int port, long nowNanos) {
        if (used) {
            return TcpError.ALREADY_CONNECTED;
        }
        if (port < 1
                || port > 65535
                || address.isAny()
                || address.isMulticast()
                || address.isBroadcast()) {
            return TcpError.INVALID;
        }
        Route route = layer.output.route(address, localAddress());
        if (route == null) {
            return TcpError.UNREACHABLE;
        }
        IpAddress source = localAddress().isAny() ? route.source() : localAddress();
        int chosen = localPort();
        if (chosen == 0) {
            chosen = layer.ports.choose(source, address, port);
            if (chosen < 0) {
                return chosen;
            }
        }
        if (layer.demultiplexer.size() >= layer.limits.connections()) {
            return TcpError.TOO_MANY;
        }
        int old = layer.timeWait.reuse(source, chosen, address, port, reuseAddress());
        if (old == TimeWait.TAKEN || layer.demultiplexer.contains(source, chosen, address, port)) {
            return TcpError.ADDRESS_IN_USE;
        }
        begin(source, chosen, address, port, route);
        int sequence = layer.initialSequence.next(source, chosen, address, port, nowNanos);
        if (old == TimeWait.REUSED) {
            sequence = layer.timeWait.beyondReused(sequence);
        }
        handshake.open(sequence, nowNanos);
        layer.counters.opened();
        return 0;
    }

    @Override
    boolean mayBind() {
        return !used;
    }

    /** Takes the 4-tuple and enters the demultiplexer. */
    void begin(
            IpAddress local, int newLocalPort, IpAddress remote, int newRemotePort, Route route) {
        used = true;
        local(local, newLocalPort);
        remoteAddress = remote;
        remotePort = newRemotePort;
        localHigh = local.high();
        localLow = local.low();
        remoteHigh = remote.high();
        remoteLow = remote.low();
        portsWord = newRemotePort << 16 | newLocalPort;
        output.start(local, newLocalPort, remote, newRemotePort, route);
        handshake.begin(route);
        layer.demultiplexer.add(this);
    }

    /** The handshake is finished by this segment. */
    void established(Segment segment, long nowNanos) {
        boolean scaled = (segment.flags & TcpHeader.SYN) == 0;
        int window = scaled ? segment.window << sender.window.shift() : segment.window;
        sender.synchronizeAcknowledged(segment.acknowledgment, segment.sequence, window, nowNanos);
        enter(TcpState.ESTABLISHED);
        keepAlive.start(nowNanos);
        if (writeShut) {
            finish(TcpState.FIN_WAIT_1, nowNanos);
        }
        TcpListener parent = listener;
        if (parent != null) {
            listener = null;
            parent.established(this);
        } else {
            readyChanged();
        }
    }

    // ---- what comes in ----

    /** Takes a segment whose header has been checked. */
    void input(Packet packet, long nowNanos) {
        keepAlive.heard(nowNanos);
        if (!prediction.take(packet, nowNanos)) {
            layer.arrival.arrive(this, packet, nowNanos);
        }
    }

    /** After the slow path: tells the observer what may have changed. */
    void arrived(boolean data) {
        if (writing.takeUnblocked() || data) {
            readyChanged();
        }
    }

    // ---- states ----

    /** Moves to another state of an open connection. */
    void enter(TcpState next) {
        state = next;
        prediction.entered(next, output.timestamps());
    }

    /** The peer's FIN has been received, with everything before it. */
    void finReceived(long nowNanos) {
        switch (state) {
            case ESTABLISHED -> enter(TcpState.CLOSE_WAIT);
            case FIN_WAIT_1 -> enter(TcpState.CLOSING);
            case FIN_WAIT_2 -> enterTimeWait(nowNanos);
            default -> {
                // A FIN counts once.
            }
        }
    }

    /** Our FIN has been acknowledged. */
    void finAcknowledged(long nowNanos) {
        switch (state) {
            case FIN_WAIT_1 -> {
                enter(TcpState.FIN_WAIT_2);
                if (released) {
                    timers.set(TcpTimers.FIN_WAIT, nowNanos + layer.limits.finWaitNanos());
                }
            }
            case CLOSING -> enterTimeWait(nowNanos);
            case LAST_ACK -> end(0);
            default -> {
                // Only these states wait for it.
            }
        }
    }

    private void enterTimeWait(long nowNanos) {
        // The acknowledgement of the peer's FIN is the last thing that this object sends.
        receiver.acknowledgeNow(nowNanos);
        layer.timeWait.add(this, nowNanos);
        end(0);
        state = TcpState.TIME_WAIT;
        readyChanged();
    }

    /** The connection is over for the network; what was received in order stays readable. */
    private void end(int code) {
        boolean known = state != TcpState.CLOSED && state != TcpState.TIME_WAIT;
        if (error == 0) {
            error = code;
        }
        enter(TcpState.CLOSED);
        timers.cancel();
        if (known) {
            layer.demultiplexer.remove(this);
        }
        TcpListener parent = listener;
        if (parent != null) {
            listener = null;
            parent.abandoned(this);
        }
        sender.close();
        receiver.closeReassembly();
        waiting = false;
        if (released) {
            receiver.close();
            unbind();
        } else if (receiver.queue.readableBytes() > 0) {
            layer.unread(this);
        }
        readyChanged();
    }

    /** Ends with an error that the application gets to see. */
    void fail(int code) {
        layer.counters.failed();
        end(code);
    }

    /** The peer has reset the connection (RFC 9293 section 3.10.7.4, RST). */
    void resetByPeer() {
        layer.counters.resetReceived();
        end(
                switch (state) {
                    case SYN_SENT, SYN_RECEIVED -> TcpError.REFUSED;
                    case CLOSE_WAIT -> TcpError.PIPE;
                    default -> TcpError.RESET;
                });
    }

    /** Resets the peer and ends. */
    void reset(int code, long nowNanos) {
        sendReset(nowNanos);
        end(code);
    }

    private void sendReset(long nowNanos) {
        layer.counters.resetSent();
        sender.control(sender.acknowledgmentSequence(), TcpHeader.RST | TcpHeader.ACK, nowNanos);
    }

    // ---- time ----

    /** One of {@link TcpTimers}' kinds has run out. */
    void timerExpired(int kind, long nowNanos) {
        switch (kind) {
            case TcpTimers.RETRANSMIT -> sender.timer.expired(nowNanos);
            case TcpTimers.ACKNOWLEDGE -> receiver.timerExpired(nowNanos);
            case TcpTimers.KEEP_ALIVE -> keepAlive.timerExpired(nowNanos);
            default -> end(0);
        }
    }

    /**
     * Whether the peer has been silent for so long that the connection fails; then it has been
     * ended.
     */
    boolean hasWaitedTooLong(int attempts, long waitedNanos, long nowNanos) {
        TcpLimits limits = layer.limits;
        int most;
        if (!state.isSynchronized()) {
            // A peer that never answers our answer may not exist: that is how floods look.
            most =
                    listener == null
                            ? limits.connectRetries()
                            : Math.min(limits.connectRetries(), 5);
        } else {
            // Nobody waits for an orphan's result, so it is given up sooner.
            most = released ? Math.min(limits.dataRetries(), 8) : limits.dataRetries();
        }
        if (attempts <= most && (userTimeoutNanos() == 0 || waitedNanos < userTimeoutNanos())) {
            return false;
        }
        fail(softError != 0 ? softError : TcpError.TIMED_OUT);
        return true;
    }

    /** Something that may explain a time-out. */
    void softError(int code) {
        softError = code;
    }

    // ---- reading and writing ----

    /**
     * Reads what is there, and moves the buffer's position.
     *
     * @return how many bytes; 0 when there are none yet; -1 at the end of the stream; or a {@link
     *     TcpError} code
     */
    public int read(ByteBuffer target, long nowNanos) {
        int n = receiver.queue.read(target, target.remaining());
        return n > 0 ? hasRead(n, nowNanos) : target.hasRemaining() ? nothingToRead() : 0;
    }

    /** The same into an array. */
    public int read(byte[] target, int index, int bytes, long nowNanos) {
        int n = receiver.queue.read(target, index, bytes);
        return n > 0 ? hasRead(n, nowNanos) : bytes > 0 ? nothingToRead() : 0;
    }

    private int hasRead(int n, long nowNanos) {
        if (state.canReceive()) {
            receiver.windowMayOpen(nowNanos);
        }
        return n;
    }

    private int nothingToRead() {
        if (readShut || receiver.isFinished()) {
            return -1;
        }
        if (error != 0) {
            return error;
        }
        if (state == TcpState.CLOSED) {
            return used ? -1 : TcpError.NOT_CONNECTED;
        }
        return 0;
    }

    /**
     * Writes as much as there is room for, sends what the windows allow, and moves the buffer's
     * position.
     *
     * @return how many bytes; 0 when there is no room now, WRITE readiness tells when there is; or
     *     a {@link TcpError} code
     */
    public int write(ByteBuffer source, long nowNanos) {
        if (!state.canSend() || writeShut) {
            return cannotWrite();
        }
        receiver.conversing();
        int wanted = source.remaining();
        int n = sender.write(source, nowNanos);
        if (n < wanted) {
            writing.block();
        }
        return n;
    }

    /** The same from an array. */
    public int write(byte[] source, int index, int bytes, long nowNanos) {
        if (!state.canSend() || writeShut) {
            return cannotWrite();
        }
        receiver.conversing();
        int n = sender.write(source, index, bytes, nowNanos);
        if (n < bytes) {
            writing.block();
        }
        return n;
    }

    private int cannotWrite() {
        if (error != 0) {
            return error;
        }
        if (state == TcpState.SYN_SENT || state == TcpState.SYN_RECEIVED) {
            return 0;
        }
        return used ? TcpError.PIPE : TcpError.NOT_CONNECTED;
    }

    /** Bytes that can be read now. */
    public int available() {
        return receiver.queue.readableBytes();
    }

    /** Bytes written that the peer has not acknowledged. */
    public long unacknowledgedBytes() {
        return sender.queuedBytes();
    }

    // ---- closing ----

    /** Reading is over: what is there is dropped, what comes is acknowledged and dropped. */
    public void shutdownRead(long nowNanos) {
        if (readShut) {
            return;
        }
        readShut = true;
        receiver.discard();
        if (state.canReceive()) {
            receiver.windowMayOpen(nowNanos);
        }
        readyChanged();
    }

    /** Writing is over: a FIN follows what was written (half-close). */
    public void shutdownWrite(long nowNanos) {
        if (writeShut) {
            return;
        }
        writeShut = true;
        switch (state) {
            case ESTABLISHED -> finish(TcpState.FIN_WAIT_1, nowNanos);
            case CLOSE_WAIT -> finish(TcpState.LAST_ACK, nowNanos);
            default -> {
                // Nothing is open, or the FIN is on its way, or it will follow the handshake.
            }
        }
        readyChanged();
    }

    private void finish(TcpState next, long nowNanos) {
        enter(next);
        sender.finish(nowNanos);
    }

    /**
     * Gives the connection back to the stack, which delivers what was written and says goodbye.
     * With bytes received and not read, the peer is reset instead, because it must not believe that
     * they were taken (RFC 2525 section 2.17).
     */
    public void close(long nowNanos) {
        if (released) {
            return;
        }
        released = true;
        layer.released(this);
        boolean unread = receiver.queue.readableBytes() > 0;
        receiver.close();
        switch (state) {
            case CLOSED, TIME_WAIT -> unbind();
            case SYN_SENT -> end(0);
            case SYN_RECEIVED -> writeShut = true; // the FIN follows the handshake
            case ESTABLISHED -> finishOrReset(unread, TcpState.FIN_WAIT_1, nowNanos);
            case CLOSE_WAIT -> finishOrReset(unread, TcpState.LAST_ACK, nowNanos);
            case FIN_WAIT_2 -> {
                if (unread) {
                    reset(0, nowNanos);
                } else {
                    timers.set(TcpTimers.FIN_WAIT, nowNanos + layer.limits.finWaitNanos());
                }
            }
            default -> {
                if (unread) {
                    reset(0, nowNanos);
                }
            }
        }
    }

    private void finishOrReset(boolean unread, TcpState next, long nowNanos) {
        if (unread) {
            reset(0, nowNanos);
        } else {
            writeShut = true;
            finish(next, nowNanos);
        }
    }

    /** Drops everything and resets the peer. */
    public void abort(long nowNanos) {
        if ((state.isSynchronized() && state != TcpState.TIME_WAIT)
                || state == TcpState.SYN_RECEIVED) {
            sendReset(nowNanos);
        }
        released = true;
        layer.released(this);
        receiver.close();
        if (state == TcpState.CLOSED || state == TcpState.TIME_WAIT) {
            unbind();
        } else {
            end(TcpError.ABORTED);
        }
    }

    // ---- what it is ----

    @Override
    public int ready() {
        int ready = 0;
        if (receiver.queue.readableBytes() > 0 || receiver.isFinished() || readShut) {
            ready |= READ;
        }
        if (state.canSend() && !writeShut) {
            ready |= writing.isWritable() ? WRITE | CONNECT : CONNECT;
        } else if (state.isSynchronized()) {
            ready |= WRITE | CONNECT;
        } else if (writeShut) {
            ready |= WRITE;
        }
        if (error != 0) {
            ready |= READ | WRITE | CONNECT | ERROR;
        }
        if (isOver()) {
            ready |= READ | WRITE | HANGUP;
        }
        return ready;
    }

    private boolean isOver() {
        return switch (state) {
            case CLOSED -> used;
            case TIME_WAIT, CLOSING, LAST_ACK -> true;
            default -> false;
        };
    }

    boolean isReleased() {
        return released;
    }

    /** The state of RFC 9293. */
    public TcpState state() {
        return state;
    }

    @Override
    public int error() {
        return error;
    }

    @Override
    public IpAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public int remotePort() {
        return remotePort;
    }

    /** Figures of this moment. */
    public TcpInfo info() {
        return TcpInfo.of(this);
    }

    @Override
    TcpSender sender() {
        return sender;
    }

    @Override
    TcpReceiver receiver() {
        return receiver;
    }

    @Override
    SegmentOutput output() {
        return output;
    }

    @Override
    KeepAlive prober() {
        return keepAlive;
    }

    @Override
    public String toString() {
        return state
                + " "
                + localAddress()
                + ":"
                + localPort()
                + " "
                + remoteAddress
                + ":"
                + remotePort;
    }
}
