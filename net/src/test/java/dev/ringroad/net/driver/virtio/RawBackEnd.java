package dev.ringroad.net.driver.virtio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.UnixStream;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.VhostUserChannel;
import dev.ringroad.net.virtio.VhostUserFeature;
import dev.ringroad.net.virtio.VhostUserMessage;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryTable;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VhostUserPayload.VringState;
import dev.ringroad.net.virtio.VhostUserRequest;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioNetHeader;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A back end that does what it is told, good or bad. */
final class RawBackEnd implements AutoCloseable {

    static final long FEATURES =
            VirtioFeature.union(
                    VirtioFeature.VERSION_1,
                    VirtioFeature.PROTOCOL_FEATURES,
                    VirtioFeature.RING_PACKED,
                    VirtioFeature.IN_ORDER,
                    VirtioFeature.NET_MRG_RXBUF,
                    VirtioFeature.INDIRECT_DESC,
                    VirtioFeature.NET_MQ);
    static final long PROTOCOL_FEATURES =
            VhostUserFeature.union(
                    VhostUserFeature.MQ, VhostUserFeature.REPLY_ACK, VhostUserFeature.STATUS);

    private static final int RINGS_MAX = 2 * VirtioConfig.QUEUES_MAX;

    /** A ring as it was offered. */
    static final class Ring {
        int size;
        long descriptors;
        long available;
        long used;
        int base;
        boolean enabled;
        @Nullable EventFd kick;
        @Nullable EventFd call;
    }

    final VhostUserChannel channel;
    final List<VhostUserRequest> heard = new ArrayList<>();
    final Ring[] rings = new Ring[RINGS_MAX];
    long offeredFeatures = FEATURES;
    long offeredProtocolFeatures = PROTOCOL_FEATURES;
    long queuePairs = 2;
    long features;
    long status;
    @Nullable VhostUserRequest refused;
    @Nullable SharedRegion region;
    private long guestBase;
    private final DeviceModel[] models = new DeviceModel[RINGS_MAX];

    RawBackEnd(UnixStream socket) {
        channel = new VhostUserChannel(socket);
        for (int i = 0; i < RINGS_MAX; i++) {
            rings[i] = new Ring();
        }
    }

    /** Hears and answers what there is. */
    void serve() throws IOException {
        VhostUserMessage message;
        while ((message = channel.receive()) != null) {
            heard.add(message.request());
            long done = take(message);
            long result = message.request() == refused ? 1 : done;
            if (message.request().hasAnswer() || message.acknowledgementWanted()) {
                channel.send(VhostUserMessage.answer(message.request(), result));
            }
        }
    }

    private long take(VhostUserMessage message) throws IOException {
        switch (message.request()) {
            case GET_FEATURES -> {
                return offeredFeatures;
            }
            case GET_PROTOCOL_FEATURES -> {
                return offeredProtocolFeatures;
            }
            case GET_QUEUE_NUM -> {
                return queuePairs;
            }
            case GET_STATUS -> {
                return status;
            }
            case SET_STATUS -> status = message.number();
            case SET_FEATURES -> features = message.number();
            case SET_MEM_TABLE -> map((MemoryTable) message.payload());
            case SET_VRING_KICK -> rings[(int) message.number()].kick = event();
            case SET_VRING_CALL -> rings[(int) message.number()].call = event();
            case SET_VRING_ADDR -> address((VringAddress) message.payload());
            case SET_VRING_NUM -> state(message).size = value(message);
            case SET_VRING_BASE -> state(message).base = value(message);
            case SET_VRING_ENABLE -> state(message).enabled = value(message) == 1;
            default -> {
                return 0;
            }
        }
        return 0;
    }

    private Ring state(VhostUserMessage message) {
        return rings[((VringState) message.payload()).index()];
    }

    private static int value(VhostUserMessage message) {
        return ((VringState) message.payload()).value();
    }

    private EventFd event() throws IOException {
        return EventFd.adopt(Objects.requireNonNull(channel.takeDescriptor()));
    }

    private void map(MemoryTable table) throws IOException {
        Descriptor file = Objects.requireNonNull(channel.takeDescriptor());
        region = SharedRegion.map(file, table.regions().getFirst().bytes());
        guestBase = table.regions().getFirst().guestAddress();
    }

    private void address(VringAddress address) {
        Ring ring = rings[address.index()];
        ring.descriptors = address.descriptors();
        ring.available = address.available();
        ring.used = address.used();
    }

    boolean packed() {
        return VirtioFeature.RING_PACKED.in(features);
    }

    MemorySegment memory() {
        return Objects.requireNonNull(region).segment();
    }

    /** The device's side of a ring: 0 is where the driver receives, 1 where it transmits. */
    DeviceModel ring(int index) {
        if (models[index] == null) {
            Ring ring = rings[index];
            QueueMemory place =
                    new QueueMemory(
                            memory(),
                            ring.size,
                            ring.descriptors - guestBase,
                            ring.available - guestBase,
                            ring.used - guestBase);
            models[index] = DeviceModel.of(place, packed());
        }
        return models[index];
    }

    /** Gives the driver a frame in one buffer. */
    void deliver(byte[] frame) {
        deliver(frame, 1, VirtioNetHeader.BYTES + frame.length);
    }

    /** Gives the driver a frame with whatever its header and its length say. */
    void deliver(byte[] frame, int buffers, long bytes) {
        DeviceModel.Buffer buffer = Objects.requireNonNull(ring(0).next());
        writeHeader(buffer, buffers);
        write(buffer, VirtioNetHeader.BYTES, frame, 0, frame.length);
        ring(0).use(buffer.id(), bytes);
    }

    /** Gives a part of a frame that lies in several buffers; the first has the header. */
    void deliverPart(byte[] frame, int begin, int end, int buffers) {
        DeviceModel.Buffer buffer = Objects.requireNonNull(ring(0).next());
        int header = begin == 0 ? VirtioNetHeader.BYTES : 0;
        if (begin == 0) {
            writeHeader(buffer, buffers);
        }
        write(buffer, header, frame, begin, end);
        ring(0).use(buffer.id(), header + end - begin);
    }

    private void writeHeader(DeviceModel.Buffer buffer, int buffers) {
        memory().asSlice(buffer.offset(), VirtioNetHeader.BYTES).fill((byte) 0);
        memory().set(JAVA_SHORT_UNALIGNED, buffer.offset() + 10, (short) buffers);
    }

    private void write(DeviceModel.Buffer buffer, int at, byte[] frame, int begin, int end) {
        MemorySegment.copy(frame, begin, memory(), JAVA_BYTE, buffer.offset() + at, end - begin);
    }

    /** Takes the next frame that the driver transmits, header included; null if there is none. */
    byte @Nullable [] take() {
        DeviceModel.Buffer buffer = ring(1).next();
        if (buffer == null) {
            return null;
        }
        byte[] frame =
                (buffer.flags() & RingDescriptor.INDIRECT) == 0
                        ? bytes(buffer.offset(), buffer.length())
                        : gather(buffer);
        ring(1).use(buffer.id(), 0);
        return frame;
    }

    private byte[] bytes(long offset, long count) {
        return memory().asSlice(offset, count).toArray(JAVA_BYTE);
    }

    private byte[] gather(DeviceModel.Buffer table) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < table.length() / RingDescriptor.BYTES; i++) {
            long at = RingDescriptor.at(table.offset(), i);
            long offset = RingDescriptor.address(memory(), at) - guestBase;
            all.writeBytes(
                    bytes(offset, RingDescriptor.length(RingDescriptor.second(memory(), at))));
        }
        return all.toByteArray();
    }

    @Override
    public void close() {
        channel.close();
        for (Ring ring : rings) {
            if (ring.kick != null) {
                ring.kick.close();
            }
            if (ring.call != null) {
                ring.call.close();
            }
        }
        if (region != null) {
            region.close();
        }
    }
}
