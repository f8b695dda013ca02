package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.UnixSeqPacket;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Whatever a peer writes into the rings, and whenever: nothing is thrown, every packet that comes
 * out lies within its buffer, none is lost, and a link that is given up can be made anew.
 *
 * <p>Each four bytes of the input are a step: what to do, where, and with which value. The first
 * byte of all chooses the end that is attacked.
 */
class MemifRingFuzzTest {

    private static final int SEEDS = 400;
    private static final int STEPS = 120;

    /** Numbers that sit on the edges of what is allowed, besides the step's own. */
    private static final long[] EDGES = {
        0,
        1,
        13,
        14,
        60,
        2047,
        2048,
        2049,
        0x7FFF_FFFF,
        0x8000_0000L,
        0xFFFF_FFFFL,
        RawPeer.REGION_BYTES - 1,
        RawPeer.REGION_BYTES,
        RawPeer.BUFFERS_AT
    };

    @FuzzTest(maxDuration = "1m")
    void anyRing(byte[] data) throws Exception {
        if (data.length > 0 && data.length < 4000) {
            attack(data);
        }
    }

    @Test
    void randomRings() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] data = new byte[1 + 4 * STEPS];
            new Random(seed).nextBytes(data);
            try {
                attack(data);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void attack(byte[] data) throws Exception {
        Path folder = Files.createTempDirectory("memif-fuzz");
        String path = folder.resolve("m").toString();
        int target = Math.floorMod(data[0], 3);
        boolean serving = target == 0;
        MemifConfig config =
                serving
                        ? MemifConfig.server(path).withRingLog2(4)
                        : MemifConfig.client(path).withRingLog2(4).withZeroCopy(target == 2);
        try (CounterFile counters = CounterFile.inMemory(64);
                UnixSeqPacket listener = serving ? null : UnixSeqPacket.listen(path, false);
                MemifDevice device = MemifDevice.open("m", config, counters)) {
            device.pool().recordStacks(false);
            int at = 1;
            for (int round = 0; round < 8 && at + 4 <= data.length; round++) {
                at = attackOnce(data, at, device, path, listener);
            }
            assertThat(device.pool().available() == device.pool().packets()).isTrue();
        } finally {
            Files.deleteIfExists(folder.resolve("m"));
            Files.deleteIfExists(folder);
        }
    }

    /** One connection, until it breaks or the input ends. */
    private static int attackOnce(
            byte[] data, int begin, MemifDevice device, String path, UnixSeqPacket listener)
            throws Exception {
        Burst in = new Burst(8);
        Burst out = new Burst(8);
        int at = begin;
        try (RawPeer peer =
                listener == null
                        ? RawPeer.connectedClient(device, path)
                        : RawPeer.server(device, listener)) {
            if (listener != null) {
                peer.accept();
            }
            assertThat(device.linkUp()).as(device.status()).isTrue();
            while (at + 4 <= data.length && device.linkUp()) {
                step(data, at, peer, device, in, out);
                at += 4;
            }
        } finally {
            in.releaseAll();
            out.releaseAll();
        }
        RawPeer.service(device);
        RawPeer.service(device);
        assertThat(device.linkUp()).isFalse();
        return at;
    }

    private static void step(
            byte[] data, int at, RawPeer peer, MemifDevice device, Burst in, Burst out) {
        int what = data[at] & 15;
        MemifRing ring = (data[at] & 16) == 0 ? peer.toServer : peer.toClient;
        int slot = data[at + 1] & (ring.size() - 1);
        int number = (data[at + 2] & 0xFF) << 8 | (data[at + 3] & 0xFF);
        long edge = EDGES[number % EDGES.length];
        switch (what) {
            case 0, 1 -> ring.headRelease(ring.headAcquire() + data[at + 1] % 9);
            case 2, 3 -> ring.tailRelease(ring.tailAcquire() + data[at + 1] % 9);
            case 4 -> ring.headRelease(number);
            case 5 -> ring.tailRelease(number);
            case 6 -> ring.descriptorLow(slot, edge << 32 | (number & 1));
            case 7 -> ring.descriptorLow(slot, (long) number << 16 | edge << 32);
            case 8 -> ring.descriptorHigh(slot, edge);
            case 9 -> ring.descriptorHigh(slot, (long) number * 3);
            case 10 -> ring.descriptorLow(slot, MemifRing.low(number & 1, 0, number & 0xFFF));
            case 11 -> peer.memory.set(JAVA_BYTE, number % peer.memory.byteSize(), data[at + 1]);
            case 12, 13 -> receive(device, in);
            case 14 -> transmit(device, out, 14 + number % 1505);
            default -> RawPeer.service(device);
        }
    }

    private static void receive(MemifDevice device, Burst in) {
        int n = device.rxQueue(0).receive(in);
        assertThat(n).isEqualTo(in.size());
        for (int i = 0; i < n; i++) {
            Packet packet = in.get(i);
            assertThat(packet.length()).isBetween(14, device.pool().dataBytesMax());
            assertThat(packet.tailroom()).isNotNegative();
            assertThat(packet.references()).isEqualTo(1);
        }
        in.releaseAll();
    }

    private static void transmit(MemifDevice device, Burst out, int bytes) {
        while (out.room() > 0) {
            Packet packet = device.pool().acquire();
            if (packet == null) {
                break;
            }
            packet.append(bytes);
            out.add(packet);
        }
        int before = out.size();
        int taken = device.txQueue(0).transmit(out);
        assertThat(taken + out.size()).isEqualTo(before);
    }
}
