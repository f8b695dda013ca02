package dev.ringroad.net.driver.vhost;

import static dev.ringroad.net.virtio.VhostUserRequest.NO_DESCRIPTOR;
import static dev.ringroad.net.virtio.VhostUserRequest.RING_INDEX_MASK;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.net.virtio.VhostUserChannel;
import dev.ringroad.net.virtio.VhostUserException;
import dev.ringroad.net.virtio.VhostUserFeature;
import dev.ringroad.net.virtio.VhostUserMessage;
import dev.ringroad.net.virtio.VhostUserPayload;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryTable;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VhostUserPayload.VringState;
import dev.ringroad.net.virtio.VhostUserRequest;
import dev.ringroad.net.virtio.VirtioFeature;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A connection to one front end: its messages, its memory, its rings.
 *
 * <p>A ring works while it was started by its kick, is enabled (if that is what was agreed), has a
 * size and addresses, and there is memory. Messages that would change a working ring's ground stop
 * it first, or are refused.
 */
final class VhostSession implements AutoCloseable {

    /** What a device of one queue pair offers. */
    static final long FEATURES =
            VirtioFeature.union(
                    VirtioFeature.NET_MRG_RXBUF,
                    VirtioFeature.INDIRECT_DESC,
                    VirtioFeature.EVENT_IDX,
                    VirtioFeature.PROTOCOL_FEATURES,
                    VirtioFeature.VERSION_1,
                    VirtioFeature.RING_PACKED,
                    VirtioFeature.IN_ORDER);

    /** What the protocol can do beside what it must. */
    static final long PROTOCOL_FEATURES =
            VhostUserFeature.union(
                    VhostUserFeature.MQ, VhostUserFeature.REPLY_ACK, VhostUserFeature.STATUS);

    /** So many messages are taken at a time, so that no flood keeps the frames waiting. */
    static final int MESSAGES_A_CALL_MAX = 16;

    private static final long ACKNOWLEDGED = 0;
    private static final long REFUSED = 1;

    private final VhostUserChannel channel;
    private final VhostConfig config;
    private final VhostCounters counters;
    private final VhostFault fault;
    private final VringStarter starter;
    private final Vring[] rings;
    private final long offered;
    private long features;
    private long protocolFeatures;
    private int status;
    private @Nullable GuestMemory memory;
    private boolean wasUp;

    VhostSession(
            VhostUserChannel channel,
            VhostConfig config,
            VhostCounters counters,
            VhostFault fault,
            VringStarter starter) {
        this.channel = channel;
        this.config = config;
        this.counters = counters;
        this.fault = fault;
        this.starter = starter;
        rings = new Vring[2 * config.queuePairs()];
        for (int i = 0; i < rings.length; i++) {
            rings[i] = new Vring(i);
        }
        offered = config.queuePairs() > 1 ? FEATURES | VirtioFeature.NET_MQ.mask() : FEATURES;
    }

    /** The descriptor of the connection, to wait on. */
    Descriptor descriptor() {
        return channel.descriptor();
    }

    /** Whether the first pair of rings carries frames. */
    boolean up() {
        return fault.reason() == null && rings[0].running != null && rings[1].running != null;
    }

    /** Whether it ever did. */
    boolean wasUp() {
        return wasUp;
    }

    /** Why the rings are beyond use; null while they are not. */
    @Nullable VhostDrop fault() {
        return fault.reason();
    }

    /** What was agreed, in words. */
    String agreed() {
        return VirtioFeature.names(features);
    }

    /**
     * Does what the messages that are here ask for, up to {@link #MESSAGES_A_CALL_MAX} or the first
     * one that took the time of mapping memory.
     *
     * @return whether there may be more
     * @throws VhostUserException if one of them breaks the protocol, or can't be done
     * @throws IOException if the front end is gone
     */
    boolean serve() throws IOException {
        for (int i = 0; i < MESSAGES_A_CALL_MAX; i++) {
            VhostUserMessage message = channel.receive();
            if (message == null) {
                return false;
            }
            serve(message);
            if (message.request() == VhostUserRequest.SET_MEM_TABLE) {
                return true;
            }
        }
        return true;
    }

    private void serve(VhostUserMessage message) throws IOException {
        if (message.answer()) {
            throw new VhostUserException(
                    "An answer to " + message.request() + " came, which nobody asked.");
        }
        boolean acknowledge =
                message.acknowledgementWanted()
                        && !message.request().hasAnswer()
                        && VhostUserFeature.REPLY_ACK.in(protocolFeatures);
        handle(message, acknowledge);
        wasUp |= up();
        dropStrayDescriptors();
    }

    private void handle(VhostUserMessage message, boolean acknowledge) throws IOException {
        VhostUserRequest request = message.request();
        try {
            obey(message);
        } catch (IOException e) {
            if (acknowledge) {
                channel.send(VhostUserMessage.answer(request, REFUSED));
            }
            throw e;
        }
        if (acknowledge) {
            channel.send(VhostUserMessage.answer(request, ACKNOWLEDGED));
        }
    }

    private void dropStrayDescriptors() {
        Descriptor stray;
        while ((stray = channel.takeDescriptor()) != null) {
            counters.drop(VhostDrop.STRAY_DESCRIPTOR);
            stray.close();
        }
    }

    private void obey(VhostUserMessage message) throws IOException {
        VhostUserRequest request = message.request();
        switch (request) {
            case GET_FEATURES -> answer(request, offered);
            case SET_FEATURES -> agree(message.number());
            case SET_OWNER -> {
                // Whoever is connected owns the device.
            }
            case RESET_OWNER -> stopAll();
            case GET_PROTOCOL_FEATURES -> answer(request, PROTOCOL_FEATURES);
            case SET_PROTOCOL_FEATURES -> agreeOnProtocol(message.number());
            case GET_QUEUE_NUM -> answer(request, config.queuePairs());
            case SET_MEM_TABLE -> setMemory(message.payload());
            case SET_VRING_NUM, SET_VRING_BASE, SET_VRING_ENABLE, GET_VRING_BASE -> {
                if (message.payload() instanceof VringState state) {
                    setState(request, ring(state.index()), state.value());
                }
            }
            case SET_VRING_ADDR -> {
                if (message.payload() instanceof VringAddress address) {
                    setAddress(ring(address.index()), address);
                }
            }
            case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR ->
                    setEvent(request, message.number());
            case SET_STATUS -> setStatus((int) message.number());
            case GET_STATUS -> answer(request, status);
        }
    }

    private void answer(VhostUserRequest request, long number) throws IOException {
        channel.send(VhostUserMessage.answer(request, number));
    }

    private void agree(long wanted) throws VhostUserException {
        requireOffered(VirtioFeature.names(wanted & ~offered), wanted & ~offered);
        for (Vring ring : rings) {
            if (wanted != features) {
                requireStopped(ring, "while the features change");
            }
        }
        features = wanted;
    }

    private void agreeOnProtocol(long wanted) throws VhostUserException {
        long unknown = wanted & ~PROTOCOL_FEATURES;
        requireOffered(VhostUserFeature.names(unknown), unknown);
        protocolFeatures = wanted;
    }

    private static void requireOffered(String names, long unknown) throws VhostUserException {
        if (unknown != 0) {
            throw new VhostUserException("Features were set that are not offered: " + names + ".");
        }
    }

    private Vring ring(int index) throws VhostUserException {
        if (index < 0 || index >= rings.length) {
            throw new VhostUserException(
                    "Ring "
                            + Integer.toUnsignedString(index)
                            + " is not among the "
                            + rings.length
                            + " of this device.");
        }
        return rings[index];
    }

    private static void requireStopped(Vring ring, String when) throws VhostUserException {
        if (ring.running != null) {
            throw new VhostUserException(ring + " works " + when + ".");
        }
    }

    private void setMemory(VhostUserPayload payload) throws IOException {
        if (!(payload instanceof MemoryTable table)) {
            return;
        }
        Deque<Descriptor> files = new ArrayDeque<>();
        Descriptor file;
        while ((file = channel.takeDescriptor()) != null) {
            files.add(file);
        }
        for (Vring ring : rings) {
            stop(ring);
        }
        GuestMemory former = memory;
        memory = null;
        if (former != null) {
            former.close();
        }
        memory = GuestMemory.map(table.regions(), files, config);
        for (Vring ring : rings) {
            startIfReady(ring);
        }
    }

    private void setState(VhostUserRequest request, Vring ring, int value) throws IOException {
        switch (request) {
            case SET_VRING_NUM -> {
                requireStopped(ring, "while its size changes");
                ring.size = value;
            }
            case SET_VRING_BASE -> {
                requireStopped(ring, "while its base changes");
                ring.base = value & 0xFFFF;
            }
            case SET_VRING_ENABLE -> {
                ring.enabled = value != 0;
                if (!ring.enabled && agreedOnEnabling()) {
                    stop(ring);
                }
            }
            default -> {
                stop(ring);
                ring.started = false;
                int base = ring.base == Vring.NO_BASE ? 0 : (int) ring.base;
                channel.send(VhostUserMessage.answer(request, new VringState(ring.index, base)));
            }
        }
        startIfReady(ring);
    }

    private void setAddress(Vring ring, VringAddress address) throws VhostUserException {
        requireStopped(ring, "while its addresses change");
        ring.address = address;
        startIfReady(ring);
    }

    private void setEvent(VhostUserRequest request, long number) throws IOException {
        Vring ring = ring((int) (number & RING_INDEX_MASK));
        EventFd event = (number & NO_DESCRIPTOR) != 0 ? null : takeEvent(request, ring);
        switch (request) {
            case SET_VRING_KICK -> {
                ring.kick(event);
                ring.started = true;
                startIfReady(ring);
            }
            case SET_VRING_CALL -> ring.call(event);
            default -> ring.error(event);
        }
    }

    private EventFd takeEvent(VhostUserRequest request, Vring ring) throws VhostUserException {
        Descriptor file = channel.takeDescriptor();
        if (file == null) {
            throw new VhostUserException(
                    request + " of ring " + ring.index + " has no descriptor.");
        }
        try {
            return EventFd.adopt(file);
        } catch (IOException e) {
            file.close();
            throw new VhostUserException(
                    request + " of ring " + ring.index + ": " + e.getMessage(), e);
        }
    }

    private void setStatus(int value) {
        status = value & 0xFF;
        if (status == 0) {
            stopAll();
        }
    }

    private boolean agreedOnEnabling() {
        return VirtioFeature.PROTOCOL_FEATURES.in(features);
    }

    private void startIfReady(Vring ring) throws VhostUserException {
        GuestMemory present = memory;
        VringAddress address = ring.address;
        boolean enabled = ring.enabled || !agreedOnEnabling();
        if (ring.running != null
                || present == null
                || address == null
                || ring.size == 0
                || !ring.started
                || !enabled) {
            return;
        }
        ring.running = starter.start(ring, address, present, features, fault);
    }

    private void stop(Vring ring) {
        VhostRing running = ring.running;
        if (running != null) {
            ring.running = null;
            ring.base = Integer.toUnsignedLong(starter.stop(ring, running));
        }
    }

    /** All rings are as if nothing had been said about them, but for where they were. */
    private void stopAll() {
        for (Vring ring : rings) {
            stop(ring);
            ring.started = false;
            ring.enabled = false;
        }
    }

    /** Lets go of all that the front end has given. */
    @Override
    public void close() {
        stopAll();
        for (Vring ring : rings) {
            ring.close();
        }
        if (memory != null) {
            memory.close();
            memory = null;
        }
        channel.close();
    }
}
