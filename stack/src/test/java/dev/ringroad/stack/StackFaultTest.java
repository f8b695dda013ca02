package dev.ringroad.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.worker.Timer;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.IpError;
import dev.ringroad.stack.ip.IpProtocol;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.lab.Frames;
import dev.ringroad.stack.lab.Probe;
import dev.ringroad.stack.tcp.TcpConnection;
import dev.ringroad.stack.udp.UdpEndpoint;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a fault of the stack's own does to the packet, to the rest of its burst and to the owner.
 * The pool is watched: a packet that is released twice or never fails the test by itself.
 */
class StackFaultTest {
    private static final int PORT = 7;
    private static final Endpoint.Observer BROKEN =
            (endpoint, ready) -> {
                throw new IllegalStateException("broken observer");
            };

    private static final class BrokenProtocol implements IpProtocol {
        @Override
        public void input(Packet packet, IpDatagram datagram, long nowNanos) {
            throw new IllegalStateException("broken protocol");
        }

        @Override
        public void error(IpError error, long nowNanos) {
            throw new IllegalStateException("broken protocol");
        }
    }

    private final Probe probe = new Probe();
    private final NetStack stack = probe.stack();
    private final UdpEndpoint udp = Objects.requireNonNull(stack.udp().open());

    @BeforeEach
    void listen() {
        probe.introduce();
        assertThat(udp.bind(IpAddress.ANY_V4, PORT)).isZero();
        stack.throwFaults(false);
    }

    @AfterEach
    void close() {
        udp.observer(null);
        udp.close(probe.now());
        assertThat(probe.packetsHeld()).isZero();
        probe.close();
    }

    private void put(byte[] datagram) {
        probe.put(
                Frames.ethernet(
                        probe.netInterface().hardware(),
                        Probe.PEER_HARDWARE,
                        EthernetHeader.TYPE_IPV4,
                        datagram));
    }

    private static byte[] datagram(int number) {
        byte[] udp = Frames.udp(Probe.PEER, Probe.STACK, 9, PORT, new byte[] {(byte) number});
        return Frames.ipv4(Probe.PEER, Probe.STACK, Protocols.UDP, udp);
    }

    /** An ICMP error about a connection attempt of the stack's, which TCP is told of. */
    private byte[] error() {
        TcpConnection connection = stack.tcp().open();
        connection.connect(IpAddress.v4(Probe.PEER), 80, probe.now());
        stack.flush();
        byte[] quoted = Frames.payload(probe.sent().getFirst());
        connection.abort(probe.now());
        byte[] icmp = Frames.icmp(IcmpHeader.UNREACHABLE, IcmpHeader.CODE_PORT, 0, quoted);
        return Frames.ipv4(Probe.PEER, Probe.STACK, Protocols.ICMP, icmp);
    }

    private void assertReceived(int... numbers) {
        ByteBuffer into = ByteBuffer.allocate(10);
        for (int number : numbers) {
            assertThat(udp.receive(into.clear(), null)).isEqualTo(1);
            assertThat(into.get(0)).isEqualTo((byte) number);
        }
        assertThat(udp.receive(into.clear(), null)).isNegative();
    }

    @Test
    void aPacketThatNobodyTookIsReleasedAndTheRestOfTheBurstIsReceived() {
        byte[] error = error();
        stack.ip().protocol(Protocols.TCP, new BrokenProtocol());
        put(datagram(1));
        put(error);
        put(datagram(2));
        put(error);
        assertThat(stack.poll(probe.now())).isEqualTo(4);
        assertThat(probe.drops(DropReason.STACK_FAULT)).isEqualTo(2);
        assertReceived(1, 2);
    }

    @Test
    void aPacketThatAQueueHasStaysThere() {
        udp.observer(BROKEN);
        put(datagram(1));
        put(datagram(2));
        assertThat(stack.poll(probe.now())).isEqualTo(2);
        assertThat(probe.drops(DropReason.STACK_FAULT)).isEqualTo(2);
        assertReceived(1, 2);
    }

    @Test
    void aDatagramOfFragmentsThatNobodyTookIsReleased() {
        byte[] error = error();
        stack.ip().protocol(Protocols.TCP, new BrokenProtocol());
        int half = 24;
        int cut = Ipv4Header.BYTES + half;
        byte[] first = Arrays.copyOfRange(error, Ipv4Header.BYTES, cut);
        byte[] rest = Arrays.copyOfRange(error, cut, error.length);
        for (int round = 0; round < 20; round++) {
            put(Frames.ipv4(Probe.PEER, Probe.STACK, Protocols.ICMP, round, 0x2000, first));
            put(Frames.ipv4(Probe.PEER, Probe.STACK, Protocols.ICMP, round, half / 8, rest));
            probe.poll();
        }
        assertThat(probe.drops(DropReason.STACK_FAULT)).isEqualTo(20);
        assertThat(probe.drops(DropReason.FRAGMENT_NO_MEMORY)).isZero();
    }

    @Test
    void packetsToOurselvesAreGuardedToo() {
        udp.observer(BROKEN);
        IpAddress own = IpAddress.v4(Probe.STACK);
        udp.send(ByteBuffer.wrap(new byte[] {5}), own, PORT, probe.now());
        probe.poll();
        assertThat(probe.drops(DropReason.STACK_FAULT)).isEqualTo(1);
        assertReceived(5);
    }

    @Test
    void aTimerThatFailsStopsNoOther() {
        boolean[] fired = {false};
        stack.timers()
                .schedule(
                        new Timer() {
                            @Override
                            protected void expired(long nowNanos) {
                                throw new IllegalStateException("broken timer");
                            }
                        },
                        probe.now() + 1000);
        stack.timers()
                .schedule(
                        new Timer() {
                            @Override
                            protected void expired(long nowNanos) {
                                fired[0] = true;
                            }
                        },
                        probe.now() + 2000);
        probe.pass(1_000_000);
        assertThat(fired[0]).isTrue();
        assertThat(probe.drops(DropReason.STACK_FAULT)).isEqualTo(1);
    }

    @Test
    void inCheckedModeTheFaultIsThrownAndTheBurstIsEmptyAllTheSame() {
        stack.throwFaults(true);
        udp.observer(BROKEN);
        put(datagram(1));
        put(datagram(2));
        assertThatThrownBy(() -> stack.poll(probe.now())).hasMessage("broken observer");
        udp.observer(null);
        put(datagram(3));
        probe.poll();
        assertReceived(1, 3);
    }
}
