package dev.ringroad.net.driver.memif;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.net.driver.memif.MemifMessage.AddRegion;
import dev.ringroad.net.driver.memif.MemifMessage.AddRing;
import dev.ringroad.net.driver.memif.MemifMessage.Connect;
import dev.ringroad.net.driver.memif.MemifMessage.Disconnect;
import dev.ringroad.net.driver.memif.MemifMessage.Init;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server says and learns until its client has offered everything. It does no I/O: messages
 * go in with the descriptor that came along, the reply comes out.
 *
 * <p>Descriptors that it keeps are its own until {@link #close}; mapping an offer needs no more of
 * them than their numbers.
 */
final class MemifServerHandshake implements AutoCloseable {

    /** A client that needs more is either lost or hostile. */
    static final int REGIONS_MAX = 16;

    /** All regions of a client are mapped, and this process may touch all, so they have an end. */
    static final long OFFERED_BYTES_MAX = 4L << 30;

    private static final String NAME = "ringroad";

    private enum State {
        WANTS_INIT,
        TAKES_OFFERS,
        OFFERED,
        CLOSED
    }

    /** Memory that the client offered. */
    record RegionOffer(long bytes, Descriptor descriptor) {}

    /** A ring that the client offered, and the eventfd that is its doorbell. */
    record RingOffer(AddRing ring, Descriptor doorbell) {}

    private final MemifConfig config;
    private final List<RegionOffer> regions = new ArrayList<>();
    private long offeredBytes;
    private @Nullable RingOffer toServer;
    private @Nullable RingOffer toClient;
    private State state = State.WANTS_INIT;

    MemifServerHandshake(MemifConfig config) {
        this.config = config;
    }

    /** What is said first, as soon as a client has connected. */
    MemifMessage hello() {
        return new MemifMessage.Hello(
                NAME,
                MemifMessage.VERSION,
                MemifMessage.VERSION,
                REGIONS_MAX - 1,
                0,
                0,
                MemifRing.LOG2_MAX);
    }

    /** What is said last, when the offer has been taken. */
    MemifMessage connected() {
        return new MemifMessage.Connected(config.interfaceName());
    }

    /** Whether the client has offered all; its offers can be mapped then. */
    boolean offered() {
        return state == State.OFFERED;
    }

    List<RegionOffer> regions() {
        return regions;
    }

    /** The ring towards this server, once {@link #offered}. */
    RingOffer toServer() {
        return require(toServer);
    }

    /** The ring towards the client, once {@link #offered}. */
    RingOffer toClient() {
        return require(toClient);
    }

    /**
     * Takes a message.
     *
     * @param descriptor what came with it; this handshake's from now on, and closed if it has no
     *     use
     * @return the reply, or null when there is none yet
     * @throws MemifProtocolException if the client breaks the protocol or leaves
     */
    @Nullable MemifMessage receive(MemifMessage message, @Nullable Descriptor descriptor)
            throws MemifProtocolException {
        Descriptor unclaimed = descriptor;
        try {
            switch (message) {
                case Init init -> init(init);
                case AddRegion region -> {
                    addRegion(region, descriptor);
                    unclaimed = null;
                }
                case AddRing ring -> {
                    addRing(ring, descriptor);
                    unclaimed = null;
                }
                case Connect _ -> {
                    connect();
                    return null;
                }
                case Disconnect bye ->
                        throw new MemifProtocolException("The client left: " + bye.reason());
                default ->
                        throw new MemifProtocolException(
                                "A client does not send "
                                        + message.getClass().getSimpleName()
                                        + ".");
            }
            return new MemifMessage.Ack();
        } finally {
            if (unclaimed != null) {
                unclaimed.close();
            }
        }
    }

    private void init(Init init) throws MemifProtocolException {
        requireState(State.WANTS_INIT, "INIT");
        if (init.version() != MemifMessage.VERSION) {
            throw new MemifProtocolException(
                    "Version "
                            + (init.version() >> 8)
                            + "."
                            + (init.version() & 0xFF)
                            + " is not 2.0.");
        }
        if (init.interfaceId() != config.interfaceId()) {
            throw new MemifProtocolException("Interface " + init.interfaceId() + " is not here.");
        }
        if (init.mode() != MemifMessage.MODE_ETHERNET) {
            throw new MemifProtocolException("Only Ethernet mode is spoken.");
        }
        if (!secretMatches(init.secret())) {
            throw new MemifProtocolException("The secret is wrong.");
        }
        state = State.TAKES_OFFERS;
    }

    private boolean secretMatches(String offered) {
        return config.secret().isEmpty()
                || MessageDigest.isEqual(
                        config.secret().getBytes(StandardCharsets.UTF_8),
                        offered.getBytes(StandardCharsets.UTF_8));
    }

    private void addRegion(AddRegion region, @Nullable Descriptor descriptor)
            throws MemifProtocolException {
        requireState(State.TAKES_OFFERS, "ADD_REGION");
        if (descriptor == null) {
            throw new MemifProtocolException("A region comes with its descriptor.");
        }
        if (region.index() != regions.size() || regions.size() >= REGIONS_MAX) {
            throw new MemifProtocolException(
                    "Region "
                            + region.index()
                            + " is not the next of at most "
                            + REGIONS_MAX
                            + ".");
        }
        if (region.bytes() < 1) {
            throw new MemifProtocolException("Region " + region.index() + " has no size.");
        }
        if (region.bytes() > OFFERED_BYTES_MAX - offeredBytes) {
            throw new MemifProtocolException(
                    "Region "
                            + region.index()
                            + " brings the offered memory to more than "
                            + OFFERED_BYTES_MAX
                            + " bytes.");
        }
        offeredBytes += region.bytes();
        regions.add(new RegionOffer(region.bytes(), descriptor));
    }

    private void addRing(AddRing ring, @Nullable Descriptor descriptor)
            throws MemifProtocolException {
        requireState(State.TAKES_OFFERS, "ADD_RING");
        if (descriptor == null) {
            throw new MemifProtocolException("A ring comes with its eventfd.");
        }
        boolean taken = (ring.toServer() ? toServer : toClient) != null;
        if (ring.index() != 0 || taken) {
            throw new MemifProtocolException("There is one ring for each direction, number 0.");
        }
        RingOffer offer = new RingOffer(ring, descriptor);
        if (ring.toServer()) {
            toServer = offer;
        } else {
            toClient = offer;
        }
    }

    private void connect() throws MemifProtocolException {
        requireState(State.TAKES_OFFERS, "CONNECT");
        if (toServer == null || toClient == null) {
            throw new MemifProtocolException("A ring is missing; there must be one each way.");
        }
        state = State.OFFERED;
    }

    private void requireState(State wanted, String message) throws MemifProtocolException {
        if (state != wanted) {
            throw new MemifProtocolException(message + " came out of order.");
        }
    }

    private static RingOffer require(@Nullable RingOffer offer) {
        if (offer == null) {
            throw new IllegalStateException("the client has not offered its rings yet");
        }
        return offer;
    }

    /** Closes the descriptors of all that was offered. */
    @Override
    public void close() {
        state = State.CLOSED;
        for (RegionOffer region : regions) {
            region.descriptor().close();
        }
        regions.clear();
        if (toServer != null) {
            toServer.doorbell().close();
            toServer = null;
        }
        if (toClient != null) {
            toClient.doorbell().close();
            toClient = null;
        }
    }
}
