package dev.ringroad.net.driver.memif;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.Memfd;
import dev.ringroad.core.linux.UnixSeqPacket;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.driver.memif.MemifMessage.Ack;
import dev.ringroad.net.driver.memif.MemifMessage.AddRegion;
import dev.ringroad.net.driver.memif.MemifMessage.AddRing;
import dev.ringroad.net.driver.memif.MemifMessage.Connect;
import dev.ringroad.net.driver.memif.MemifMessage.Connected;
import dev.ringroad.net.driver.memif.MemifMessage.Hello;
import dev.ringroad.net.driver.memif.MemifMessage.Init;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * A peer made by hand, which says and writes what a test wants. The device under test is serviced
 * whenever the peer waits for an answer.
 */
final class RawPeer implements AutoCloseable {

    static final int RING_LOG2 = 3;
    static final int SLOTS = 1 << RING_LOG2;
    static final long TO_CLIENT_AT = 512;
    static final long BUFFERS_AT = 4096;
    static final int BUFFER_BYTES = 2048;
    static final long REGION_BYTES = BUFFERS_AT + 2L * SLOTS * BUFFER_BYTES;

    private final LongConsumer service;
    private final Supplier<String> status;
    static final long STEP_NANOS = 5_000_000;

    final List<AutoCloseable> owned = new ArrayList<>();
    @Nullable UnixSeqPacket listener;
    @Nullable UnixSeqPacket socket;
    @Nullable MemifControl control;
    MemorySegment memory = MemorySegment.NULL;
    @Nullable MemifRing toServer;
    @Nullable MemifRing toClient;
    @Nullable EventFd toServerDoorbell;
    @Nullable EventFd toClientDoorbell;

    /** Time goes by whenever somebody waits, faster than outside, so that no test sleeps. */
    private static long clockNanos = System.nanoTime();

    static void service(MemifDevice device) {
        serviceLater(device::service, STEP_NANOS);
    }

    static void serviceLater(LongConsumer service, long nanos) {
        clockNanos += nanos;
        service.accept(clockNanos);
    }

    static long now() {
        return clockNanos;
    }

    private RawPeer(LongConsumer service, Supplier<String> status) {
        this.service = service;
        this.status = status;
    }

    /** A client that has connected and got its HELLO. */
    static RawPeer client(MemifDevice device, String path) throws Exception {
        return client(device::service, device::status, path);
    }

    /** The same, of a server without its device. */
    static RawPeer client(MemifServer server, String path) throws Exception {
        return client(server::service, server::status, path);
    }

    private static RawPeer client(LongConsumer service, Supplier<String> status, String path)
            throws Exception {
        RawPeer peer = new RawPeer(service, status);
        peer.socket = UnixSeqPacket.connect(path, false);
        peer.control = new MemifControl(peer.socket);
        require(peer.exchange(), Hello.class);
        return peer;
    }

    /** A client that is through the handshake. */
    static RawPeer connectedClient(MemifDevice device, String path) throws Exception {
        RawPeer peer = client(device, path);
        peer.offer();
        return peer;
    }

    /** Introduces itself, offers memory of its own and connects. */
    MemifMessage offer() throws Exception {
        say(new Init(0x200, 0, 0, "", "raw"), -1);
        SharedRegion region = SharedRegion.allocate("raw", REGION_BYTES, Placement.ordinary());
        owned.add(region);
        return offer(region);
    }

    /** Offers a region with two rings of eight slots and connects. */
    MemifMessage offer(SharedRegion region) throws Exception {
        toServerDoorbell = EventFd.create();
        toClientDoorbell = EventFd.create();
        owned.add(toServerDoorbell);
        owned.add(toClientDoorbell);
        return offer(region, toServerDoorbell.descriptor(), toClientDoorbell.descriptor());
    }

    /** The same, with whatever for doorbells. */
    MemifMessage offer(SharedRegion region, Descriptor towardsServer, Descriptor towardsClient)
            throws Exception {
        memory = region.segment();
        toServer = MemifRing.initialise(memory, 0, RING_LOG2);
        toClient = MemifRing.initialise(memory, TO_CLIENT_AT, RING_LOG2);
        MemifMessage answer =
                say(new AddRegion(0, region.byteSize()), region.descriptor().number());
        if (!(answer instanceof Ack)) {
            return answer;
        }
        say(new AddRing(true, 0, 0, 0, RING_LOG2, 0), towardsServer.number());
        say(new AddRing(false, 0, 0, TO_CLIENT_AT, RING_LOG2, 0), towardsClient.number());
        answer = say(new Connect("raw0"), -1);
        for (int slot = 0; slot < SLOTS; slot++) {
            toClient.descriptorLow(slot, MemifRing.low(0, 0, BUFFER_BYTES));
            toClient.descriptorHigh(slot, buffer(SLOTS + slot));
        }
        if (answer instanceof Connected) {
            toClient.headRelease(SLOTS);
        }
        return answer;
    }

    /** Fills the doorbell that the device rings and makes both wait, reading and writing. */
    void makeDoorbellsWait(EventFd rungByDevice) throws Exception {
        MemorySegment full = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, -2L);
        rungByDevice.descriptor().write(full, 0, Long.BYTES);
        toServerDoorbell.descriptor().nonBlocking(false);
        toClientDoorbell.descriptor().nonBlocking(false);
    }

    /** Where a buffer lies, 0 to 7 towards the server and 8 to 15 towards the client. */
    static long buffer(int index) {
        return BUFFERS_AT + (long) index * BUFFER_BYTES;
    }

    /** Lays a descriptor towards the server. */
    void lay(int slot, int flags, int region, int length, long offset) {
        toServer.descriptorLow(slot, MemifRing.low(flags, region, 0) | (long) length << 32);
        toServer.descriptorHigh(slot, offset);
    }

    /** A server that waits for the device to connect, and has said HELLO. */
    static RawPeer server(MemifDevice device, UnixSeqPacket listener) throws Exception {
        RawPeer peer = new RawPeer(device::service, device::status);
        peer.listener = listener;
        for (int i = 0; peer.socket == null; i++) {
            service(device);
            peer.socket = listener.accept();
            if (i > 100_000) {
                throw new AssertionError("the client never connected");
            }
        }
        peer.control = new MemifControl(peer.socket);
        peer.control.send(new Hello("raw", 0x200, 0x200, 255, 0, 0, RING_LOG2), -1);
        return peer;
    }

    /** Takes all that the device offers and says CONNECTED; the regions are mapped. */
    List<SharedRegion> accept() throws Exception {
        List<SharedRegion> regions = new ArrayList<>();
        while (true) {
            MemifMessage message = exchange();
            var descriptor = control.takeDescriptor();
            switch (message) {
                case AddRegion region -> {
                    regions.add(SharedRegion.map(descriptor, region.bytes()));
                    owned.add(regions.getLast());
                }
                case AddRing ring -> {
                    EventFd doorbell = EventFd.adopt(descriptor);
                    owned.add(doorbell);
                    MemorySegment in = regions.get(ring.region()).segment();
                    MemifRing mapped = MemifRing.offered(in, ring.offset(), ring.ringLog2());
                    if (ring.toServer()) {
                        toServer = mapped;
                        toServerDoorbell = doorbell;
                    } else {
                        toClient = mapped;
                        toClientDoorbell = doorbell;
                    }
                }
                case Connect _ -> {
                    control.send(new Connected("raw0"), -1);
                    serviceLater(service, STEP_NANOS);
                    memory = regions.getFirst().segment();
                    return regions;
                }
                default -> require(message, Init.class);
            }
            control.send(new Ack(), -1);
        }
    }

    private static void require(MemifMessage message, Class<?> type) {
        if (!type.isInstance(message)) {
            throw new AssertionError("not " + type.getSimpleName() + " but " + message);
        }
    }

    /** Sends a message and waits for the answer. */
    MemifMessage say(MemifMessage message, int descriptor) throws Exception {
        control.send(message, descriptor);
        return exchange();
    }

    /** Sends bytes that need not be a message. */
    int sayBytes(MemorySegment bytes, long count, int descriptor) {
        return socket.send(bytes, count, descriptor);
    }

    /** The device's next message. */
    MemifMessage exchange() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            serviceLater(service, STEP_NANOS);
            MemifMessage message = control.receive();
            if (message != null) {
                return message;
            }
        }
        throw new AssertionError("the device says nothing; its status: " + status.get());
    }

    /** What the device says last, or that it closed the socket. */
    String farewell() throws Exception {
        try {
            while (true) {
                if (exchange() instanceof MemifMessage.Disconnect bye) {
                    return bye.reason();
                }
            }
        } catch (IOException e) {
            return "closed";
        }
    }

    /** A file in memory that can be sealed and has no seals. */
    static SharedRegion unsealed(long bytes) throws Exception {
        var file = Memfd.create("unsealed", 4096);
        Memfd.resize(file, bytes);
        return SharedRegion.map(file, bytes);
    }

    static MemorySegment bytes(int count) {
        return Arena.ofAuto().allocate(count);
    }

    @Override
    public void close() {
        if (control != null) {
            control.close();
        }
        for (AutoCloseable each : owned) {
            switch (each) {
                case SharedRegion region -> region.close();
                case EventFd doorbell -> doorbell.close();
                default -> throw new AssertionError(each);
            }
        }
    }
}
