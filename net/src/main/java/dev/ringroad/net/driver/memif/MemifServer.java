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
 * who offers everything while a link is up is refused.
 */
final class MemifServer extends MemifEndpoint {

    private static final int CANDIDATES_MAX = 8;

    /** A client on its way. */
    private static final class Candidate implements AutoCloseable {
        final MemifControl control;
        final MemifServerHandshake handshake;
        final long deadlineNanos;
        boolean linked;

        Candidate(MemifControl control, MemifServerHandshake handshake, long deadlineNanos) {
            this.control = control;
            this.handshake = handshake;
            this.deadlineNanos = deadlineNanos;
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
    private final List<Candidate> candidates = new ArrayList<>();

    /**
     * @throws IOException if the socket can't be listened on; the message says why
     */
    MemifServer(MemifConfig config, MemifCounters counters) throws IOException {
        super(config, counters, "listening on " + config.path());
        this.listener = listen(config);
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
        boolean fine = present != null && present.fault() == null;
        if (fine && candidates.isEmpty() && nothingReady()) {
            return;
        }
        watchLink();
        accept(nowNanos);
        // By index and from the end: an iterator would be garbage every millisecond.
        for (int i = candidates.size() - 1; i >= 0; i--) {
            Candidate candidate = candidates.get(i);
            if (!advance(candidate, nowNanos)) {
                candidate.close();
                candidates.remove(i);
            }
        }
    }

    private void accept(long nowNanos) {
        while (candidates.size() < CANDIDATES_MAX) {
            UnixSeqPacket socket = nextClient();
            if (socket == null) {
                return;
            }
            Candidate candidate =
                    new Candidate(
                            new MemifControl(socket),
                            new MemifServerHandshake(config),
                            nowNanos + HANDSHAKE_NANOS_MAX);
            try {
                candidate.control.send(candidate.handshake.hello(), -1);
                candidates.add(candidate);
            } catch (IOException e) {
                refused(candidate.control, e);
                candidate.close();
            }
        }
    }

    private @Nullable UnixSeqPacket nextClient() {
        try {
            return listener.accept();
        } catch (SystemCallException e) {
            // Out of descriptors, perhaps; the client waits in the queue, and the next call tries
            // again.
            status(sentence(e));
            return null;
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
            if (nowNanos - candidate.deadlineNanos >= 0) {
                throw new MemifProtocolException("The handshake took too long.");
            }
            return true;
        } catch (MemifProtocolException | IOException e) {
            refused(candidate.control, e);
            return false;
        }
    }

    private void connect(Candidate candidate, MemifMessage message)
            throws MemifProtocolException, IOException {
        if (link() != null) {
            throw new MemifProtocolException("Another client is connected already.");
        }
        MemifLink link = map(candidate);
        candidate.linked = true;
        try {
            // Before CONNECTED, so that a client which transmits at once finds its doorbell masked.
            link.receive().ring().maskInterrupts();
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
            for (int i = 0; i < segments.length; i++) {
                MemifServerHandshake.RegionOffer offer = offers.get(i);
                SharedRegion region =
                        config.unsealedAllowed()
                                ? SharedRegion.map(offer.descriptor(), offer.bytes())
                                : SharedRegion.mapSealed(offer.descriptor(), offer.bytes());
                mapped.add(region);
                segments[i] = region.segment();
            }
            MemifLink.Lane receive = lane(handshake.toServer(), segments);
            MemifLink.Lane transmit = lane(handshake.toClient(), segments);
            MemifLink.raiseFault();
            return new MemifLink(candidate.control, mapped, segments, receive, transmit, null);
        } catch (MemifProtocolException | IOException e) {
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
        if (candidates.size() < CANDIDATES_MAX) {
            // Whom accept() would leave in the queue must not end the sleep.
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
        long next = Long.MAX_VALUE;
        for (int i = 0; i < candidates.size(); i++) {
            next = Math.min(next, candidates.get(i).deadlineNanos);
        }
        return next;
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
