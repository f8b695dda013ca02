package dev.ringroad.net.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.UdpHeader;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What each mode does to frames, good and bad. */
class ModesTest {

    private static final int IP = EthernetHeader.BYTES;
    private static final int TRANSPORT4 = IP + Ipv4Header.BYTES;

    @Provide
    static Arbitrary<byte[]> frames() {
        Arbitrary<byte[]> data = Arbitraries.bytes().array(byte[].class).ofMaxSize(1400);
        return Arbitraries.oneOf(
                data.map(Frames::udp4),
                data.map(Frames::tcp4),
                data.map(Frames::tcp6),
                data.map(Frames::ping));
    }

    /** Frames as they should be, but for a few bytes, and perhaps the end. */
    @Provide
    static Arbitrary<byte[]> damagedFrames() {
        Arbitrary<Integer> places = Arbitraries.integers().between(0, 80);
        return frames().flatMap(
                        frame ->
                                places.list()
                                        .ofMaxSize(4)
                                        .flatMap(
                                                at ->
                                                        Arbitraries.integers()
                                                                .between(14, frame.length)
                                                                .map(
                                                                        cut ->
                                                                                damaged(
                                                                                        frame, at,
                                                                                        cut))));
    }

    private static byte[] damaged(byte[] frame, List<Integer> places, int bytes) {
        byte[] copy = Arrays.copyOf(frame, bytes);
        for (int at : places) {
            if (at < bytes) {
                copy[at] = (byte) (copy[at] * 31 + at + 1);
            }
        }
        return copy;
    }

    @Property(tries = 300)
    void noFrameIsLostWithoutAReasonInAnyMode(
            @ForAll Mode mode, @ForAll("damagedFrames") byte[] frame) {
        if (mode.makesFrames()) {
            return;
        }
        try (ForwardBed bed = new ForwardBed(mode, 2)) {
            int out = mode.pairsPorts() ? 1 : 0;
            List<byte[]> received = bed.through(frame, out);
            long forgotten = mode == Mode.RX_ONLY ? 1 : 0;
            assertThat(received.size() + bed.drops(0) + forgotten).isEqualTo(1);
            assertThat(bed.port(0).receivedPackets()).isEqualTo(1);
            assertThat(bed.port(0).receivedBytes()).isEqualTo(frame.length);
            assertThat(bed.port(out).sentPackets()).isEqualTo(received.size());
        }
    }

    @Property(tries = 100)
    void ioChangesNothing(@ForAll @Size(min = 14, max = 1500) byte[] frame) {
        try (ForwardBed bed = new ForwardBed(Mode.IO, 2)) {
            assertThat(bed.through(frame, 1)).containsExactly(frame);
        }
    }

    @Property(tries = 100)
    void macSwapExchangesTheAddressesAndNothingElse(
            @ForAll @Size(min = 14, max = 200) byte[] frame) {
        try (ForwardBed bed = new ForwardBed(Mode.MAC_SWAP, 2)) {
            byte[] expected = frame.clone();
            System.arraycopy(frame, 0, expected, 6, 6);
            System.arraycopy(frame, 6, expected, 0, 6);
            assertThat(bed.through(frame, 1)).containsExactly(expected);
        }
    }

    @Test
    void macWritesTheSendingPortsAddressAndItsNeighbours() {
        try (ForwardBed bed = new ForwardBed(Mode.MAC, 2)) {
            byte[] frame = Frames.udp4(new byte[8]);
            byte[] sent = bed.through(frame, 1).getFirst();
            MemorySegment s = MemorySegment.ofArray(sent);
            assertThat(EthernetHeader.source(s, 0))
                    .isEqualTo(bed.port(1).device().macAddress().bits());
            assertThat(EthernetHeader.destination(s, 0)).isEqualTo(0x0200_0000_0001L);
            assertThat(Arrays.copyOfRange(sent, 12, sent.length))
                    .isEqualTo(Arrays.copyOfRange(frame, 12, frame.length));
        }
    }

    @Property(tries = 100)
    void fiveTupleSwapLeavesAllChecksumsRight(@ForAll("frames") byte[] frame) {
        try (ForwardBed bed = new ForwardBed(Mode.FIVE_TUPLE_SWAP, 2)) {
            byte[] swapped = bed.through(frame, 1).getFirst();
            assertThat(swapped).isNotEqualTo(frame);
            assertThat(Frames.checksumsAreRight(swapped)).isTrue();
            assertThat(bed.through(swapped, 1)).containsExactly(frame);
        }
    }

    @Test
    void fiveTupleSwapExchangesAddressesAndPorts() {
        try (ForwardBed bed = new ForwardBed(Mode.FIVE_TUPLE_SWAP, 2)) {
            byte[] swapped = bed.through(Frames.udp4(new byte[8]), 1).getFirst();
            MemorySegment s = MemorySegment.ofArray(swapped);
            assertThat(EthernetHeader.destination(s, 0)).isEqualTo(Frames.STATION_A);
            assertThat(Ipv4Header.source(s, IP)).isEqualTo(Frames.ADDRESS_B);
            assertThat(Ipv4Header.destination(s, IP)).isEqualTo(Frames.ADDRESS_A);
            assertThat(UdpHeader.sourcePort(s, TRANSPORT4)).isEqualTo(53);
            assertThat(UdpHeader.destinationPort(s, TRANSPORT4)).isEqualTo(4711);
        }
    }

    @Property(tries = 100)
    void checksumModeMakesWrongChecksumsRight(@ForAll("frames") byte[] frame) {
        byte[] wrong = frame.clone();
        for (int field : Frames.checksumFields(frame)) {
            wrong[field] ^= 0x55;
        }
        assertThat(Frames.checksumsAreRight(wrong)).isFalse();
        try (ForwardBed bed = new ForwardBed(Mode.CHECKSUM, 2)) {
            byte[] sent = bed.through(wrong, 1).getFirst();
            assertThat(Frames.checksumsAreRight(sent)).isTrue();
            assertThat(sent).isEqualTo(frame);
        }
    }

    @Test
    void checksumModeLeavesUdpWithoutAChecksumWithoutOne() {
        byte[] frame = Frames.udp4(new byte[20]);
        UdpHeader.checksum(MemorySegment.ofArray(frame), TRANSPORT4, 0);
        try (ForwardBed bed = new ForwardBed(Mode.CHECKSUM, 2)) {
            assertThat(bed.through(frame, 1)).containsExactly(frame);
        }
    }

    @Property(tries = 50)
    void pingsAreAnsweredOnTheirPort(@ForAll @Size(max = 200) byte[] data) {
        try (ForwardBed bed = new ForwardBed(Mode.ICMP_ECHO, 1)) {
            byte[] reply = bed.through(Frames.ping(data), 0).getFirst();
            MemorySegment s = MemorySegment.ofArray(reply);
            assertThat(Frames.checksumsAreRight(reply)).isTrue();
            assertThat(IcmpHeader.type(s, TRANSPORT4)).isEqualTo(IcmpHeader.ECHO_REPLY);
            assertThat(Ipv4Header.source(s, IP)).isEqualTo(Frames.ADDRESS_B);
            assertThat(EthernetHeader.destination(s, 0)).isEqualTo(Frames.STATION_A);
            assertThat(Arrays.copyOfRange(reply, TRANSPORT4 + 8, reply.length)).isEqualTo(data);
        }
    }

    @Test
    void arpRequestsAreAnsweredWithThePortsAddress() {
        byte[] frame = new byte[60];
        MemorySegment s = MemorySegment.ofArray(frame);
        long all = EthernetHeader.BROADCAST;
        EthernetHeader.write(s, 0, all, Frames.STATION_A, EthernetHeader.TYPE_ARP);
        ArpPacket.write(
                s, IP, ArpPacket.REQUEST, Frames.STATION_A, Frames.ADDRESS_A, 0, Frames.ADDRESS_B);
        try (ForwardBed bed = new ForwardBed(Mode.ICMP_ECHO, 1)) {
            long address = bed.port(0).device().macAddress().bits();
            MemorySegment reply = MemorySegment.ofArray(bed.through(frame, 0).getFirst());
            assertThat(ArpPacket.operation(reply, IP)).isEqualTo(ArpPacket.REPLY);
            assertThat(ArpPacket.senderHardware(reply, IP)).isEqualTo(address);
            assertThat(ArpPacket.senderProtocol(reply, IP)).isEqualTo(Frames.ADDRESS_B);
            assertThat(ArpPacket.targetProtocol(reply, IP)).isEqualTo(Frames.ADDRESS_A);
        }
    }

    @Test
    void otherFramesAreNoRequests() {
        try (ForwardBed bed = new ForwardBed(Mode.ICMP_ECHO, 1)) {
            assertThat(bed.through(Frames.udp4(new byte[4]), 0)).isEmpty();
            byte[] toGroup = Frames.ping(new byte[4]);
            BigEndian.u32(MemorySegment.ofArray(toGroup), IP + Ipv4Header.DESTINATION, 0xE000_0001);
            assertThat(bed.through(toGroup, 0)).isEmpty();
            assertThat(bed.port(0).dropped(ForwardDrop.NOT_A_REQUEST)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TX_ONLY", "FLOW_GEN"})
    void framesAreMadeAndWhatFindsNoRoomIsKeptForLater(Mode mode) {
        try (ForwardBed bed = new ForwardBed(mode, 1)) {
            int sent = 0;
            for (int i = 0; i < 10; i++) {
                sent += bed.poll();
            }
            List<byte[]> frames = bed.received(0);
            assertThat(frames).hasSize(sent).allMatch(frame -> frame.length == 64);
            assertThat(bed.port(0).sentPackets()).isEqualTo(sent);
            assertThat(bed.drops(0)).isZero();
            bed.poll();
            assertThat(bed.received(0)).isNotEmpty();
        }
    }

    @Test
    void flowsDifferInTheirDestinationAndHaveRightChecksums() {
        try (ForwardBed bed = new ForwardBed(Mode.FLOW_GEN, 1)) {
            Set<Integer> destinations = new HashSet<>();
            int count = 0;
            while (count < FlowGen.FLOWS) {
                bed.poll();
                for (byte[] frame : bed.received(0)) {
                    MemorySegment s = MemorySegment.ofArray(frame);
                    assertThat(Ipv4Header.checksumIsRight(s, IP)).isTrue();
                    if (count++ < FlowGen.FLOWS) {
                        destinations.add(Ipv4Header.destination(s, IP));
                    }
                }
            }
            assertThat(destinations).hasSize(FlowGen.FLOWS);
        }
    }
}
