package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.UnixSeqPacket;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.driver.memif.MemifMessage.Ack;
import dev.ringroad.net.driver.memif.MemifMessage.Init;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/** Clients of ours, copying and not, and servers that lie to them. */
class MemifHostileServerTest {

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private final Burst burst = new Burst(32);
    private UnixSeqPacket listener;
    private MemifDevice device;

    private RawPeer connect(boolean zeroCopy) throws Exception {
        RawPeer peer = greet(zeroCopy);
        List<SharedRegion> regions = peer.accept();
        assertThat(regions).hasSize(zeroCopy ? 2 : 1);
        assertThat(device.linkUp()).isTrue();
        return peer;
    }

    private RawPeer greet(boolean zeroCopy) throws Exception {
        String path = folder.resolve("m.sock").toString();
        listener = UnixSeqPacket.listen(path, false);
        MemifConfig config = MemifConfig.client(path).withPackets(1024).withZeroCopy(zeroCopy);
        device = MemifDevice.open("m", config, counters);
        return RawPeer.server(device, listener);
    }

    @AfterEach
    void close() {
        burst.releaseAll();
        device.close();
        listener.close();
        counters.close();
    }

    private Packet packet(int bytes) {
        Packet packet = device.pool().acquire();
        packet.append(bytes);
        return packet;
    }

    /** Where a frame lies in a descriptor's memory, as an honest server would look it up. */
    private static MemorySegment frame(RawPeer peer, MemifRing ring, int slot) {
        long low = ring.descriptorLow(slot);
        SharedRegion region = (SharedRegion) regions(peer).get(MemifRing.region(low));
        long offset = MemifRing.offset(ring.descriptorHigh(slot));
        return region.segment().asSlice(offset, MemifRing.length(low));
    }

    private static List<AutoCloseable> regions(RawPeer peer) {
        return peer.owned.stream().filter(each -> each instanceof SharedRegion).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anHonestServerIsServed(boolean zeroCopy) throws Exception {
        try (RawPeer peer = connect(zeroCopy)) {
            assertThat(peer.toClient.headAcquire()).as("buffers given").isEqualTo(RawPeer.SLOTS);
            Packet sent = packet(100);
            sent.segment().set(ValueLayout.JAVA_INT_UNALIGNED, sent.offset(), 0x11223344);
            burst.add(sent);
            assertThat(device.txQueue(0).transmit(burst)).isEqualTo(1);
            assertThat(peer.toServer.headAcquire()).isEqualTo(1);
            assertThat(frame(peer, peer.toServer, 0).byteSize()).isEqualTo(100);
            assertThat(frame(peer, peer.toServer, 0).get(ValueLayout.JAVA_INT_UNALIGNED, 0))
                    .isEqualTo(0x11223344);
            peer.toServer.tailRelease(1);

            MemorySegment buffer = frame(peer, peer.toClient, 0);
            assertThat(buffer.byteSize()).isGreaterThanOrEqualTo(2048);
            buffer.set(ValueLayout.JAVA_INT_UNALIGNED, 0, 0x55667788);
            peer.toClient.descriptorLow(0, MemifRing.low(0, zeroCopy ? 1 : 0, 77));
            peer.toClient.tailRelease(1);
            assertThat(device.rxQueue(0).receive(burst)).isEqualTo(1);
            Packet received = burst.get(0);
            assertThat(received.length()).isEqualTo(77);
            assertThat(received.segment().get(ValueLayout.JAVA_INT_UNALIGNED, received.offset()))
                    .isEqualTo(0x55667788);
            assertThat(peer.toClient.headAcquire()).isEqualTo(RawPeer.SLOTS + 1);
            assertThat(peer.toClient.descriptorLow(0) & 1).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whereAFrameLiesIsNotTheServersToSay(boolean zeroCopy) throws Exception {
        try (RawPeer peer = connect(zeroCopy)) {
            peer.toClient.descriptorLow(0, MemifRing.low(0, 0xFFFF, 60));
            peer.toClient.descriptorHigh(0, 0xFFFF_FFFFL);
            peer.toClient.descriptorLow(1, MemifRing.low(0, 0, -1));
            peer.toClient.descriptorLow(2, MemifRing.low(0, 0, 5000));
            peer.toClient.descriptorLow(3, MemifRing.low(0, 0, 0));
            peer.toClient.descriptorLow(4, MemifRing.low(1, 0, 1000));
            peer.toClient.descriptorLow(5, MemifRing.low(0, 0, 500));
            peer.toClient.descriptorLow(6, MemifRing.low(1, 0, 60));
            peer.toClient.tailRelease(7);
            device.rxQueue(0).receive(burst);
            assertThat(burst.size()).isEqualTo(2);
            assertThat(burst.get(0).length()).isEqualTo(60);
            assertThat(burst.get(1).length()).isEqualTo(1500);
            assertThat(device.dropped(MemifDrop.BEYOND_BUFFER)).isEqualTo(2);
            assertThat(device.dropped(DeviceDrop.RECEIVED_BROKEN)).isEqualTo(1);
            assertThat(device.dropped(MemifDrop.CUT_CHAIN)).isEqualTo(1);
            assertThat(peer.toClient.headAcquire()).isEqualTo(RawPeer.SLOTS + 7);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTailBeyondTheBuffersGivenEndsTheConnection(boolean zeroCopy) throws Exception {
        try (RawPeer peer = connect(zeroCopy)) {
            peer.toClient.tailRelease(RawPeer.SLOTS + 1);
            assertThat(device.rxQueue(0).receive(burst)).isZero();
            assertThat(device.linkUp()).isFalse();
            assertThat(peer.farewell()).contains("index beyond the ring");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTailBeyondTheFramesSentEndsTheConnection(boolean zeroCopy) throws Exception {
        try (RawPeer peer = connect(zeroCopy)) {
            peer.toServer.tailRelease(1);
            for (int i = 0; i < 12; i++) {
                burst.add(packet(60));
            }
            device.txQueue(0).transmit(burst);
            assertThat(device.linkUp()).isFalse();
            assertThat(peer.farewell()).contains("index beyond the ring");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void doorbellsThatWaitHoldNobodyUp(boolean zeroCopy) throws Exception {
        try (RawPeer peer = connect(zeroCopy);
                PollSet wake = new PollSet(4)) {
            peer.makeDoorbellsWait(peer.toServerDoorbell);
            assertThat(device.prepareSleep(wake)).isTrue();
            device.wakeUp();
            peer.toServer.unmaskInterrupts();
            burst.add(packet(60));
            assertThat(device.txQueue(0).transmit(burst)).isEqualTo(1);
            assertThat(device.linkUp()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void packetsInTheRingComeBackWhenTheServerGoes(boolean zeroCopy) throws Exception {
        try (RawPeer peer = connect(zeroCopy)) {
            for (int i = 0; i < 5; i++) {
                burst.add(packet(60));
            }
            assertThat(device.txQueue(0).transmit(burst)).isEqualTo(5);
            assertThat(peer.toServer.headAcquire()).isEqualTo(5);
        }
        RawPeer.service(device);
        assertThat(device.linkUp()).isFalse();
        assertThat(device.pool().available()).isEqualTo(device.pool().packets());
        assertThat(device.dropped(MemifDrop.PEER_GONE)).isEqualTo(zeroCopy ? 5 : 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerOutOfOrderIsLeftAndTriedAgain(boolean zeroCopy) throws Exception {
        try (RawPeer peer = greet(zeroCopy)) {
            assertThat(peer.exchange()).isInstanceOf(Init.class);
            MemifMessage answer = peer.say(new Init(0x200, 0, 0, "", "x"), -1);
            assertThat(answer).isInstanceOf(MemifMessage.Disconnect.class);
        }
        assertThat(device.dropped(MemifDrop.BAD_MESSAGE)).isEqualTo(1);
        try (RawPeer peer = RawPeer.server(device, listener)) {
            peer.accept();
            assertThat(device.linkUp()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerWithTooManyAcknowledgementsIsLeft(boolean zeroCopy) throws Exception {
        try (RawPeer peer = greet(zeroCopy)) {
            for (int i = 0; i < 8; i++) {
                peer.control.send(new Ack(), -1);
            }
            peer.farewell();
            assertThat(device.status()).contains("ACK came out of order");
        }
    }
}
