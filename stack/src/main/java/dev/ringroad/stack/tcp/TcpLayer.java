package dev.ringroad.stack.tcp;

import dev.ringroad.core.worker.Timer;
import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.config.TcpLimits;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.IpError;
import dev.ringroad.stack.ip.IpOutput;
import dev.ringroad.stack.ip.IpProtocol;
import dev.ringroad.stack.ip.Route;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * TCP of one stack: checks what comes in, finds whose it is, and makes connections and listeners.
 *
 * <p>Like everything below a stack it has one owner at a time; time is an argument.
 */
public final class TcpLayer implements IpProtocol {
    private static final int LISTENER_BUCKETS = 256;
    private static final long RETRY_NANOS = 1_000_000;

    final TcpLimits limits;
    final IpOutput output;
    final TimingWheel wheel;
    final TcpCounters counters;
    final TcpDemultiplexer demultiplexer;
    final TimeWait timeWait;
    final Ports ports;
    final InitialSequence initialSequence;
    final ChallengeAck challenges;
    final Replies replies;
    final SegmentArrival arrival;
    private final PathErrors pathErrors = new PathErrors(this);

    private final StackCounters stackCounters;
    private final Segment segment = new Segment();
    private final @Nullable TcpListener[] listeners = new @Nullable TcpListener[LISTENER_BUCKETS];
    private final ArrayList<TcpConnection> waiting = new ArrayList<>();

    /** Over for the network, but with bytes that their readers have not taken yet. */
    private final Set<TcpConnection> unread = new HashSet<>();

    private final Timer retry;
    private int halfOpen;
    private long nowNanos;

    // The datagram of the segment being looked at, for answers to strays.
    private @Nullable IpDatagram datagram;
    private int portsWord;

    /** Made by the stack. */
    public TcpLayer(
            StackConfig config, IpOutput output, TimingWheel wheel, StackCounters counters) {
        limits = config.tcp();
        this.output = output;
        this.wheel = wheel;
        stackCounters = counters;
        this.counters = new TcpCounters(counters);
        KeyedHash tuples = config.keyedHash("tcp demultiplexer");
        demultiplexer = new TcpDemultiplexer(tuples);
        timeWait = new TimeWait(this, tuples, Math.max(1, limits.connections() / 2));
        ports = new Ports(this, config);
        initialSequence = new InitialSequence(config);
        challenges = new ChallengeAck(config);
        replies = new Replies(output, this.counters);
        arrival = new SegmentArrival(this, segment);
        retry =
                new Timer() {
                    @Override
                    protected void expired(long now) {
                        retryWaiting(now);
                    }
                };
    }

    // ---- for sockets ----

    /** A connection that is neither bound nor connected. */
    public TcpConnection open() {
        return new TcpConnection(this);
    }

    /** A listener that is not bound. */
    public TcpListener listener() {
        return new TcpListener(this);
    }

    /** All connections that the network knows, for tables; those in TIME-WAIT are only counted. */
    public List<TcpConnection> connections() {
        List<TcpConnection> all = new ArrayList<>(demultiplexer.size());
        demultiplexer.forEach(all::add);
        return all;
    }

    /** All listeners. */
    public List<TcpListener> listeners() {
        List<TcpListener> all = new ArrayList<>();
        for (TcpListener first : listeners) {
            for (TcpListener listener = first; listener != null; listener = listener.nextInBucket) {
                all.add(listener);
            }
        }
        return all;
    }

    /** How many connections are in TIME-WAIT. */
    public int timeWaitConnections() {
        return timeWait.size();
    }

    /** Ends everything at once, as when the stack is closed: peers get resets. */
    public void close(long now) {
        demultiplexer.forEach(connection -> connection.abort(now));
        List.copyOf(unread).forEach(connection -> connection.abort(now));
        for (TcpListener listener : listeners()) {
            listener.close(now);
        }
        wheel.cancel(timeWait);
        wheel.cancel(retry);
    }

    // ---- what comes in ----

    @Override
    public void input(Packet packet, IpDatagram from, long now) {
        nowNanos = now;
        counters.received();
        int check = TcpHeader.check(packet.segment(), packet.offset(), packet.length());
        if (check != 0) {
            drop(
                    packet.length() < TcpHeader.BYTES
                            ? DropReason.TCP_TOO_SHORT
                            : DropReason.TCP_HEADER_LENGTH,
                    packet);
            return;
        }
        if (!Checksums.isRight(packet, from)) {
            drop(DropReason.TCP_CHECKSUM, packet);
            return;
        }
        int word = BigEndian.u32(packet.segment(), packet.offset() + Header.PORTS);
        TcpConnection connection =
                demultiplexer.find(
                        from.destinationHigh(),
                        from.destinationLow(),
                        from.sourceHigh(),
                        from.sourceLow(),
                        word);
        datagram = from;
        portsWord = word;
        if (connection != null) {
            connection.input(packet, now);
        } else {
            inputUnconnected(packet, from, word, now);
        }
    }

    private void inputUnconnected(Packet packet, IpDatagram from, int word, long now) {
        if (!from.isUnicast()) {
            drop(DropReason.TCP_NOT_UNICAST, packet);
            return;
        }
        if (!segment.read(packet)) {
            drop(DropReason.TCP_OPTIONS_MALFORMED, packet);
            return;
        }
        packet.release();
        int old = timeWait.arrive(segment, from, word, now);
        if (old == TimeWait.DONE) {
            return;
        }
        TcpListener listener = find(from.destinationHigh(), from.destinationLow(), word & 0xffff);
        if (listener == null || segment.has(TcpHeader.ACK | TcpHeader.RST)) {
            counters.drop(
                    listener == null ? DropReason.TCP_NO_LISTENER : DropReason.TCP_NO_CONNECTION);
            replies.reset(segment, from, word, now);
        } else if (segment.has(TcpHeader.SYN) && !segment.has(TcpHeader.FIN) && word >>> 16 != 0) {
            listener.synchronize(segment, from, word, old == TimeWait.OPENS, now);
        } else {
            counters.drop(DropReason.TCP_NOT_SYNCHRONIZED);
        }
    }

    /** Answers the segment being looked at with a reset: it belongs to no connection of ours. */
    void resetStray(Segment stray, long now) {
        IpDatagram from = datagram;
        if (from != null) {
            replies.reset(stray, from, portsWord, now);
        }
    }

    /** Called after each burst of packets: connections that had no packet or no room try again. */
    public void endOfBurst(long now) {
        nowNanos = now;
        if (!waiting.isEmpty()) {
            retryWaiting(now);
        }
    }

    @Override
    public void error(IpError error, long now) {
        nowNanos = now;
        pathErrors.arrive(error, now);
    }

    // ---- for the parts ----

    long nowNanos() {
        return nowNanos;
    }

    void drop(DropReason reason, Packet packet) {
        stackCounters.drop(reason, packet);
    }

    /** The peer has answered something new: its neighbour entry is good. */
    void confirm(TcpConnection connection, long now) {
        Route route = connection.output.route();
        if (route != null) {
            route.confirm(now);
        }
    }

    /**
     * Whether a received packet may be kept. When the pool runs low, segments beyond a gap are not,
     * and neither are those for readers that are behind: the device could not receive what brings
     * things forward. What comes in order for a reader that waits always is.
     */
    boolean mayKeep(Packet packet, TcpReceiver receiver, boolean inOrder) {
        PacketPool pool = packet.pool();
        return pool.available() >= pool.packets() >> 4
                || (inOrder && receiver.queue.packets() == 0);
    }

    /** A connection could not send or take over data for want of packets or room. */
    void await(TcpConnection connection) {
        if (!connection.waiting) {
            connection.waiting = true;
            waiting.add(connection);
            if (!retry.isScheduled()) {
                wheel.schedule(retry, nowNanos + RETRY_NANOS);
            }
        }
    }

    private void retryWaiting(long now) {
        int count = waiting.size();
        for (int i = 0; i < count; i++) {
            TcpConnection connection = waiting.get(i);
            if (connection.waiting) {
                connection.waiting = false;
                connection.writing.resume(now);
            }
        }
        waiting.subList(0, count).clear();
        if (!waiting.isEmpty() && !retry.isScheduled()) {
            wheel.schedule(retry, now + RETRY_NANOS);
        }
    }

    void unread(TcpConnection connection) {
        unread.add(connection);
    }

    void released(TcpConnection connection) {
        if (!unread.isEmpty()) {
            unread.remove(connection);
        }
    }

    boolean usesPort(int localPort) {
        boolean[] found = new boolean[1];
        demultiplexer.forEach(connection -> found[0] |= connection.localPort() == localPort);
        return found[0];
    }

    boolean mayBeginHandshake() {
        return halfOpen < limits.halfOpen()
                && demultiplexer.size() + timeWait.size() < limits.connections();
    }

    void handshakeBegun() {
        halfOpen++;
    }

    void handshakeEnded() {
        halfOpen--;
    }

    void addListener(TcpListener listener) {
        int bucket = listener.localPort() & (LISTENER_BUCKETS - 1);
        listener.nextInBucket = listeners[bucket];
        listeners[bucket] = listener;
    }

    void removeListener(TcpListener listener) {
        int bucket = listener.localPort() & (LISTENER_BUCKETS - 1);
        TcpListener before = null;
        for (TcpListener at = listeners[bucket]; at != null; at = at.nextInBucket) {
            if (at == listener) {
                if (before == null) {
                    listeners[bucket] = at.nextInBucket;
                } else {
                    before.nextInBucket = at.nextInBucket;
                }
                return;
            }
            before = at;
        }
    }

    /**
     * The listener for an address and port; one bound to the address itself goes before one bound
     * to any.
     */
    private @Nullable TcpListener find(long localHigh, long localLow, int port) {
        TcpListener wildcard = null;
        for (TcpListener at = listeners[port & (LISTENER_BUCKETS - 1)];
                at != null;
                at = at.nextInBucket) {
            if (at.matches(localHigh, localLow, port)) {
                if (!at.isWildcard()) {
                    return at;
                }
                wildcard = at;
            }
        }
        return wildcard;
    }

    /** Whether a listener is bound where a connection to this address and port would end. */
    public boolean isListening(IpAddress address, int port) {
        return find(address.high(), address.low(), port) != null;
    }
}
