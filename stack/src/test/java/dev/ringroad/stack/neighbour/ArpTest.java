package dev.ringroad.stack.neighbour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Frames;
import dev.ringroad.stack.lab.Probe;
import dev.ringroad.stack.udp.UdpEndpoint;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** ARP and the neighbour cache, seen from the cable. */
class ArpTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long OTHER_HARDWARE = 0x0200_0000_00eeL;

    private final Probe probe = new Probe();
    private final UdpEndpoint udp = Objects.requireNonNull(probe.stack().udp().open());

    @AfterEach
    void close() {
        probe.close();
    }

    private void send(int to) {
        assertThat(udp.send(ByteBuffer.allocate(4), IpAddress.v4(to), 9, probe.now())).isEqualTo(4);
        probe.stack().flush();
    }

    private static int type(byte[] frame) {
        return EthernetHeader.type(MemorySegment.ofArray(frame), 0);
    }

    private static long destination(byte[] frame) {
        return EthernetHeader.destination(MemorySegment.ofArray(frame), 0);
    }

    private static boolean isRequestFor(byte[] frame, int target) {
        MemorySegment s = MemorySegment.ofArray(frame);
        return type(frame) == EthernetHeader.TYPE_ARP
                && ArpPacket.operation(s, 14) == ArpPacket.REQUEST
                && ArpPacket.targetProtocol(s, 14) == target;
    }

    private void answer() {
        probe.putArp(
                Probe.STACK_HARDWARE,
                Frames.arp(
                        ArpPacket.REPLY,
                        Probe.PEER_HARDWARE,
                        Probe.PEER,
                        Probe.STACK_HARDWARE,
                        Probe.STACK));
    }

    @Test
    void answersWhoAsksForOurAddress() {
        probe.putArp(
                EthernetHeader.BROADCAST,
                Frames.arp(ArpPacket.REQUEST, Probe.PEER_HARDWARE, Probe.PEER, 0, Probe.STACK));
        List<byte[]> sent = probe.sent();
        assertThat(sent).hasSize(1);
        MemorySegment s = MemorySegment.ofArray(sent.getFirst());
        assertThat(EthernetHeader.destination(s, 0)).isEqualTo(Probe.PEER_HARDWARE);
        assertThat(ArpPacket.operation(s, 14)).isEqualTo(ArpPacket.REPLY);
        assertThat(ArpPacket.senderHardware(s, 14)).isEqualTo(Probe.STACK_HARDWARE);
        assertThat(ArpPacket.senderProtocol(s, 14)).isEqualTo(Probe.STACK);
        assertThat(ArpPacket.targetProtocol(s, 14)).isEqualTo(Probe.PEER);
    }

    @Test
    void asksBeforeTheFirstPacketAndSendsItWithTheAnswer() {
        send(Probe.PEER);
        send(Probe.PEER);
        List<byte[]> asked = probe.sent();
        assertThat(asked).hasSize(1);
        assertThat(isRequestFor(asked.getFirst(), Probe.PEER)).isTrue();
        assertThat(destination(asked.getFirst())).isEqualTo(EthernetHeader.BROADCAST);
        answer();
        List<byte[]> sent = probe.sent();
        assertThat(sent).hasSize(2).allMatch(frame -> destination(frame) == Probe.PEER_HARDWARE);
        send(Probe.PEER);
        assertThat(probe.sent()).hasSize(1);
    }

    @Test
    void asksOnceASecondAndGivesUp() {
        assertThat(udp.connect(IpAddress.v4(Probe.PEER), 9, probe.now())).isZero();
        send(Probe.PEER);
        probe.pass(10 * SECOND);
        assertThat(probe.sent()).hasSize(3).allMatch(frame -> isRequestFor(frame, Probe.PEER));
        assertThat(probe.drops(DropReason.NEIGHBOUR_UNREACHABLE)).isEqualTo(1);
        assertThat(udp.error()).isNegative();
        assertThat(probe.netInterface().neighbours().size()).isZero();
        assertThat(probe.packetsHeld()).isZero();
    }

    @Test
    void keepsFewPacketsForAnAbsentNeighbour() {
        int limit = StackConfig.of(Profile.LATENCY).neighbours().pendingPackets();
        for (int i = 0; i < limit + 10; i++) {
            send(Probe.PEER);
        }
        assertThat(probe.drops(DropReason.NEIGHBOUR_QUEUE_FULL)).isEqualTo(10);
        answer();
        assertThat(probe.sent()).hasSize(1 + limit);
    }

    @Test
    void doesNotLearnFromWhatItDidNotAskFor() {
        probe.putArp(
                EthernetHeader.BROADCAST,
                Frames.arp(ArpPacket.REPLY, Probe.PEER_HARDWARE, Probe.PEER, 0, Probe.PEER));
        probe.putArp(
                EthernetHeader.BROADCAST,
                Frames.arp(ArpPacket.REQUEST, Probe.PEER_HARDWARE, Probe.PEER, 0, Probe.PEER));
        assertThat(probe.drops(DropReason.ARP_UNSOLICITED)).isEqualTo(2);
        assertThat(probe.netInterface().neighbours().size()).isZero();
    }

    @Test
    void bringsWhatItKnowsUpToDate() {
        probe.introduce();
        probe.put(
                Frames.ethernet(
                        EthernetHeader.BROADCAST,
                        OTHER_HARDWARE,
                        EthernetHeader.TYPE_ARP,
                        Frames.arp(ArpPacket.REQUEST, OTHER_HARDWARE, Probe.PEER, 0, Probe.PEER)));
        probe.poll();
        send(Probe.PEER);
        assertThat(probe.sent()).hasSize(1).allMatch(frame -> destination(frame) == OTHER_HARDWARE);
    }

    @Test
    void refusesForgeries() {
        long group = 0x0100_5e00_0001L;
        probe.putArp(
                EthernetHeader.BROADCAST,
                Frames.arp(ArpPacket.REQUEST, OTHER_HARDWARE, Probe.PEER, 0, Probe.STACK));
        probe.put(
                Frames.ethernet(
                        EthernetHeader.BROADCAST,
                        group,
                        EthernetHeader.TYPE_ARP,
                        Frames.arp(ArpPacket.REQUEST, group, Probe.PEER, 0, Probe.STACK)));
        probe.poll();
        probe.putArp(
                EthernetHeader.BROADCAST,
                Frames.arp(ArpPacket.REQUEST, Probe.PEER_HARDWARE, -1, 0, Probe.STACK));
        assertThat(probe.drops(DropReason.ARP_SENDER_INVALID)).isEqualTo(3);
        assertThat(probe.sent()).isEmpty();
    }

    @Test
    void defendsItsAddressButNotForEver() {
        for (int i = 0; i < 5; i++) {
            probe.putArp(
                    EthernetHeader.BROADCAST,
                    Frames.arp(
                            ArpPacket.REQUEST, Probe.PEER_HARDWARE, Probe.STACK, 0, Probe.STACK));
        }
        assertThat(probe.drops(DropReason.ARP_SENDER_IS_US)).isEqualTo(5);
        assertThat(probe.sent()).hasSize(1).allMatch(frame -> isRequestFor(frame, Probe.STACK));
    }

    @Test
    void asksANeighbourThatHasBeenQuietDirectly() {
        send(Probe.PEER);
        answer();
        probe.pass(31 * SECOND);
        probe.sent();
        send(Probe.PEER);
        assertThat(probe.sent())
                .hasSize(1)
                .allMatch(frame -> type(frame) == EthernetHeader.TYPE_IPV4);
        probe.pass(6 * SECOND);
        List<byte[]> asked = probe.sent();
        assertThat(asked)
                .isNotEmpty()
                .allMatch(
                        frame ->
                                isRequestFor(frame, Probe.PEER)
                                        && destination(frame) == Probe.PEER_HARDWARE);
        answer();
        probe.pass(5 * SECOND);
        assertThat(probe.sent()).isEmpty();
    }

    @Test
    void forgetsAQuietNeighbourThatDoesNotAnswerAnyMore() {
        probe.introduce();
        send(Probe.PEER);
        probe.pass(20 * SECOND);
        assertThat(probe.netInterface().neighbours().size()).isZero();
        probe.sent();
        // The route that the endpoint kept finds the neighbour anew.
        send(Probe.PEER);
        assertThat(probe.sent())
                .hasSize(1)
                .allMatch(frame -> destination(frame) == EthernetHeader.BROADCAST);
        answer();
        assertThat(probe.sent())
                .hasSize(1)
                .allMatch(frame -> destination(frame) == Probe.PEER_HARDWARE);
    }
}
