package dev.ringroad.stack.route;

import static dev.ringroad.stack.route.RouterBed.LEFT;
import static dev.ringroad.stack.route.RouterBed.RIGHT;
import static dev.ringroad.stack.route.RouterBed.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Frames;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Whatever comes in, what goes out is well formed, each datagram that does not go on is dropped
 * under a name, and no packet is kept.
 */
class RouterAnythingTest {

    private static final int MTU_RIGHT = 576;
    private static final int[] ADDRESSES = {
        LEFT,
        RIGHT,
        RouterBed.ROUTER_LEFT,
        RouterBed.ROUTER_RIGHT,
        RouterBed.GATEWAY,
        IpAddress.parse("10.3.9.9").v4(),
        IpAddress.parse("10.2.0.255").v4(),
        IpAddress.parse("10.2.0.200").v4(),
        IpAddress.parse("192.0.2.1").v4(),
        IpAddress.parse("127.0.0.1").v4(),
        IpAddress.parse("224.0.0.5").v4(),
        0,
        -1
    };

    @Property(tries = 50)
    void anyDatagramGoesOnWellFormedOrIsDroppedUnderAName(@ForAll long seed) {
        Random random = new Random(seed);
        try (RouterBed bed = new RouterBed(1500, MTU_RIGHT)) {
            bed.introduce();
            for (int i = 0; i < 20; i++) {
                byte[] datagram = datagram(random);
                long before = bed.drops(0) + bed.drops(1);
                int waiting = packetsKept(bed);
                bed.receive(0, datagram, packet -> request(packet, random));
                List<byte[]> out = bed.datagrams(1);
                out.forEach(RouterAnythingTest::assertWellFormed);
                out.forEach(sent -> assertThat(sent.length).isLessThanOrEqualTo(MTU_RIGHT));
                List<byte[]> back = bed.datagrams(0);
                back.forEach(RouterAnythingTest::assertWellFormed);
                long dropped = bed.drops(0) + bed.drops(1) - before;
                long kept = Math.max(0, packetsKept(bed) - waiting);
                int collected = isPartForRouter(datagram) ? 1 : 0;
                assertThat(out.size() + back.size() + dropped + kept + collected)
                        .as(() -> HexFormat.of().formatHex(datagram))
                        .isPositive();
            }
            assertNothingIsKept(bed);
        }
    }

    @Property(tries = 60)
    void aDatagramThatFitsChangesInTimeToLiveAndChecksumOnly(
            @ForAll @IntRange(min = 2, max = 255) int ttl,
            @ForAll @IntRange(min = 0, max = 255) int trafficClass,
            @ForAll @IntRange(min = 0, max = 65535) int identification,
            @ForAll @IntRange(min = 0, max = 500) int bytes) {
        byte[] datagram = Frames.ipv4(LEFT, RIGHT, 99, identification, 0, new byte[bytes]);
        datagram[Ipv4Header.TRAFFIC_CLASS] = (byte) trafficClass;
        datagram[Ipv4Header.TTL] = (byte) ttl;
        repair(datagram);
        byte[] expected = datagram.clone();
        expected[Ipv4Header.TTL]--;
        repair(expected);
        try (RouterBed bed = new RouterBed(1500, MTU_RIGHT)) {
            bed.introduce();
            bed.send(0, datagram);
            bed.poll();
            assertThat(bed.datagrams(1)).containsExactly(expected);
        }
    }

    @Property(tries = 60)
    void fragmentsAddUpToTheDatagram(
            @ForAll @IntRange(min = 557, max = 1480) int bytes,
            @ForAll @IntRange(min = 0, max = 1000) int offset,
            @ForAll boolean more,
            @ForAll @IntRange(min = 0, max = 10) int optionWords,
            @ForAll @IntRange(min = 68, max = MTU_RIGHT) int mtu) {
        int payloadBytes = more ? bytes & -8 : bytes;
        byte[] payload =
                new byte[Math.min(payloadBytes, 1480 - 4 * optionWords) & (more ? -8 : -1)];
        new Random(bytes).nextBytes(payload);
        int word = offset | (more ? Ipv4Header.MORE_FRAGMENTS : 0);
        byte[] datagram = withOptions(payload, word, optionWords);
        try (RouterBed bed = new RouterBed(1500, mtu)) {
            bed.introduce();
            bed.send(0, datagram);
            bed.poll();
            byte[] joined = new byte[payload.length];
            int arrived = 0;
            for (byte[] piece : bed.datagrams(1)) {
                assertWellFormed(piece);
                assertThat(piece.length).isLessThanOrEqualTo(mtu);
                MemorySegment s = Frames.segment(piece);
                int headerBytes = Ipv4Header.headerBytes(s, 0);
                int at = Ipv4Header.fragmentOffsetBytes(s, 0) - 8 * offset;
                int length = piece.length - headerBytes;
                System.arraycopy(piece, headerBytes, joined, at, length);
                arrived += length;
                boolean last = at + length == payload.length;
                assertThat(Ipv4Header.moreFragments(s, 0)).isEqualTo(!last || more);
            }
            assertThat(arrived).isEqualTo(payload.length);
            assertThat(joined).isEqualTo(payload);
        }
    }

    private static byte[] withOptions(byte[] payload, int fragment, int optionWords) {
        byte[] plain = Frames.ipv4(LEFT, RIGHT, 99, 7, fragment, payload);
        int headerBytes = Ipv4Header.BYTES + 4 * optionWords;
        byte[] datagram = new byte[headerBytes + payload.length];
        System.arraycopy(plain, 0, datagram, 0, Ipv4Header.BYTES);
        // Options of four bytes each: every second one is to be copied into each fragment.
        for (int i = 0; i < optionWords; i++) {
            int at = Ipv4Header.BYTES + 4 * i;
            datagram[at] = (byte) (i % 2 == 0 ? 148 : 68);
            datagram[at + 1] = 4;
        }
        System.arraycopy(payload, 0, datagram, headerBytes, payload.length);
        datagram[0] = (byte) (0x40 | (headerBytes / 4));
        datagram[Ipv4Header.TOTAL_LENGTH] = (byte) (datagram.length >> 8);
        datagram[Ipv4Header.TOTAL_LENGTH + 1] = (byte) datagram.length;
        repair(datagram);
        return datagram;
    }

    /** Coverage-guided: frames one behind the other, each with two bytes of length before it. */
    @FuzzTest(maxDuration = "1m")
    void anyFrames(byte[] data) {
        try (RouterBed bed = new RouterBed(1500, MTU_RIGHT)) {
            bed.introduce();
            int at = 0;
            for (int i = 0; i < 32 && at + 2 <= data.length; i++) {
                int claimed = (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
                int end = Math.min(data.length, at + 2 + claimed % 1515);
                byte[] frame = Arrays.copyOfRange(data, at + 2, end);
                at = end;
                bed.sendFrame(0, forRouter(bed, frame));
                bed.poll();
                bed.datagrams(0).forEach(RouterAnythingTest::assertWellFormed);
                bed.datagrams(1).forEach(RouterAnythingTest::assertWellFormed);
            }
            assertNothingIsKept(bed);
        }
    }

    /** Or nearly all would be for another station, or have a wrong checksum. */
    private static byte[] forRouter(RouterBed bed, byte[] frame) {
        if (frame.length < EthernetHeader.BYTES + Ipv4Header.BYTES || (frame[0] & 1) != 0) {
            return frame;
        }
        EthernetHeader.destination(Frames.segment(frame), 0, bed.routerHardware(0));
        if ((frame[0] & 2) != 0) {
            byte[] datagram = Frames.payload(frame);
            repair(datagram);
            System.arraycopy(datagram, 0, frame, EthernetHeader.BYTES, datagram.length);
        }
        return frame;
    }

    @Test
    void framesOfManySeedsAreSurvived() {
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            List<byte[]> frames = new ArrayList<>();
            int total = 0;
            for (int i = 0; i < 32; i++) {
                byte[] payload = datagram(random);
                byte[] frame =
                        Frames.ethernet(
                                random.nextInt(4),
                                9,
                                random.nextInt(8) == 0
                                        ? EthernetHeader.TYPE_ARP
                                        : EthernetHeader.TYPE_IPV4,
                                payload);
                for (int change = random.nextInt(3); change > 0; change--) {
                    frame[random.nextInt(frame.length)] = (byte) random.nextInt();
                }
                frames.add(frame);
                total += 2 + frame.length;
            }
            byte[] data = new byte[total];
            int at = 0;
            for (byte[] frame : frames) {
                data[at] = (byte) (frame.length >> 8);
                data[at + 1] = (byte) frame.length;
                System.arraycopy(frame, 0, data, at + 2, frame.length);
                at += 2 + frame.length;
            }
            anyFrames(data);
        }
    }

    private static byte[] datagram(Random random) {
        int source = random.nextInt(8) == 0 ? any(random) : LEFT;
        int protocol = new int[] {1, 6, 17, 99}[random.nextInt(4)];
        byte[] payload = new byte[random.nextInt(random.nextBoolean() ? 64 : 1481)];
        random.nextBytes(payload);
        if (protocol == 6 && payload.length >= 20) {
            payload[12] = (byte) ((5 + random.nextInt(3)) << 4);
        }
        int fragment = random.nextInt(4) == 0 ? random.nextInt(0x10000) : 0;
        byte[] datagram =
                Frames.ipv4(source, any(random), protocol, random.nextInt(), fragment, payload);
        if (random.nextInt(4) == 0) {
            datagram[Ipv4Header.TTL] = (byte) random.nextInt(3);
            repair(datagram);
        }
        if (random.nextInt(8) == 0) {
            datagram[random.nextInt(Ipv4Header.BYTES)] ^= (byte) (1 << random.nextInt(8));
            if (random.nextBoolean()) {
                repair(datagram);
            }
        }
        return datagram;
    }

    private static int any(Random random) {
        return random.nextInt(16) == 0
                ? random.nextInt()
                : ADDRESSES[random.nextInt(ADDRESSES.length)];
    }

    private static void request(Packet packet, Random random) {
        if (random.nextInt(4) == 0) {
            int start = random.nextInt(packet.length() - 1);
            packet.requestChecksum(start, random.nextInt(packet.length() - start - 1));
        }
        if (random.nextInt(4) == 0) {
            packet.requestSegmentation(1 + random.nextInt(2), random.nextInt(800));
        }
    }

    private static void repair(byte[] datagram) {
        MemorySegment s = Frames.segment(datagram);
        int headerBytes = Math.clamp(Ipv4Header.headerBytes(s, 0), 12, datagram.length);
        Ipv4Header.checksum(s, 0, 0);
        Ipv4Header.checksum(s, 0, Checksum.of(s, 0, headerBytes));
    }

    private static void assertWellFormed(byte[] datagram) {
        MemorySegment s = Frames.segment(datagram);
        assertThat(Ipv4Header.check(s, 0, datagram.length)).isZero();
        assertThat(Ipv4Header.totalBytes(s, 0)).isEqualTo(datagram.length);
        assertThat(Ipv4Header.checksumIsRight(s, 0)).isTrue();
        assertThat(Ipv4Header.ttl(s, 0)).isPositive();
    }

    /** Perhaps of a ping; what comes of it is seen when all parts are there, or their time over. */
    private static boolean isPartForRouter(byte[] datagram) {
        MemorySegment s = Frames.segment(datagram);
        int destination = Ipv4Header.destination(s, 0);
        return Ipv4Header.isFragment(s, 0)
                && Ipv4Header.protocol(s, 0) == Ipv4Header.PROTOCOL_ICMP
                && (destination == RouterBed.ROUTER_LEFT || destination == RouterBed.ROUTER_RIGHT);
    }

    /** Those that wait for a neighbour's address, when the cables have given the others back. */
    private static int packetsKept(RouterBed bed) {
        bed.poll();
        return bed.packetsOut();
    }

    private static void assertNothingIsKept(RouterBed bed) {
        for (int i = 0; i < 3; i++) {
            bed.pass(5 * SECOND);
            bed.received(0);
            bed.received(1);
        }
        bed.poll();
        assertThat(bed.packetsOut()).isZero();
    }
}
