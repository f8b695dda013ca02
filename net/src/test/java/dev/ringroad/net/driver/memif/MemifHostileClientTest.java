package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.Memfd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.driver.memif.MemifMessage.AddRegion;
import dev.ringroad.net.driver.memif.MemifMessage.AddRing;
import dev.ringroad.net.driver.memif.MemifMessage.Connect;
import dev.ringroad.net.driver.memif.MemifMessage.Disconnect;
import dev.ringroad.net.driver.memif.MemifMessage.Init;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** A server of ours and clients that lie to it. */
class MemifHostileClientTest {

    private static final Init INIT = new Init(0x200, 0, 0, "", "raw");

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private final Burst burst = new Burst(32);
    private String path = "";
    private MemifDevice device;

    @BeforeEach
    void open() throws Exception {
        path = folder.resolve("m.sock").toString();
        device = MemifDevice.open("m", MemifConfig.server(path), counters);
    }

    @AfterEach
    void close() {
        burst.releaseAll();
        device.close();
        counters.close();
    }

    private int receive() {
        device.rxQueue(0).receive(burst);
        int n = burst.size();
        burst.releaseAll();
        return n;
    }

    private Packet packet(int bytes) {
        Packet packet = device.pool().acquire();
        packet.append(bytes);
        return packet;
    }

    @Test
    void anHonestClientIsServed() throws Exception {
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            assertThat(device.linkUp()).isTrue();
            peer.memory.set(ValueLayout.JAVA_INT, RawPeer.buffer(0), 0x12345678);
            peer.lay(0, 0, 0, 60, RawPeer.buffer(0));
            peer.toServer.headRelease(1);
            device.rxQueue(0).receive(burst);
            Packet packet = burst.get(0);
            assertThat(packet.length()).isEqualTo(60);
            assertThat(packet.segment().get(ValueLayout.JAVA_INT, packet.offset()))
                    .isEqualTo(0x12345678);
            assertThat(peer.toServer.tailAcquire()).isEqualTo(1);

            assertThat(device.txQueue(0).transmit(burst)).isEqualTo(1);
            assertThat(peer.toClient.tailAcquire()).isEqualTo(1);
            assertThat(MemifRing.length(peer.toClient.descriptorLow(0))).isEqualTo(60);
            assertThat(peer.memory.get(ValueLayout.JAVA_INT, RawPeer.buffer(RawPeer.SLOTS)))
                    .isEqualTo(0x12345678);
        }
    }

    @Test
    void framesThatLieElsewhereAreDropped() throws Exception {
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            long end = peer.memory.byteSize();
            peer.lay(0, 0, 1, 60, 0);
            peer.lay(1, 0, 0xFFFF, 60, 0);
            peer.lay(2, 0, 0, 60, end - 59);
            peer.lay(3, 0, 0, 60, 0xFFFF_FFFFL);
            peer.lay(4, 0, 0, -1, 0);
            peer.lay(5, 0, 0, 13, 0);
            peer.lay(6, 0, 0, 20_000, 0);
            peer.lay(7, 0, 0, 60, end - 60);
            peer.toServer.headRelease(8);

            assertThat(receive()).isEqualTo(1);
            assertThat(device.dropped(MemifDrop.UNKNOWN_REGION)).isEqualTo(2);
            assertThat(device.dropped(MemifDrop.OUTSIDE_REGION)).isEqualTo(3);
            assertThat(device.dropped(DeviceDrop.RECEIVED_BROKEN)).isEqualTo(1);
            assertThat(device.dropped(DeviceDrop.RECEIVED_TOO_LONG)).isEqualTo(1);
            assertThat(peer.toServer.tailAcquire()).isEqualTo(8);
            RawPeer.service(device);
            assertThat(device.linkUp()).isTrue();
        }
    }

    @Test
    void chainsAreGatheredOrDropped() throws Exception {
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            int next = MemifRing.FLAG_NEXT;
            peer.lay(0, next, 0, 1000, RawPeer.buffer(0));
            peer.lay(1, next, 0, 0, RawPeer.buffer(1));
            peer.lay(2, 0, 0, 500, RawPeer.buffer(2));
            peer.memory.set(ValueLayout.JAVA_BYTE, RawPeer.buffer(2) + 499, (byte) 42);
            peer.lay(3, next, 0, 60, RawPeer.buffer(3));
            peer.lay(4, 0, 9, 60, RawPeer.buffer(4));
            peer.lay(5, next, 0, 2048, RawPeer.buffer(5));
            peer.lay(6, 0, 0, 2048, RawPeer.buffer(6));
            peer.toServer.headRelease(7);
            device.rxQueue(0).receive(burst);
            assertThat(burst.size()).isEqualTo(1);
            Packet packet = burst.get(0);
            assertThat(packet.length()).isEqualTo(1500);
            assertThat(packet.segment().get(ValueLayout.JAVA_BYTE, packet.offset() + 1499))
                    .isEqualTo((byte) 42);
            assertThat(device.dropped(MemifDrop.UNKNOWN_REGION)).isEqualTo(1);
            assertThat(device.dropped(DeviceDrop.RECEIVED_TOO_LONG)).isEqualTo(1);
            assertThat(MemifRing.hasNext(peer.toServer.descriptorLow(0)))
                    .as("the flag that DPDK never clears")
                    .isFalse();
        }
    }

    @Test
    void chainsThatNeverEndAreDropped() throws Exception {
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            int head = 0;
            for (int round = 0; round < 3; round++) {
                for (int slot = 0; slot < RawPeer.SLOTS; slot++) {
                    peer.lay(slot, MemifRing.FLAG_NEXT, 0, 60, RawPeer.buffer(slot));
                }
                head += RawPeer.SLOTS;
                peer.toServer.headRelease(head);
                assertThat(receive()).isZero();
                assertThat(peer.toServer.tailAcquire()).isEqualTo(head);
            }
            assertThat(device.dropped(MemifDrop.CUT_CHAIN)).isEqualTo(3);
        }
    }

    @Test
    void aHeadBeyondTheRingEndsTheConnection() throws Exception {
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            peer.toServer.headRelease(RawPeer.SLOTS + 1);
            assertThat(receive()).isZero();
            assertThat(device.linkUp()).isFalse();
            assertThat(peer.farewell()).contains("index beyond the ring");
            assertThat(device.dropped(MemifDrop.INDEX_JUMP)).isEqualTo(1);
        }
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            assertThat(device.linkUp()).isTrue();
            peer.toServer.headRelease(-1);
            assertThat(receive()).isZero();
            assertThat(peer.farewell()).contains("index beyond the ring");
        }
    }

    @Test
    void buffersThatCannotBeWrittenEndTheConnection() throws Exception {
        long[][] lies = {
            {MemifRing.low(0, 7, 2048), 0},
            {MemifRing.low(0, 0, 0), 4096},
            {MemifRing.low(0, 0, 2048), 0xFFFF_FFFFL},
            {MemifRing.low(0, 0, -1), 0},
            {MemifRing.low(0, 0, 2048), RawPeer.REGION_BYTES - 2047},
        };
        for (long[] lie : lies) {
            try (RawPeer peer = RawPeer.connectedClient(device, path)) {
                peer.toClient.descriptorLow(0, lie[0]);
                peer.toClient.descriptorHigh(0, lie[1]);
                burst.add(packet(60));
                device.txQueue(0).transmit(burst);
                assertThat(device.linkUp()).isFalse();
                assertThat(burst.size()).as("the packet stays the caller's").isEqualTo(1);
                burst.releaseAll();
                assertThat(peer.farewell()).contains("can't be written");
            }
        }
        assertThat(device.dropped(MemifDrop.BAD_BUFFER)).isEqualTo(lies.length);
    }

    @Test
    void creditBeyondTheRingEndsTheConnection() throws Exception {
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            peer.toClient.headRelease(RawPeer.SLOTS + 1);
            burst.add(packet(60));
            assertThat(device.txQueue(0).transmit(burst)).isZero();
            assertThat(peer.farewell()).contains("index beyond the ring");
        }
    }

    @Test
    void longFramesUseSeveralBuffers() throws Exception {
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            for (int slot = 0; slot < RawPeer.SLOTS; slot++) {
                peer.toClient.descriptorLow(slot, MemifRing.low(0, 0, 500));
            }
            for (int i = 0; i < 3; i++) {
                burst.add(packet(1200));
            }
            assertThat(device.txQueue(0).transmit(burst)).isEqualTo(2);
            assertThat(peer.toClient.tailAcquire()).isEqualTo(6);
            long[] lengths = new long[6];
            boolean[] more = new boolean[6];
            for (int i = 0; i < 6; i++) {
                lengths[i] = MemifRing.length(peer.toClient.descriptorLow(i));
                more[i] = MemifRing.hasNext(peer.toClient.descriptorLow(i));
            }
            assertThat(lengths).containsExactly(500, 500, 200, 500, 500, 200);
            assertThat(more).containsExactly(true, true, false, true, true, false);
            assertThat(MemifRing.length(peer.toClient.descriptorLow(6)))
                    .as("a buffer that did not suffice is left as it was")
                    .isEqualTo(500);
            peer.toClient.headRelease(RawPeer.SLOTS + 1);
            peer.toClient.descriptorLow(0, MemifRing.low(0, 0, 500));
            assertThat(device.txQueue(0).transmit(burst)).isEqualTo(1);
        }
    }

    @Test
    void regionsThatCouldShrinkAreRefused() throws Exception {
        try (RawPeer peer = RawPeer.client(device, path);
                SharedRegion region = RawPeer.unsealed(RawPeer.REGION_BYTES)) {
            peer.say(INIT, -1);
            MemifMessage answer = peer.offer(region);
            assertThat(answer).isInstanceOf(Disconnect.class);
            assertThat(((Disconnect) answer).reason()).contains("not sealed");
            assertThat(device.linkUp()).isFalse();
        }
    }

    @Test
    void regionsSmallerThanTheySayAreRefused() throws Exception {
        try (RawPeer peer = RawPeer.client(device, path);
                SharedRegion region = SharedRegion.allocate("small", 8192, Placement.ordinary())) {
            peer.say(INIT, -1);
            peer.say(new AddRegion(0, 8193), region.descriptor().number());
            EventFd doorbell = EventFd.create();
            peer.owned.add(doorbell);
            int fd = doorbell.descriptor().number();
            peer.say(new AddRing(true, 0, 0, 0, 3, 0), fd);
            peer.say(new AddRing(false, 0, 0, 512, 3, 0), fd);
            MemifMessage answer = peer.say(new Connect("x"), -1);
            assertThat(((Disconnect) answer).reason()).contains("8192").contains("8193");
        }
    }

    @Test
    void aDoorbellThatIsNoEventIsRefused() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        try (RawPeer peer = RawPeer.client(device, path);
                Descriptor ends = Descriptor.open(pipe.toString(), Descriptor.READ_WRITE, 0, "");
                SharedRegion region =
                        SharedRegion.allocate("p", RawPeer.REGION_BYTES, Placement.ordinary())) {
            peer.say(INIT, -1);
            MemifMessage answer = peer.offer(region, ends, ends);
            assertThat(((Disconnect) answer).reason()).contains("is no eventfd");
            assertThat(device.linkUp()).isFalse();
            assertThat(device.dropped(MemifDrop.BAD_MESSAGE)).isEqualTo(1);
        }
    }

    /** The flag is the eventfd's, so a peer can change it under the device at any time. */
    @Test
    void doorbellsThatWaitHoldNobodyUp() throws Exception {
        try (RawPeer peer = RawPeer.connectedClient(device, path);
                PollSet wake = new PollSet(4)) {
            peer.makeDoorbellsWait(peer.toClientDoorbell);
            assertThat(device.prepareSleep(wake)).isTrue();
            device.wakeUp();
            peer.toClient.unmaskInterrupts();
            burst.add(packet(60));
            assertThat(device.txQueue(0).transmit(burst)).isEqualTo(1);
            assertThat(device.linkUp()).isTrue();
        }
    }

    /**
     * Many times, so that interpreted and compiled code have to cope: where the fault is raised
     * differs.
     */
    @Test
    void memoryThatVanishesEndsTheConnection() throws Exception {
        allowUnsealed();
        for (int round = 1; round <= 300; round++) {
            try (RawPeer peer = RawPeer.client(device, path)) {
                SharedRegion region = RawPeer.unsealed(RawPeer.REGION_BYTES);
                peer.owned.add(region);
                peer.say(INIT, -1);
                peer.offer(region);
                assertThat(device.linkUp()).isTrue();
                for (int warm = 0; warm < 100; warm++) {
                    peer.lay((2 * warm) & 7, warm & 1, 0, 60, RawPeer.buffer(0));
                    peer.lay((2 * warm + 1) & 7, 0, 0, 60, RawPeer.buffer(1));
                    peer.toServer.headRelease(2 * warm + 2);
                    assertThat(receive()).isPositive();
                }
                for (int slot = 0; slot < RawPeer.SLOTS; slot++) {
                    peer.lay(slot, round & 1, 0, 60, RawPeer.buffer(slot));
                }
                peer.toServer.headRelease(200 + RawPeer.SLOTS);
                // Leaves the page with the rings, or not even that.
                Memfd.resize(region.descriptor(), round % 3 == 0 ? 0 : 4096);
                receive();
                RawPeer.service(device);
                assertThat(device.linkUp()).isFalse();
                assertThat(device.dropped(MemifDrop.MEMORY_GONE)).isEqualTo(round);
                assertThat(device.pool().available()).isEqualTo(device.pool().packets());
            }
        }
    }

    private void allowUnsealed() throws Exception {
        device.close();
        MemifConfig config = MemifConfig.server(path).withUnsealedAllowed(true);
        device = MemifDevice.open("m", config, counters);
        device.pool().recordStacks(false);
    }

    @Test
    void buffersThatVanishWhileTheyAreFilledEndTheConnection() throws Exception {
        allowUnsealed();
        try (RawPeer peer = RawPeer.client(device, path)) {
            SharedRegion region = RawPeer.unsealed(RawPeer.REGION_BYTES);
            peer.owned.add(region);
            peer.say(INIT, -1);
            peer.offer(region);
            Memfd.resize(region.descriptor(), 4096);
            burst.add(packet(60));
            burst.add(packet(60));
            int sent = device.txQueue(0).transmit(burst);
            // The virtual machine raises the fault with the first copy, or behind both.
            assertThat(sent).isIn(0, 2);
            assertThat(burst.size()).isEqualTo(2 - sent);
            RawPeer.service(device);
            assertThat(device.linkUp()).isFalse();
            assertThat(device.dropped(MemifDrop.MEMORY_GONE)).isEqualTo(1);
            burst.releaseAll();
            assertThat(device.pool().available()).isEqualTo(device.pool().packets());
        }
    }

    @Test
    void messagesOfAnotherSizeAreRefused() throws Exception {
        for (int bytes : new int[] {1, 127, 129, 4096}) {
            try (RawPeer peer = RawPeer.client(device, path)) {
                peer.sayBytes(RawPeer.bytes(bytes), bytes, -1);
                assertThat(peer.farewell()).contains("128 bytes");
            }
        }
        assertThat(device.dropped(MemifDrop.BAD_MESSAGE)).isEqualTo(4);
    }

    @Test
    void anythingButAFarewellOnALinkEndsIt() throws Exception {
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            assertThat(peer.say(INIT, peer.toClientDoorbell.descriptor().number()))
                    .isInstanceOf(Disconnect.class);
            assertThat(device.linkUp()).isFalse();
            assertThat(device.status()).contains("Init came out of order");
        }
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            MemorySegment garbage = RawPeer.bytes(128);
            garbage.fill((byte) 0xEE);
            peer.sayBytes(garbage, 128, -1);
            assertThat(peer.farewell()).contains("unknown");
        }
        try (RawPeer peer = RawPeer.connectedClient(device, path)) {
            peer.control.send(new Disconnect(0, "so long"), -1);
            peer.farewell();
            assertThat(device.status()).contains("so long");
        }
    }

    @Test
    void aSecondClientIsRefusedAndAReturningOneTaken() throws Exception {
        try (RawPeer first = RawPeer.connectedClient(device, path);
                RawPeer second = RawPeer.client(device, path);
                SharedRegion region =
                        SharedRegion.allocate("b", RawPeer.REGION_BYTES, Placement.ordinary())) {
            second.say(INIT, -1);
            MemifMessage answer = second.offer(region);
            assertThat(((Disconnect) answer).reason()).contains("Another client");
            assertThat(device.linkUp()).isTrue();
            assertThat(first.toServer).isNotNull();
        }
        RawPeer.service(device);
        assertThat(device.linkUp()).isFalse();
        try (RawPeer third = RawPeer.connectedClient(device, path)) {
            assertThat(device.linkUp()).isTrue();
            assertThat(third.toServer).isNotNull();
        }
        assertThat(device.connectionCount()).isEqualTo(2);
    }

    @Test
    void silentClientsKeepNobodyOutAndAreGivenUp() throws Exception {
        try (RawPeer silent = RawPeer.client(device, path);
                RawPeer other = RawPeer.connectedClient(device, path)) {
            assertThat(device.linkUp()).isTrue();
            assertThat(other.toServer).isNotNull();
            RawPeer.serviceLater(device::service, MemifEndpoint.HANDSHAKE_NANOS_MAX + 1);
            assertThat(silent.farewell()).contains("took too long");
        }
    }
}
