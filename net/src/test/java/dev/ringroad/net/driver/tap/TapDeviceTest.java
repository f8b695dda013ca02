package dev.ringroad.net.driver.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.core.linux.Capabilities;
import dev.ringroad.core.linux.Capabilities.Capability;
import dev.ringroad.core.linux.Interfaces;
import dev.ringroad.core.linux.KernelFeatures;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.net.wire.UdpHeader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.File;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** The driver against the kernel it talks to. */
@Timeout(60)
class TapDeviceTest {

    private OpenDescriptors descriptorsBefore = new OpenDescriptors(Map.of());
    private long mappedBefore;

    @BeforeEach
    void needsTheKernel() throws Exception {
        assumeTrue(KernelFeatures.tun().available(), () -> KernelFeatures.tun().reason());
        assumeTrue(
                Capabilities.current().has(Capability.NET_ADMIN),
                "CAP_NET_ADMIN is missing, which making a TAP needs");
        descriptorsBefore = OpenDescriptors.now();
        mappedBefore = Mappings.mappedBytes();
    }

    @AfterEach
    void leavesNothingBehind() throws Exception {
        // The JVM keeps a socket of its own once it has used one.
        assertThat(OpenDescriptors.now().beyond(descriptorsBefore))
                .as("left open")
                .doesNotContainKey("/dev/net/tun");
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBefore);
    }

    private static <T> FutureTask<T> inBackground(Callable<T> job) {
        FutureTask<T> task = new FutureTask<>(job);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    @Test
    void theKernelsEndIsConfigured() throws Exception {
        try (TapHost host = new TapHost(",mtu=1400,mac=02:00:00:00:00:07")) {
            assertThat(host.device.name()).isEqualTo(host.name);
            assertThat(host.device.mtu()).isEqualTo(1400);
            assertThat(Interfaces.mtu(host.name)).isEqualTo(1400);
            assertThat(Interfaces.isUp(host.name)).isTrue();
            assertThat(host.device.linkUp()).isTrue();
            assertThat(host.device.macAddress()).hasToString("02:00:00:00:00:07");
            assertThat(Interfaces.macAddress(host.name)).isNotEqualTo(0x020000000007L);
            assertThat(java.net.NetworkInterface.getByInetAddress(host.kernelAddress()).getName())
                    .isEqualTo(host.name);
        }
    }

    @Test
    void theKernelsPingIsAnswered() throws Exception {
        try (TapHost host = new TapHost("")) {
            // As root this is an ICMP echo; else the JDK would try a TCP connection.
            FutureTask<Boolean> ping = inBackground(() -> host.ourAddress().isReachable(20_000));
            Packet request = host.next(Ipv4Header.PROTOCOL_ICMP);
            MemorySegment s = request.segment();
            long icmp = request.offset() + TapHost.L4;
            assertThat(IcmpHeader.type(s, icmp)).isEqualTo(IcmpHeader.ECHO_REQUEST);
            int bytes = Ipv4Header.totalBytes(s, request.offset() + TapHost.IP) - Ipv4Header.BYTES;
            assertThat(IcmpHeader.checksumIsRight(s, icmp, bytes)).isTrue();

            Packet reply = host.packet(Ipv4Header.PROTOCOL_ICMP, bytes);
            long at = reply.offset() + TapHost.L4;
            reply.copyIn(TapHost.L4, s, icmp, bytes);
            reply.segment().set(ValueLayout.JAVA_BYTE, at, (byte) IcmpHeader.ECHO_REPLY);
            IcmpHeader.checksum(reply.segment(), at, 0);
            IcmpHeader.checksum(reply.segment(), at, Checksum.of(reply.segment(), at, bytes));
            request.release();
            host.transmit(reply);
            assertThat(ping.get()).isTrue();
        }
    }

    @Test
    void datagramsGoBothWaysByteForByteWithChecksumsLeftToTheOtherEnd() throws Exception {
        datagramsBothWays("", true);
    }

    @Test
    void datagramsGoBothWaysWithAllChecksumsDoneHere() throws Exception {
        datagramsBothWays(",offload=no", false);
    }

    private static void datagramsBothWays(String options, boolean offload) throws Exception {
        byte[] sent = randomBytes(1001);
        try (TapHost host = new TapHost(options);
                DatagramSocket socket = new DatagramSocket(0, host.kernelAddress())) {
            assertThat(host.device.capabilities().transmitChecksum()).isEqualTo(offload);
            host.meet();
            socket.send(new DatagramPacket(sent, sent.length, host.ourAddress(), 4242));
            Packet got = host.next(Ipv4Header.PROTOCOL_UDP);
            MemorySegment s = got.segment();
            long udp = got.offset() + TapHost.L4;
            assertThat(got.length()).isEqualTo(TapHost.L4 + UdpHeader.BYTES + sent.length);
            assertThat(UdpHeader.destinationPort(s, udp)).isEqualTo(4242);
            byte[] payload = new byte[sent.length];
            got.copyOut(TapHost.L4 + UdpHeader.BYTES, payload, 0, payload.length);
            assertThat(payload).isEqualTo(sent);
            int bytes = UdpHeader.BYTES + sent.length;
            long sum =
                    Checksum.pseudoHeader4(
                            host.kernelIp, host.ourIp, Ipv4Header.PROTOCOL_UDP, bytes);
            boolean right = Checksum.isRight(Checksum.partial(s, udp, bytes, sum));
            assertThat(got.has(Packet.CHECKSUM_VERIFIED) || right).isTrue();
            assertThat(got.has(Packet.CHECKSUM_VERIFIED)).isEqualTo(offload);

            Packet back = host.packet(Ipv4Header.PROTOCOL_UDP, bytes);
            UdpHeader.write(
                    back.segment(), back.offset() + TapHost.L4, 4242, socket.getLocalPort(), bytes);
            back.copyIn(TapHost.L4 + UdpHeader.BYTES, sent, 0, sent.length);
            host.requestChecksum(back, Ipv4Header.PROTOCOL_UDP, UdpHeader.CHECKSUM);
            got.release();
            host.transmit(back);
            DatagramPacket received = new DatagramPacket(new byte[2000], 2000);
            socket.receive(received);
            assertThat(received.getLength()).isEqualTo(sent.length);
            assertThat(received.getData()).startsWith(sent);
        }
    }

    @Test
    void aFrameWithoutHeadroomIsSentAsWell() throws Exception {
        try (TapHost host = new TapHost("");
                DatagramSocket socket = new DatagramSocket(0, host.kernelAddress())) {
            host.meet();
            int bytes = UdpHeader.BYTES + 5;
            Packet made = host.packet(Ipv4Header.PROTOCOL_UDP, bytes);
            UdpHeader.write(
                    made.segment(), made.offset() + TapHost.L4, 9, socket.getLocalPort(), bytes);
            made.copyIn(TapHost.L4 + UdpHeader.BYTES, new byte[] {1, 2, 3, 4, 5}, 0, 5);
            Packet moved = host.acquire(0);
            moved.prepend(moved.headroom());
            moved.trimTo(made.length());
            moved.copyIn(0, made.segment(), made.offset(), made.length());
            made.release();
            host.transmit(moved);
            DatagramPacket received = new DatagramPacket(new byte[100], 100);
            socket.receive(received);
            assertThat(received.getLength()).isEqualTo(5);
            assertThat(received.getData()).startsWith(1, 2, 3, 4, 5);
        }
    }

    @Test
    void aLongSegmentIsCutByTheKernel() throws Exception {
        byte[] sent = randomBytes(20_000);
        try (TapHost host = new TapHost(",offload=yes");
                ServerSocket server = new ServerSocket(0, 1, host.kernelAddress())) {
            assertThat(host.device.capabilities().segmentation()).isTrue();
            int ports = 5000 << 16 | server.getLocalPort();
            FutureTask<byte[]> reader =
                    inBackground(
                            () -> {
                                try (Socket socket = server.accept();
                                        InputStream in = socket.getInputStream()) {
                                    return in.readNBytes(sent.length);
                                }
                            });
            int sequence = 1000;
            int acknowledgment = handshake(host, ports, sequence);
            Packet data = host.tcp(ports, sequence + 1, acknowledgment, TcpHeader.ACK, sent.length);
            data.copyIn(TapHost.L4 + TcpHeader.BYTES, sent, 0, sent.length);
            data.requestSegmentation(Packet.SEGMENT_TCP4, 1460);
            host.transmit(data);
            assertThat(reader.get()).isEqualTo(sent);
            assertThat(host.device.dropped(DeviceDrop.OVERSIZE)).isZero();
        }
    }

    /** Connects to the kernel; the acknowledgment that the next segment needs. */
    private static int handshake(TapHost host, int ports, int sequence) throws Exception {
        host.meet();
        host.transmit(host.tcp(ports, sequence, 0, TcpHeader.SYN, 0));
        Packet answer = host.next(Ipv4Header.PROTOCOL_TCP);
        long tcp = answer.offset() + TapHost.L4;
        assertThat(TcpHeader.flags(answer.segment(), tcp)).isEqualTo(TcpHeader.SYN | TcpHeader.ACK);
        int acknowledgment = TcpHeader.sequence(answer.segment(), tcp) + 1;
        answer.release();
        host.transmit(host.tcp(ports, sequence + 1, acknowledgment, TcpHeader.ACK, 0));
        return acknowledgment;
    }

    @Test
    void joinedSegmentsAreReceivedWhole() throws Exception {
        byte[] sent = randomBytes(60_000);
        try (TapHost host = new TapHost(",offload=yes");
                ServerSocket server = new ServerSocket(0, 1, host.kernelAddress())) {
            assertThat(host.device.capabilities().largeReceive()).isTrue();
            int ports = 5000 << 16 | server.getLocalPort();
            int sequence = 1000;
            int acknowledgment = handshake(host, ports, sequence);
            FutureTask<Integer> writer =
                    inBackground(
                            () -> {
                                try (Socket socket = server.accept()) {
                                    socket.getOutputStream().write(sent);
                                    return socket.getInputStream().read();
                                }
                            });
            byte[] got = new byte[sent.length];
            int largest = receiveStream(host, ports, sequence + 1, acknowledgment, got);
            assertThat(got).isEqualTo(sent);
            assertThat(largest).isGreaterThan(1460);
            int end = acknowledgment + sent.length;
            host.transmit(host.tcp(ports, sequence + 1, end, TcpHeader.FIN | TcpHeader.ACK, 0));
            assertThat(writer.get()).isEqualTo(-1);
        }
    }

    /** Acknowledges every segment that comes in order; the bytes of the longest. */
    private static int receiveStream(TapHost host, int ports, int sequence, int from, byte[] into) {
        int received = 0;
        int largest = 0;
        while (received < into.length) {
            Packet packet = host.next(Ipv4Header.PROTOCOL_TCP);
            MemorySegment s = packet.segment();
            long tcp = packet.offset() + TapHost.L4;
            int headers = TapHost.L4 + TcpHeader.headerBytes(s, tcp);
            int payload = packet.length() - headers;
            if (payload > 0 && TcpHeader.sequence(s, tcp) == from + received) {
                assertThat(packet.has(Packet.CHECKSUM_VERIFIED)).isTrue();
                packet.copyOut(headers, into, received, payload);
                received += payload;
                largest = Math.max(largest, payload);
            }
            packet.release();
            host.transmit(host.tcp(ports, sequence, from + received, TcpHeader.ACK, 0));
        }
        return largest;
    }

    @Test
    void framesThatCannotBeSentAreTakenAndCounted() throws Exception {
        try (TapHost host = new TapHost("")) {
            host.transmit(host.acquire(EthernetHeader.BYTES - 1));
            host.transmit(host.acquire(host.device.capabilities().frameBytesMax() + 1));
            Packet joined = host.acquire(100);
            joined.requestSegmentation(Packet.SEGMENT_TCP4, 10);
            host.transmit(joined);
            assertThat(host.device.dropped(DeviceDrop.RUNT)).isEqualTo(1);
            assertThat(host.device.dropped(DeviceDrop.OVERSIZE)).isEqualTo(2);
            Packet lying = host.acquire(100);
            lying.requestChecksum(10, 80);
            lying.trimTo(20);
            host.transmit(lying);
            assertThat(host.counters.readings())
                    .anyMatch(r -> r.name().endsWith(".drop.refused") && r.value() == 1);
        }
    }

    @Test
    void anEmptyPoolIsCountedAndTheFrameWaits() throws Exception {
        try (TapHost host = new TapHost("");
                DatagramSocket socket = new DatagramSocket(0, host.kernelAddress())) {
            host.meet();
            Burst all = new Burst(host.device.pool().packets());
            while (host.device.pool().available() > 0) {
                all.add(host.device.pool().acquire());
            }
            socket.send(new DatagramPacket(new byte[3], 3, host.ourAddress(), 7));
            assertThat(host.device.rxQueue(0).receive(new Burst(4))).isZero();
            assertThat(host.device.dropped(DeviceDrop.POOL_EMPTY)).isEqualTo(1);
            all.releaseAll();
            host.next(Ipv4Header.PROTOCOL_UDP).release();
        }
    }

    @Test
    void framesLongerThanAPacketAreDropped() throws Exception {
        try (TapHost host = new TapHost("");
                DatagramSocket socket = new DatagramSocket(0, host.kernelAddress())) {
            host.meet();
            Interfaces.setMtu(host.name, 9000);
            socket.send(new DatagramPacket(new byte[5000], 5000, host.ourAddress(), 7));
            Burst burst = new Burst(8);
            while (host.device.dropped(DeviceDrop.RECEIVED_TOO_LONG) == 0) {
                host.device.rxQueue(0).receive(burst);
                burst.releaseAll();
                host.await();
            }
        }
    }

    @Test
    void anInterfaceThatIsSwitchedOffTakesTheLinkDownAndBackUp() throws Exception {
        try (TapHost host = new TapHost("")) {
            Interfaces.setUp(host.name, false);
            host.transmit(host.acquire(60));
            assertThat(host.device.linkUp()).isFalse();
            assertThat(host.device.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(1);
            receiveWhatWasSentBefore(host);
            assertThat(host.device.rxQueue(0).receive(new Burst(4))).isZero();
            assertThat(host.device.nextDeadlineNanos()).isLessThan(Long.MAX_VALUE);
            Interfaces.setUp(host.name, true);
            while (!host.device.linkUp()) {
                host.await();
            }
            host.transmit(host.acquire(60));
            assertThat(host.device.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(1);
        }
    }

    /** The kernel announces its groups when an interface comes up, at a time of its own. */
    private static void receiveWhatWasSentBefore(TapHost host) {
        Burst burst = new Burst(4);
        while (host.device.rxQueue(0).receive(burst) > 0) {
            burst.releaseAll();
        }
    }

    @Test
    void anInterfaceThatIsDeletedTakesTheLinkDownForGood() throws Exception {
        assumeTrue(
                new File("/usr/sbin/ip").canExecute() || new File("/bin/ip").canExecute(),
                "the command ip (package iproute2) is missing");
        try (TapHost host = new TapHost("")) {
            Process ip = new ProcessBuilder("ip", "link", "del", host.name).inheritIO().start();
            assertThat(ip.waitFor()).isZero();
            host.transmit(host.acquire(60));
            Burst burst = new Burst(4);
            host.device.rxQueue(0).receive(burst);
            burst.releaseAll();
            host.device.service(System.nanoTime() + 1_000_000_000L);
            assertThat(host.device.linkUp()).isFalse();
            assertThat(host.device.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(1);
            try (PollSet wake = new PollSet(1)) {
                assertThat(host.device.prepareSleep(wake)).isTrue();
                assertThat(wake.size()).isZero();
            }
        }
    }

    @Test
    void aWaitingFrameForbidsSleep() throws Exception {
        try (TapHost host = new TapHost("");
                DatagramSocket socket = new DatagramSocket(0, host.kernelAddress());
                PollSet wake = new PollSet(1)) {
            host.meet();
            socket.send(new DatagramPacket(new byte[3], 3, host.ourAddress(), 7));
            assertThat(host.device.prepareSleep(wake)).isFalse();
            host.next(Ipv4Header.PROTOCOL_UDP).release();
        }
    }

    @Test
    void connectionsOfTheKernelReachUs() throws Exception {
        try (TapHost host = new TapHost("");
                SocketChannel channel = SocketChannel.open()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(host.ourAddress(), 80));
            Packet syn = host.next(Ipv4Header.PROTOCOL_TCP);
            long tcp = syn.offset() + TapHost.L4;
            assertThat(TcpHeader.flags(syn.segment(), tcp) & TcpHeader.SYN).isNotZero();
            int ports = 80 << 16 | TcpHeader.sourcePort(syn.segment(), tcp);
            int next = TcpHeader.sequence(syn.segment(), tcp) + 1;
            syn.release();
            host.transmit(host.tcp(ports, 77, next, TcpHeader.SYN | TcpHeader.ACK, 0));
            host.next(Ipv4Header.PROTOCOL_TCP).release();
            assertThat(channel.finishConnect()).isTrue();
            Packet data = host.tcp(ports, 78, next, TcpHeader.ACK | TcpHeader.PSH, 2);
            data.copyIn(TapHost.L4 + TcpHeader.BYTES, new byte[] {'o', 'k'}, 0, 2);
            host.transmit(data);
            channel.configureBlocking(true);
            ByteBuffer into = ByteBuffer.allocate(2);
            channel.read(into);
            assertThat(into.array()).containsExactly('o', 'k');
        }
    }
}
