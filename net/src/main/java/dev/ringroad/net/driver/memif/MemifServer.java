package dev.ringroad.net.driver.memif;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.UnixSeqPacket;
import dev.ringroad.core.memory.SharedRegion;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The server's control work: listens for clients, maps what the first good one offers, and goes on
 * listening for its successor.
 *
 * <p>Several clients may be in their handshake at a time, so that a silent one keeps no other out;
 * who offers everything while a link is up is refused. When all places are taken, the next client
 * gets that of the oldest, who had a second for what takes milliseconds.
 */
final class MemifServer extends MemifEndpoint {

    static final int CANDIDATES_MAX = 8;

    /** A candidate is left that long before it has to make room for the next client. */
    static final long PATIENCE_NANOS = 1_000_000_000L;

    /** How long nobody is accepted after that failed, out of descriptors perhaps. */
    static final long REST_NANOS = 100_000_000L;

    /**
     * How much of all that a client offers is brought in at once, while whoever else is served here
     * waits: a few milliseconds' worth, and more than offers of an ordinary size have.
     */
    static final long PRESENT_BYTES_MAX = 16L << 20;

    /** How offered memory becomes a region; takes the descriptor over, also when it throws. */
    interface RegionMapper {
        SharedRegion map(Descriptor file, long bytes, long presentBytesMax) throws IOException;
    }

    /** A client on its way. */
    private static final class Candidate implements AutoCloseable {
        final MemifControl control;
        final MemifServerHandshake handshake;
        final long beginNanos;
        boolean linked;

        Candidate(MemifControl control, MemifServerHandshake handshake, long beginNanos) {
            this.control = control;
            this.handshake = handshake;
            this.beginNanos = beginNanos;
        }

        @Override
        public void close() {
            if (!linked) {
                handshake.close();
                control.close();
            }
        }
    }

    private final UnixSeqPacket listener;
    private final RegionMapper mapper;

    /** In the order of their coming. */
    private final List<Candidate> candidates = new ArrayList<>();

    /** While it is false, the listener is not looked at, so that it doesn't end sleeps either. */
    private boolean accepting = true;

    private long acceptAgainNanos;

    /**
     * @throws IOException if the socket can't be listened on; the message says why
     */
    MemifServer(MemifConfig config, MemifCounters counters) throws IOException {
        this(
                config,
                counters,
                listen(config),
                config.unsealedAllowed() ? SharedRegion::map : SharedRegion::mapSealed);
    }

    /**
     * @param listener whom clients come from; closed with this server
     */
    MemifServer(
            MemifConfig config,
            MemifCounters counters,
            UnixSeqPacket listener,
            RegionMapper mapper) {
        super(config, counters, "listening on " + config.path());
        this.listener = listener;
        this.mapper = mapper;
    }

    /** Listens; a socket file that nobody listens on any more is replaced by the socket itself. */
    private static UnixSeqPacket listen(MemifConfig config) throws IOException {
        try {
            return UnixSeqPacket.listen(config.path(), config.abstractName());
        } catch (SystemCallException e) {
            if (e.errno() == Errno.EADDRINUSE) {
                throw new IOException(
                        "The socket "
                                + config.path()
                                + " is in use by another process. Remedy: "
                                + e.remedy()
                                + ".",
                        e);
            }
            throw e;
        }
    }

    @Override
    void control(long nowNanos) {
        MemifLink present = link();
        accepting |= nowNanos - acceptAgainNanos >= 0;
        boolean fine = present != null && present.fault() == null;
        if (fine && candidates.isEmpty() && nothingReady()) {
            return;
        }
        watchLink();
        advanceAll(nowNanos);
        accept(nowNanos);
    }

    private void advanceAll(long nowNanos) {
        // By index and from the end: an iterator would be garbage every millisecond.
        for (int i = candidates.size() - 1; i >= 0; i--) {
            Candidate candidate = candidates.get(i);
            if (!advance(candidate, nowNanos)) {
                candidates.remove(i);
                forget(candidate);
            }
        }
    }

    private void accept(long nowNanos) {
        while (accepting) {
            boolean full = candidates.size() == CANDIDATES_MAX;
            if (full && nowNanos - candidates.getFirst().beginNanos < PATIENCE_NANOS) {
                pause(candidates.getFirst().beginNanos + PATIENCE_NANOS);
                return;
            }
            UnixSeqPacket socket = nextClient(nowNanos);
            if (socket == null) {
                return;
            }
            if (full) {
                Candidate oldest = candidates.removeFirst();
                refused(oldest.control, new MemifProtocolException("Others want the place."));
                forget(oldest);
            }
            greet(socket, nowNanos);
        }
    }

    private void pause(long untilNanos) {
        accepting = false;
        acceptAgainNanos = untilNanos;
    }

    /** Closes what a candidate had, unless that is a link's now. */
    private void forget(Candidate candidate) {
        candidate.close();
        // A place is free, and perhaps the descriptors that were missing.
        accepting = true;
    }

    private @Nullable UnixSeqPacket nextClient(long nowNanos) {
        try {
            return listener.accept();
        } catch (SystemCallException e) {
            // The client waits in the queue and keeps the listener readable: no reason to be
            // woken before something can have changed.
            pause(nowNanos + REST_NANOS);
            status(sentence(e));
            return null;
        }
    }

    private void greet(UnixSeqPacket socket, long nowNanos) {
        Candidate candidate =
                new Candidate(new MemifControl(socket), new MemifServerHandshake(config), nowNanos);
        try {
            candidate.control.send(candidate.handshake.hello(), -1);
            candidates.add(candidate);
        } catch (IOException e) {
            refused(candidate.control, e);
            candidate.close();
        }
    }

    /** Takes what a client says; false when it is to be forgotten, linked or not. */
    private boolean advance(Candidate candidate, long nowNanos) {
        try {
            MemifMessage message;
            while ((message = candidate.control.receive()) != null) {
                Descriptor descriptor = candidate.control.takeDescriptor();
                MemifMessage reply = candidate.handshake.receive(message, descriptor);
                if (reply != null) {
                    candidate.control.send(reply, -1);
                } else if (candidate.handshake.offered()) {
                    connect(candidate, message);
                    return false;
                }
            }
            if (nowNanos - candidate.beginNanos >= HANDSHAKE_NANOS_MAX) {
                throw new MemifProtocolException("The handshake took too long.");
            }
            return true;
        } catch (MemifProtocolException | IOException e) {
            refused(candidate.control, e);
        } catch (RuntimeException e) {
            // Whatever it was, it concerns this client, and the others are served on.
            counters.drop(MemifDrop.UNFORESEEN);
            refused(candidate.control, e);
        }
        return false;
    }

    private void connect(Candidate candidate, MemifMessage message)
            throws MemifProtocolException, IOException {
        if (link() != null) {
            throw new MemifProtocolException("Another client is connected already.");
        }
        MemifLink link = map(candidate);
        candidate.linked = true;
        try {
            candidate.control.send(candidate.handshake.connected(), -1);
        } catch (IOException e) {
            link.close();
            throw e;
        }
        String peer = message instanceof MemifMessage.Connect c ? c.interfaceName() : "";
        linkUp(link, peer);
    }

    private MemifLink map(Candidate candidate) throws MemifProtocolException, IOException {
        MemifServerHandshake handshake = candidate.handshake;
        List<SharedRegion> mapped = new ArrayList<>();
        try {
            List<MemifServerHandshake.RegionOffer> offers = handshake.regions();
            MemorySegment[] segments = new MemorySegment[offers.size()];
            long present = PRESENT_BYTES_MAX;
            for (int i = 0; i < segments.length; i++) {
                MemifServerHandshake.RegionOffer offer = offers.get(i);
                SharedRegion region = mapper.map(offer.descriptor(), offer.bytes(), present);
                present -= Math.min(present, offer.bytes());
                mapped.add(region);
                segments[i] = region.segment();
            }
            MemifLink.Lane receive = lane(handshake.toServer(), segments);
            MemifLink.Lane transmit = lane(handshake.toClient(), segments);
            // Before CONNECTED, so that a client which transmits at once finds its doorbell masked.
            receive.ring().maskInterrupts();
            SharedRegion.raiseFault();
            return new MemifLink(candidate.control, mapped, segments, receive, transmit, null);
        } catch (MemifProtocolException | IOException | RuntimeException e) {
            close(mapped);
            throw e;
        } catch (InternalError e) {
            // A region that may shrink did so before its ring's cookie was read.
            close(mapped);
            throw new MemifProtocolException("The offered memory is not there.", e);
        }
    }

    private static void close(List<SharedRegion> regions) {
        for (SharedRegion region : regions) {
            region.close();
        }
    }

    private static MemifLink.Lane lane(
            MemifServerHandshake.RingOffer offer, MemorySegment[] segments)
            throws MemifProtocolException {
        MemifMessage.AddRing ring = offer.ring();
        if (ring.region() >= segments.length) {
            throw new MemifProtocolException(
                    "A ring lies in region " + ring.region() + ", which was not offered.");
        }
        MemifRing mapped =
                MemifRing.offered(segments[ring.region()], ring.offset(), ring.ringLog2());
        return new MemifLink.Lane(mapped, doorbell(offer.doorbell()));
    }

    private static EventFd doorbell(Descriptor offered) throws MemifProtocolException {
        try {
            return EventFd.adopt(offered);
        } catch (IOException e) {
            throw new MemifProtocolException("A ring's doorbell: " + sentence(e), e);
        }
    }

    @Override
    void addDescriptors(PollSet wake) {
        if (accepting) {
            wake.add(listener.descriptor().number(), PollSet.POLLIN);
        }
        for (int i = 0; i < candidates.size(); i++) {
            MemifControl control = candidates.get(i).control;
            wake.add(control.socket().descriptor().number(), PollSet.POLLIN);
        }
        MemifLink present = link();
        if (present != null) {
            wake.add(present.control().socket().descriptor().number(), PollSet.POLLIN);
        }
    }

    @Override
    long nextDeadlineNanos() {
        long next = accepting ? Long.MAX_VALUE : acceptAgainNanos;
        return candidates.isEmpty()
                ? next
                : Math.min(next, candidates.getFirst().beginNanos + HANDSHAKE_NANOS_MAX);
    }

    @Override
    public void close() {
        for (Candidate candidate : candidates) {
            candidate.control.bye("The interface is closed.");
            candidate.close();
        }
        candidates.clear();
        listener.close();
        stopLooking();
    }
}
