package dev.ringroad.net.driver.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.SplitRing;
import dev.ringroad.net.virtio.VirtioFeature;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Whatever a driver writes into its rings, and whenever: nothing is thrown, every packet that comes
 * out lies within its buffer, none is lost, and a connection that is given up can be made anew.
 *
 * <p>Each four bytes of the input are a step: what to do, where, and with which values. The first
 * byte of all chooses what is agreed on.
 */
class VhostRingFuzzTest {

    private static final int SEEDS = 80;
    private static final int STEPS = 120;
    private static final int STEP_BYTES = 4;
    private static final int INPUT_BYTES_MAX = 4000;

    private static final VirtioFeature[] CHOICES = {
        VirtioFeature.RING_PACKED,
        VirtioFeature.NET_MRG_RXBUF,
        VirtioFeature.INDIRECT_DESC,
        VirtioFeature.EVENT_IDX,
        VirtioFeature.IN_ORDER
    };

    private static final long[] LENGTHS = {
        0, 11, 12, 13, 16, 26, 32, 76, 100, 1024, 2048, 4096, 0x7FFF_FFFF, 0xFFFF_FFFFL
    };

    private static final long[] ADDRESSES = {
        0,
        -1,
        RawFrontEnd.GUEST,
        RawFrontEnd.GUEST + RawFrontEnd.buffer(0),
        RawFrontEnd.GUEST + RawFrontEnd.buffer(1) + 3,
        RawFrontEnd.GUEST + RawFrontEnd.buffer(2),
        RawFrontEnd.GUEST + RawFrontEnd.BYTES - 64,
        RawFrontEnd.GUEST + RawFrontEnd.BYTES
    };

    @FuzzTest(maxDuration = "1m")
    void anyRing(byte[] data) throws Exception {
        if (data.length > STEP_BYTES && data.length < INPUT_BYTES_MAX) {
            attack(data);
        }
    }

    @Test
    void randomRings() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] data = new byte[1 + STEP_BYTES * STEPS];
            new Random(seed).nextBytes(data);
            try {
                attack(data);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void attack(byte[] data) throws Exception {
        long features = VirtioFeature.VERSION_1.mask() | VirtioFeature.PROTOCOL_FEATURES.mask();
        for (int i = 0; i < CHOICES.length; i++) {
            features |= (data[0] >> i & 1) != 0 ? CHOICES[i].mask() : 0;
        }
        Path folder = Files.createTempDirectory("vhost-fuzz");
        String path = folder.resolve("v").toString();
        try (CounterFile counters = CounterFile.inMemory(64);
                VhostDevice device =
                        VhostDevice.open("v", VhostConfig.server(path).withPackets(64), counters)) {
            device.pool().recordStacks(false);
            int at = 1;
            while (at + STEP_BYTES <= data.length) {
                try (RawFrontEnd peer = new RawFrontEnd(device, path)) {
                    peer.start(features);
                    at = attack(data, at, peer);
                }
                RawFrontEnd.service(device);
            }
            assertThat(device.dropped(VhostDrop.UNFORESEEN)).isZero();
            assertThat(device.pool().available()).isEqualTo(device.pool().packets());
        } finally {
            Files.deleteIfExists(Path.of(path));
            Files.deleteIfExists(folder);
        }
    }

    /** Where the connection was given up, or the input ends. */
    private static int attack(byte[] data, int begin, RawFrontEnd peer) {
        int at = begin;
        while (at + STEP_BYTES <= data.length) {
            step(peer, data[at] & 0xFF, data[at + 1] & 0xFF, data[at + 2] & 0xFF, data[at + 3]);
            at += STEP_BYTES;
            peer.service();
            if (!peer.device.linkUp()) {
                return at;
            }
        }
        return at;
    }

    private static void step(RawFrontEnd peer, int what, int where, int value, int more) {
        int ring = where & 1;
        int slot = where >> 1 & (RawFrontEnd.SIZE - 1);
        switch (what % 8) {
            case 0 -> receive(peer);
            case 1 -> transmit(peer, 1 + value % 3, 14 + 6 * (more & 0xFF));
            case 2 -> {
                int index = SplitRing.indexAcquire(peer.memory, RawFrontEnd.driverPart(ring));
                SplitRing.indexRelease(
                        peer.memory, RawFrontEnd.driverPart(ring), index + value % 11);
            }
            case 3 ->
                    SplitRing.available(peer.memory, RawFrontEnd.driverPart(ring), slot, value % 9);
            default -> {
                // A table, too, as the first buffer is one that descriptors name.
                boolean table = (where & 0x40) != 0;
                long base = table ? RawFrontEnd.buffer(0) : RawFrontEnd.base(ring);
                long address = ADDRESSES[value % ADDRESSES.length];
                long length = LENGTHS[(more & 0xFF) % LENGTHS.length];
                int flags = value >> 3 & 7;
                long second =
                        peer.packed()
                                ? RingDescriptor.packed(
                                        length, slot, flags | ((what & 0x80) << 8) | (what & 0x80))
                                : RingDescriptor.split(length, flags, more & 0xF);
                if (peer.packed() && (what & 0x10) != 0) {
                    second ^= 1L << 63;
                }
                RingDescriptor.address(peer.memory, RingDescriptor.at(base, slot), address);
                RingDescriptor.secondRelease(peer.memory, RingDescriptor.at(base, slot), second);
            }
        }
    }

    private static void receive(RawFrontEnd peer) {
        Burst burst = new Burst(8);
        int received = peer.device.rxQueue(0).receive(burst);
        assertThat(received).isEqualTo(burst.size());
        for (int i = 0; i < burst.size(); i++) {
            Packet packet = burst.get(i);
            assertThat(packet.length()).isBetween(14, peer.device.pool().dataBytesMax());
            assertThat(packet.references()).isEqualTo(1);
        }
        burst.releaseAll();
    }

    private static void transmit(RawFrontEnd peer, int count, int bytes) {
        Burst burst = new Burst(count);
        for (int i = 0; i < count; i++) {
            Packet packet = peer.device.pool().acquire();
            if (packet != null) {
                packet.append(Math.min(bytes, packet.tailroom()));
                burst.add(packet);
            }
        }
        int offered = burst.size();
        int taken = peer.device.txQueue(0).transmit(burst);
        assertThat(taken + burst.size()).isEqualTo(offered);
        burst.releaseAll();
    }
}
