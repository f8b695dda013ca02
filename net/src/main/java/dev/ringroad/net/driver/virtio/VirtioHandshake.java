package dev.ringroad.net.driver.virtio;

import static dev.ringroad.net.virtio.VhostUserMessage.ask;
import static dev.ringroad.net.virtio.VhostUserRequest.GET_FEATURES;
import static dev.ringroad.net.virtio.VhostUserRequest.GET_PROTOCOL_FEATURES;
import static dev.ringroad.net.virtio.VhostUserRequest.GET_QUEUE_NUM;
import static dev.ringroad.net.virtio.VhostUserRequest.GET_STATUS;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_FEATURES;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_MEM_TABLE;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_OWNER;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_PROTOCOL_FEATURES;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_STATUS;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_VRING_ADDR;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_VRING_BASE;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_VRING_CALL;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_VRING_ENABLE;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_VRING_KICK;
import static dev.ringroad.net.virtio.VhostUserRequest.SET_VRING_NUM;

import dev.ringroad.net.driver.virtio.VirtioLink.Lane;
import dev.ringroad.net.virtio.VhostUserException;
import dev.ringroad.net.virtio.VhostUserFeature;
import dev.ringroad.net.virtio.VhostUserMessage;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryTable;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VhostUserPayload.VringState;
import dev.ringroad.net.virtio.VhostUserRequest;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioStatus;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The front end's part of vhost-user up to the moment when the rings run, without a socket: what it
 * says next is taken from {@link #next}, what it hears is given to {@link #receive}.
 *
 * <p>First features are agreed on, then rings and memory are offered. With {@link
 * VhostUserFeature#REPLY_ACK} each step is acknowledged, and a back end that cannot do one is told
 * apart from one that is slow.
 */
final class VirtioHandshake implements AutoCloseable {

    /** Something to say; a descriptor of -1 is none. */
    record Outgoing(VhostUserMessage message, int descriptor) {

        /** Whether nothing more is said before the back end has answered. */
        boolean isAnswered() {
            return message.acknowledgementWanted() || message.request().hasAnswer();
        }
    }

    private static final int NO_DESCRIPTOR = -1;
    private static final long PROTOCOL_FEATURES =
            VhostUserFeature.union(
                    VhostUserFeature.MQ, VhostUserFeature.REPLY_ACK, VhostUserFeature.STATUS);

    /** A packed ring begins at position 0 with both wrap counters 1. */
    private static final int PACKED_BASE = 1 << 15 | 1 << 31;

    private static final int STATUS_BEGUN = VirtioStatus.ACKNOWLEDGE | VirtioStatus.DRIVER;
    private static final int STATUS_AGREED = STATUS_BEGUN | VirtioStatus.FEATURES_OK;
    private static final int STATUS_RUNNING = STATUS_AGREED | VirtioStatus.DRIVER_OK;

    private final VirtioConfig config;
    private final VirtioMemory memory;
    private final ArrayDeque<Outgoing> outgoing = new ArrayDeque<>();
    private @Nullable VhostUserRequest awaited;
    private @Nullable VirtioOffer offer;
    private long features;
    private long protocolFeatures;

    VirtioHandshake(VirtioConfig config, VirtioMemory memory) {
        this.config = config;
        this.memory = memory;
        say(ask(SET_OWNER));
        say(ask(GET_FEATURES));
    }

    private void say(VhostUserMessage message) {
        outgoing.add(new Outgoing(message, NO_DESCRIPTOR));
    }

    /** Says a step that is acknowledged where that was agreed. */
    private void step(VhostUserMessage message, int descriptor) {
        boolean acknowledged = VhostUserFeature.REPLY_ACK.in(protocolFeatures);
        outgoing.add(new Outgoing(acknowledged ? message.acknowledged() : message, descriptor));
    }

    private void step(VhostUserMessage message) {
        step(message, NO_DESCRIPTOR);
    }

    /** Whether there is something to say now: all may be said, or an answer be awaited. */
    boolean hasNext() {
        return awaited == null && !outgoing.isEmpty();
    }

    /** What to say now, as it {@link #hasNext}. */
    Outgoing next() {
        Outgoing next = outgoing.remove();
        if (next.isAnswered()) {
            awaited = next.message().request();
        }
        return next;
    }

    /** Whether the rings run. */
    boolean isDone() {
        return offer != null && awaited == null && outgoing.isEmpty();
    }

    /** What has been agreed. */
    long features() {
        return features;
    }

    /** What has been offered, when it {@link #isDone}. */
    VirtioOffer offer() {
        VirtioOffer made = offer;
        if (made == null) {
            throw new IllegalStateException("nothing has been offered yet");
        }
        return made;
    }

    /**
     * Takes what the back end says.
     *
     * @throws VhostUserException if it was not asked for that, or cannot do what it has to
     * @throws IOException if there are no descriptors for the rings
     */
    void receive(VhostUserMessage message) throws IOException {
        VhostUserRequest request = message.request();
        if (!message.answer() || request != awaited) {
            throw new VhostUserException(
                    "The back end said "
                            + request
                            + (awaited == null ? " unasked." : " where it was asked " + awaited));
        }
        awaited = null;
        switch (request) {
            case GET_FEATURES -> agree(message.number());
            case GET_PROTOCOL_FEATURES -> agreeOnProtocol(message.number());
            case GET_QUEUE_NUM -> offerQueues(message.number());
            case GET_STATUS -> checkStatus(message.number());
            default -> checkDone(request, message.number());
        }
    }

    private void agree(long offered) throws IOException {
        if (!VirtioFeature.VERSION_1.in(offered)) {
            throw new VhostUserException(
                    "The back end is older than virtio 1.0: it has "
                            + VirtioFeature.names(offered)
                            + ".");
        }
        features = offered & config.features();
        if (VirtioFeature.PROTOCOL_FEATURES.in(features)) {
            say(ask(GET_PROTOCOL_FEATURES));
        } else {
            offerQueues(1);
        }
    }

    private void agreeOnProtocol(long offered) throws IOException {
        protocolFeatures = offered & PROTOCOL_FEATURES;
        say(ask(SET_PROTOCOL_FEATURES, protocolFeatures));
        if (VhostUserFeature.MQ.in(protocolFeatures)) {
            say(ask(GET_QUEUE_NUM));
        } else {
            offerQueues(1);
        }
    }

    private void offerQueues(long pairs) throws IOException {
        if (Long.compareUnsigned(pairs, config.queues()) < 0) {
            throw new VhostUserException(
                    "The back end has "
                            + Long.toUnsignedString(pairs)
                            + " queue pairs, and "
                            + config.queues()
                            + " are asked for. Remedy: queues="
                            + Long.toUnsignedString(pairs)
                            + ", or more at the back end.");
        }
        boolean hasStatus = VhostUserFeature.STATUS.in(protocolFeatures);
        if (hasStatus) {
            step(ask(SET_STATUS, 0));
            step(ask(SET_STATUS, STATUS_BEGUN));
        }
        step(ask(SET_FEATURES, features));
        if (hasStatus) {
            step(ask(SET_STATUS, STATUS_AGREED));
            say(ask(GET_STATUS));
        }
        VirtioOffer made = new VirtioOffer(memory, features);
        offer = made;
        step(ask(SET_MEM_TABLE, table()), memory.region().descriptor().number());
        for (int i = 0; i < memory.rings(); i++) {
            offerRing(i, made.lanes().get(i));
        }
        if (VirtioFeature.PROTOCOL_FEATURES.in(features)) {
            for (int i = 0; i < memory.rings(); i++) {
                step(ask(SET_VRING_ENABLE, new VringState(i, 1)));
            }
        }
        if (hasStatus) {
            step(ask(SET_STATUS, STATUS_RUNNING));
        }
    }

    private MemoryTable table() {
        long base = QueueMemory.DEVICE_BASE;
        return new MemoryTable(
                List.of(new MemoryRegion(base, memory.region().byteSize(), base, 0)));
    }

    private void offerRing(int index, Lane lane) {
        QueueMemory place = memory.ring(index);
        boolean packed = VirtioFeature.RING_PACKED.in(features);
        step(ask(SET_VRING_NUM, new VringState(index, place.size())));
        step(ask(SET_VRING_BASE, new VringState(index, packed ? PACKED_BASE : 0)));
        step(
                ask(
                        SET_VRING_ADDR,
                        new VringAddress(
                                index,
                                0,
                                QueueMemory.deviceAddress(place.descriptorsAt()),
                                QueueMemory.deviceAddress(place.deviceAt()),
                                QueueMemory.deviceAddress(place.driverAt()),
                                0)));
        step(ask(SET_VRING_CALL, index), lane.call().descriptor().number());
        step(ask(SET_VRING_KICK, index), lane.kick().descriptor().number());
    }

    private static void checkStatus(long status) throws VhostUserException {
        if ((status & VirtioStatus.FEATURES_OK) == 0) {
            throw new VhostUserException("The back end does not take the features it offered.");
        }
    }

    private static void checkDone(VhostUserRequest request, long result) throws VhostUserException {
        if (result != 0) {
            throw new VhostUserException("The back end refused " + request + ".");
        }
    }

    /** Takes the offer back, unless it has become a link. */
    @Override
    public void close() {
        if (offer != null) {
            offer.close();
        }
    }
}
