package dev.ringroad.stack.icmp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.Route;
import dev.ringroad.stack.lab.Frames;
import dev.ringroad.stack.lab.Probe;
import dev.ringroad.stack.udp.UdpEndpoint;
import dev.ringroad.stack.udp.UdpError;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

class IcmpLayerTest {
    private static final int P = Probe.PEER;
    private static final int S = Probe.STACK;
    private static final long SECOND = 1_000_000_000L;

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

    /** The one ICMP message that the stack has sent; its IP header before it. */
    private MemorySegment onlyMessage() {
        List<byte[]> sent = probe.sent();
        assertThat(sent).hasSize(1);
        MemorySegment s = MemorySegment.ofArray(sent.getFirst());
        assertThat(Ipv4Header.check(s, 14, sent.getFirst().length - 14)).isZero();
        assertThat(Ipv4Header.checksumIsRight(s, 14)).isTrue();
        assertThat(Ipv4Header.protocol(s, 14)).isEqualTo(1);
        assertThat(Ipv4Header.destination(s, 14)).isEqualTo(P);
        assertThat(IcmpHeader.checksumIsRight(s, 34, Ipv4Header.totalBytes(s, 14) - 20)).isTrue();
        return s;
    }

    @Test
    void returnsAnEchoByteForByte() {
        for (int bytes : new int[] {0, 1, 56, 1472}) {
            byte[] data = new byte[bytes];
            Arrays.fill(data, (byte) 0x5a);
            probe.putIp(Frames.ipv4(P, S, 1, Frames.icmp(8, 0, 0x1234_0001, data)));
            MemorySegment s = onlyMessage();
            assertThat(IcmpHeader.type(s, 34)).isZero();
            assertThat(IcmpHeader.identifier(s, 34)).isEqualTo(0x1234);
            assertThat(s.asSlice(42).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(data);
        }
    }

    @Test
    void returnsAnEchoThatCameInFragments() {
        byte[] request = Frames.icmp(8, 0, 1, new byte[3000]);
        probe.putIp(Frames.ipv4(P, S, 1, 5, 0x2000, Arrays.copyOf(request, 1480)));
        probe.putIp(Frames.ipv4(P, S, 1, 5, 0x2000 | 185, Arrays.copyOfRange(request, 1480, 2960)));
        probe.putIp(Frames.ipv4(P, S, 1, 5, 370, Arrays.copyOfRange(request, 2960, 3008)));
        assertThat(probe.sent()).hasSize(3);
    }

    @Test
    void doesNotHelpToFlood() {
        probe.put(
                Frames.ethernet(
                        EthernetHeader.BROADCAST,
                        Probe.PEER_HARDWARE,
                        EthernetHeader.TYPE_IPV4,
                        Frames.ipv4(P, S | 0xff, 1, Frames.icmp(8, 0, 1, new byte[8]))));
        probe.poll();
        assertThat(probe.drops(DropReason.ICMP_ECHO_BROADCAST)).isEqualTo(1);
        assertThat(probe.sent()).isEmpty();
    }

    @Test
    void saysThatNobodyListensAndQuotes() {
        byte[] datagram = Frames.ipv4(P, S, 17, Frames.udp(P, S, 1000, 9, new byte[20]));
        probe.putIp(datagram);
        MemorySegment s = onlyMessage();
        assertThat(IcmpHeader.type(s, 34)).isEqualTo(IcmpHeader.UNREACHABLE);
        assertThat(IcmpHeader.code(s, 34)).isEqualTo(IcmpHeader.CODE_PORT);
        assertThat(s.asSlice(42).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(datagram);
        probe.putIp(Frames.ipv4(P, S, 99, new byte[20]));
        assertThat(IcmpHeader.code(onlyMessage(), 34)).isEqualTo(IcmpHeader.CODE_PROTOCOL);
    }

    @Test
    void saysThatFragmentsDidNotAllArrive() {
        byte[] datagram = Frames.udp(P, S, 1000, 9, new byte[200]);
        probe.putIp(Frames.ipv4(P, S, 17, 5, 0x2000, Arrays.copyOf(datagram, 104)));
        probe.putIp(Frames.ipv4(P, S, 17, 6, 13, Arrays.copyOfRange(datagram, 104, 208)));
        probe.pass(31 * SECOND);
        List<byte[]> sent = probe.sent().stream().filter(f -> f[12] == 8 && f[13] == 0).toList();
        assertThat(sent).hasSize(1);
        MemorySegment s = MemorySegment.ofArray(sent.getFirst());
        assertThat(IcmpHeader.type(s, 34)).isEqualTo(IcmpHeader.TIME_EXCEEDED);
        assertThat(IcmpHeader.code(s, 34)).isEqualTo(IcmpHeader.CODE_REASSEMBLY);
        assertThat(probe.drops(DropReason.FRAGMENT_TIMED_OUT)).isEqualTo(2);
    }

    @Test
    void limitsItsErrors() {
        int limit = StackConfig.of(Profile.LATENCY).ip().icmpErrorsPerSecond();
        for (int i = 0; i < limit + 50; i++) {
            probe.putIp(Frames.ipv4(P, S, 17, Frames.udp(P, S, 1000, 9, new byte[0])));
            probe.sent();
        }
        assertThat(probe.drops(DropReason.ICMP_ERROR_SUPPRESSED)).isEqualTo(50);
    }

    @Test
    void believesErrorsOnlyAboutWhatItCanHaveSent() {
        UdpEndpoint udp = Objects.requireNonNull(probe.stack().udp().open());
        assertThat(udp.bind(IpAddress.ANY_V4, 7)).isZero();
        assertThat(udp.connect(IpAddress.v4(P), 9, probe.now())).isZero();
        byte[] ours = Frames.ipv4(S, P, 17, Frames.udp(S, P, 7, 9, new byte[8]));
        byte[] notOurs = Frames.ipv4(P, P, 17, Frames.udp(P, P, 7, 9, new byte[8]));
        byte[] otherPort = Frames.ipv4(S, P, 17, Frames.udp(S, P, 8, 9, new byte[8]));

        probe.putIp(Frames.ipv4(P, S, 1, Frames.icmp(3, 3, 0, notOurs)));
        probe.putIp(Frames.ipv4(P, S, 1, Frames.icmp(3, 3, 0, Arrays.copyOf(ours, 27))));
        assertThat(probe.drops(DropReason.ICMP_QUOTE_INVALID)).isEqualTo(2);
        probe.putIp(Frames.ipv4(P, S, 1, Frames.icmp(3, 3, 0, otherPort)));
        assertThat(udp.error()).isZero();
        probe.putIp(Frames.ipv4(P, S, 1, Frames.icmp(3, 3, 0, Arrays.copyOf(ours, 28))));
        assertThat(udp.error()).isEqualTo(UdpError.REFUSED);
        assertThat(udp.receive(ByteBuffer.allocate(1), null)).isEqualTo(UdpError.REFUSED);
    }

    @Test
    void learnsThePathsMtuAndForgetsIt() {
        UdpEndpoint udp = Objects.requireNonNull(probe.stack().udp().open());
        assertThat(udp.bind(IpAddress.ANY_V4, 7)).isZero();
        byte[] ours = Frames.ipv4(S, P, 17, Frames.udp(S, P, 7, 9, new byte[1400]));
        probe.putIp(Frames.ipv4(P, S, 1, Frames.icmp(3, 4, 1000, ours)));
        assertThat(mtuToPeer()).isEqualTo(1000);
        // Larger ones and absurd ones change nothing for the worse.
        probe.putIp(Frames.ipv4(P, S, 1, Frames.icmp(3, 4, 1400, ours)));
        assertThat(mtuToPeer()).isEqualTo(1000);
        probe.putIp(Frames.ipv4(P, S, 1, Frames.icmp(3, 4, 68, ours)));
        assertThat(mtuToPeer()).isEqualTo(576);
        assertThat(udp.send(ByteBuffer.allocate(1400), IpAddress.v4(P), 9, probe.now()))
                .isEqualTo(1400);
        probe.stack().flush();
        assertThat(probe.sent()).hasSize(3).allMatch(frame -> frame.length <= 14 + 576);
        probe.pass(1400 * SECOND);
        probe.sent();
        assertThat(mtuToPeer()).isEqualTo(1500);
    }

    private int mtuToPeer() {
        Route route = probe.stack().ip().route(IpAddress.v4(P), IpAddress.ANY_V4);
        return Objects.requireNonNull(route).mtu();
    }

    @Test
    void aRouterThatDoesNotTellGetsAGuess() {
        UdpEndpoint udp = Objects.requireNonNull(probe.stack().udp().open());
        assertThat(udp.bind(IpAddress.ANY_V4, 7)).isZero();
        byte[] ours = Frames.ipv4(S, P, 17, Frames.udp(S, P, 7, 9, new byte[1472]));
        probe.putIp(Frames.ipv4(P, S, 1, Frames.icmp(3, 4, 0, Arrays.copyOf(ours, 28))));
        assertThat(mtuToPeer()).isEqualTo(1492);
    }
}
