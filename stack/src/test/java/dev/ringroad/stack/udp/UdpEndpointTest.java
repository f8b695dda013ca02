package dev.ringroad.stack.udp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.config.IpLimits;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.endpoint.SocketAddressHolder;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpPrefix;
import dev.ringroad.stack.lab.Frames;
import dev.ringroad.stack.lab.Probe;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

class UdpEndpointTest {
    private static final IpAddress OURS = IpAddress.v4(Probe.STACK);
    private static final IpAddress THEIRS = IpAddress.v4(Probe.PEER);
    private static final IpAddress GROUP = IpAddress.parse("224.1.2.3");
    private static final long GROUP_HARDWARE = 0x0100_5e01_0203L;

    private final Probe probe = introduced();

    private static Probe introduced() {
        Probe made = new Probe();
        made.introduce();
        return made;
    }

    @AfterEach
    void close() {
        probe.close();
    }

    private UdpEndpoint open() {
        return Objects.requireNonNull(probe.stack().udp().open());
    }

    private UdpEndpoint bound(IpAddress address, int port) {
        UdpEndpoint endpoint = open();
        assertThat(endpoint.bind(address, port)).isZero();
        return endpoint;
    }

    private void arrives(int to, int fromPort, int toPort, int bytes) {
        byte[] datagram =
                Frames.ipv4(
                        Probe.PEER,
                        to,
                        17,
                        Frames.udp(Probe.PEER, to, fromPort, toPort, new byte[bytes]));
        long hardware =
                to >>> 28 == 0xe
                        ? GROUP_HARDWARE
                        : (to & 0xff) == 0xff ? EthernetHeader.BROADCAST : Probe.STACK_HARDWARE;
        probe.put(
                Frames.ethernet(hardware, Probe.PEER_HARDWARE, EthernetHeader.TYPE_IPV4, datagram));
        probe.poll();
    }

    private static int received(UdpEndpoint endpoint) {
        int count = 0;
        while (endpoint.receive(ByteBuffer.allocate(2000), null) >= 0) {
            count++;
        }
        return count;
    }

    @Test
    void bindsAsLinuxDoes() {
        bound(IpAddress.ANY_V4, 7);
        assertThat(open().bind(IpAddress.ANY_V4, 7)).isEqualTo(UdpError.ADDRESS_IN_USE);
        assertThat(open().bind(OURS, 7)).isEqualTo(UdpError.ADDRESS_IN_USE);
        assertThat(open().bind(THEIRS, 8)).isEqualTo(UdpError.ADDRESS_NOT_AVAILABLE);
        assertThat(open().bind(OURS, 70000)).isEqualTo(UdpError.INVALID);
        UdpEndpoint first = open();
        UdpEndpoint second = open();
        first.options().reuseAddress(true);
        assertThat(first.bind(OURS, 9)).isZero();
        assertThat(second.bind(OURS, 9)).isEqualTo(UdpError.ADDRESS_IN_USE);
        second.options().reuseAddress(true);
        assertThat(second.bind(OURS, 9)).isZero();
        assertThat(second.bind(OURS, 10)).isEqualTo(UdpError.ALREADY_BOUND);
        first.close(probe.now());
        second.close(probe.now());
        bound(OURS, 9);
    }

    @Test
    void twoAddressesShareAPort() {
        probe.stack().ip().addAddress(probe.netInterface(), IpPrefix.parse("10.0.0.9/24"));
        UdpEndpoint one = bound(OURS, 7);
        UdpEndpoint other = bound(IpAddress.parse("10.0.0.9"), 7);
        arrives(Probe.STACK, 1000, 7, 1);
        arrives(IpAddress.parse("10.0.0.9").v4(), 1000, 7, 1);
        arrives(IpAddress.parse("10.0.0.9").v4(), 1000, 7, 1);
        assertThat(received(one)).isEqualTo(1);
        assertThat(received(other)).isEqualTo(2);
    }

    @Test
    void theMostSpecificHears() {
        UdpEndpoint any = open();
        UdpEndpoint specific = open();
        UdpEndpoint connected = open();
        for (UdpEndpoint endpoint : List.of(any, specific, connected)) {
            endpoint.options().reuseAddress(true);
        }
        assertThat(connected.bind(OURS, 7)).isZero();
        assertThat(connected.connect(THEIRS, 1000, probe.now())).isZero();
        assertThat(specific.bind(OURS, 7)).isZero();
        assertThat(any.bind(IpAddress.ANY_V4, 7)).isZero();
        arrives(Probe.STACK, 1000, 7, 1);
        assertThat(received(connected)).isEqualTo(1);
        arrives(Probe.STACK, 1001, 7, 1);
        assertThat(received(specific)).isEqualTo(1);
        specific.close(probe.now());
        arrives(Probe.STACK, 1001, 7, 1);
        assertThat(received(any)).isEqualTo(1);
        connected.disconnect();
        any.close(probe.now());
        arrives(Probe.STACK, 1001, 7, 1);
        assertThat(received(connected)).isEqualTo(1);
    }

    @Test
    void sharersOfAPortDivideThePeers() {
        UdpEndpoint[] sharers = {open(), open(), open()};
        for (UdpEndpoint sharer : sharers) {
            sharer.options().reusePort(true);
            assertThat(sharer.bind(IpAddress.ANY_V4, 7)).isZero();
        }
        for (int port = 1000; port < 1060; port++) {
            arrives(Probe.STACK, port, 7, 1);
            arrives(Probe.STACK, port, 7, 1);
        }
        int sum = 0;
        for (UdpEndpoint sharer : sharers) {
            int count = received(sharer);
            assertThat(count).isPositive().isEven();
            sum += count;
        }
        assertThat(sum).isEqualTo(120);
    }

    @Test
    void choosesPortsThatCannotBeGuessedFromTheLast() {
        Set<Integer> ports = new HashSet<>();
        int neighbours = 0;
        int last = 0;
        for (int i = 0; i < 200; i++) {
            UdpEndpoint endpoint = bound(IpAddress.ANY_V4, 0);
            int port = endpoint.localPort();
            assertThat(port)
                    .isBetween(
                            IpLimits.standard().ephemeralPortFirst(),
                            IpLimits.standard().ephemeralPortLast());
            assertThat(ports.add(port)).isTrue();
            neighbours += Math.abs(port - last) < 10 ? 1 : 0;
            last = port;
        }
        assertThat(neighbours).isLessThan(10);
    }

    @Test
    void keepsNoMoreThanItsBuffer() {
        UdpEndpoint endpoint = bound(OURS, 7);
        endpoint.options().receiveBufferBytes(4 * (1000 + DatagramQueue.OVERHEAD_BYTES));
        for (int i = 0; i < 10; i++) {
            arrives(Probe.STACK, 1000, 7, 1000);
        }
        assertThat(probe.drops(DropReason.UDP_QUEUE_FULL)).isEqualTo(6);
        assertThat(received(endpoint)).isEqualTo(4);
        assertThat(endpoint.queuedBytes()).isZero();
        assertThat(endpoint.totals().drops()).isEqualTo(6);
    }

    @Test
    void leavesPacketsForTheDevice() {
        UdpEndpoint endpoint = bound(OURS, 7);
        endpoint.options().receiveBufferBytes(1 << 24);
        for (int i = 0; i < 600; i++) {
            arrives(Probe.STACK, 1000, 7, 10);
        }
        assertThat(probe.drops(DropReason.UDP_POOL_LOW)).isPositive();
        assertThat(probe.netInterface().device().pool().available()).isPositive();
        assertThat(received(endpoint)).isPositive();
    }

    @Test
    void tellsTheSenderAndCutsWhatDoesNotFit() {
        UdpEndpoint endpoint = bound(OURS, 7);
        arrives(Probe.STACK, 1234, 7, 100);
        assertThat(endpoint.ready() & Endpoint.READ).isNotZero();
        assertThat(endpoint.nextDatagramBytes()).isEqualTo(100);
        SocketAddressHolder from = new SocketAddressHolder();
        ByteBuffer small = ByteBuffer.allocateDirect(10);
        assertThat(endpoint.receive(small, from)).isEqualTo(10);
        assertThat(from.address()).isEqualTo(THEIRS);
        assertThat(from.port()).isEqualTo(1234);
        assertThat(endpoint.receive(small, from)).isEqualTo(UdpError.WOULD_BLOCK);
    }

    @Test
    void broadcastsOnlyWhenAllowed() {
        UdpEndpoint endpoint = bound(IpAddress.ANY_V4, 7);
        IpAddress all = IpAddress.parse("10.0.0.255");
        assertThat(endpoint.send(ByteBuffer.allocate(3), all, 9, probe.now()))
                .isEqualTo(UdpError.BROADCAST_NOT_ALLOWED);
        endpoint.options().broadcast(true);
        UdpEndpoint listener = bound(IpAddress.ANY_V4, 9);
        assertThat(endpoint.send(ByteBuffer.allocate(3), all, 9, probe.now())).isEqualTo(3);
        probe.poll();
        List<byte[]> sent = probe.sent();
        assertThat(sent).hasSize(1);
        assertThat(EthernetHeader.destination(MemorySegment.ofArray(sent.getFirst()), 0))
                .isEqualTo(EthernetHeader.BROADCAST);
        assertThat(received(listener)).isEqualTo(1);
        arrives(Probe.STACK | 0xff, 1000, 9, 1);
        assertThat(received(listener)).isEqualTo(1);
    }

    @Test
    void hearsGroupsThatItJoined() {
        UdpEndpoint member = open();
        UdpEndpoint other = open();
        UdpEndpoint second = open();
        for (UdpEndpoint endpoint : List.of(member, other, second)) {
            endpoint.options().reuseAddress(true);
            assertThat(endpoint.bind(IpAddress.ANY_V4, 7)).isZero();
        }
        arrives(GROUP.v4(), 1000, 7, 1);
        assertThat(probe.drops(DropReason.IP_GROUP_NOT_JOINED)).isEqualTo(1);
        assertThat(member.join(GROUP, probe.netInterface(), probe.now())).isZero();
        assertThat(second.join(GROUP, probe.netInterface(), probe.now())).isZero();
        assertThat(member.join(GROUP, probe.netInterface(), probe.now()))
                .isEqualTo(UdpError.INVALID);
        assertThat(member.join(THEIRS, probe.netInterface(), probe.now()))
                .isEqualTo(UdpError.INVALID);
        probe.stack().flush();
        List<byte[]> reports = probe.sent();
        assertThat(reports).hasSize(1);
        MemorySegment s = MemorySegment.ofArray(reports.getFirst());
        assertThat(Ipv4Header.protocol(s, 14)).isEqualTo(2);
        assertThat(Ipv4Header.ttl(s, 14)).isEqualTo(1);
        arrives(GROUP.v4(), 1000, 7, 1);
        assertThat(received(member)).isEqualTo(1);
        assertThat(received(second)).isEqualTo(1);
        assertThat(received(other)).isZero();
        assertThat(member.leave(GROUP, probe.netInterface(), probe.now())).isZero();
        arrives(GROUP.v4(), 1000, 7, 1);
        assertThat(received(member)).isZero();
        assertThat(received(second)).isEqualTo(1);
    }

    @Test
    void membersHearThemselvesUnlessToldNotTo() {
        UdpEndpoint member = bound(IpAddress.ANY_V4, 7);
        assertThat(member.join(GROUP, probe.netInterface(), probe.now())).isZero();
        assertThat(member.send(ByteBuffer.allocate(3), GROUP, 7, probe.now())).isEqualTo(3);
        probe.poll();
        assertThat(received(member)).isEqualTo(1);
        member.options().multicastLoop(false);
        assertThat(member.send(ByteBuffer.allocate(3), GROUP, 7, probe.now())).isEqualTo(3);
        probe.poll();
        assertThat(received(member)).isZero();
    }

    @Test
    void talksToItself() {
        UdpEndpoint endpoint = bound(IpAddress.ANY_V4, 7);
        for (int bytes : new int[] {0, 5, 1472, 5000, 65507}) {
            assertThat(endpoint.send(ByteBuffer.allocate(bytes), OURS, 7, probe.now()))
                    .isEqualTo(bytes);
            probe.poll();
            assertThat(endpoint.receive(ByteBuffer.allocate(65536), null)).isEqualTo(bytes);
        }
        assertThat(probe.sent()).isEmpty();
        assertThat(probe.packetsHeld()).isZero();
    }

    @Test
    void namesWhatIsWrong() {
        UdpEndpoint endpoint = open();
        assertThat(endpoint.send(ByteBuffer.allocate(65508), THEIRS, 7, probe.now()))
                .isEqualTo(UdpError.MESSAGE_TOO_LONG);
        assertThat(
                        endpoint.send(
                                ByteBuffer.allocate(1), IpAddress.parse("8.8.8.8"), 7, probe.now()))
                .isEqualTo(UdpError.NO_ROUTE);
        assertThat(endpoint.send(ByteBuffer.allocate(1), probe.now()))
                .isEqualTo(UdpError.NOT_CONNECTED);
        assertThat(endpoint.connect(THEIRS, 7, probe.now())).isZero();
        assertThat(endpoint.localAddress()).isEqualTo(OURS);
        assertThat(endpoint.send(ByteBuffer.allocate(1), THEIRS, 8, probe.now()))
                .isEqualTo(UdpError.WRONG_DESTINATION);
        endpoint.close(probe.now());
        assertThat(endpoint.send(ByteBuffer.allocate(1), THEIRS, 7, probe.now()))
                .isEqualTo(UdpError.CLOSED);
        assertThat(endpoint.receive(ByteBuffer.allocate(1), null)).isEqualTo(UdpError.CLOSED);
        assertThat(endpoint.ready() & Endpoint.HANGUP).isNotZero();
        for (int code = -1; code > -15; code--) {
            assertThat(UdpError.message(code)).endsWith(".").doesNotContain("Unknown");
        }
    }
}
