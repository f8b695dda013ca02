package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.afpacket.AfPacketDevice;
import dev.ringroad.net.driver.afxdp.AfXdpDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Frames that lie in several buffers. */
class AfXdpChainedTest extends AfXdpCable {

    private static final int MTU = 9000;

    AfXdpChainedTest() {
        super("mtu " + MTU);
    }

    private void open(String options) throws IOException {
        open(options, options);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",mode=native",
                ",mode=generic",
                ",mode=native,umem=both",
                ",checksum=kernel,timestamps=yes"
            })
    void carriesLongFramesBothWays(String options) throws Exception {
        open(",chained=yes" + options);
        assertThat(a.capabilities().chainedReceive()).isTrue();
        for (int bytes : new int[] {64, 1792, 1793, 3000, 3584, 3585, MTU, MTU + 14}) {
            exchange(a, b, bytes);
            exchange(b, a, bytes);
        }
    }

    private void exchange(AfXdpDevice from, AfXdpDevice to, int bytes) {
        int lent = from.pool() == to.pool() ? -1 : DeviceEnds.lent(to);
        Burst burst = new Burst(1);
        burst.add(chain(from, to, bytes));
        ends.transmitAll(from, burst);
        Packet received = receive(to);
        assertThat(received.parts()).isEqualTo((bytes + 1791) / 1792);
        try (PacketPool flat = flatPool()) {
            assertIntact(received, flat, from, to, bytes);
        }
        received.release();
        if (lent >= 0) {
            to.rxQueue(0).receive(new Burst(1));
            assertThat(DeviceEnds.lent(to)).isEqualTo(lent);
        }
    }

    private static PacketPool flatPool() {
        return PacketPool.create("flat", 2, 16384, Placement.ordinary());
    }

    /** A frame in parts of the sender's pool, as long as they can be. */
    private static Packet chain(AfXdpDevice from, AfXdpDevice to, int bytes) {
        try (PacketPool flat = flatPool()) {
            Packet whole = flat.acquire();
            TestFrames.fill(whole, to.macAddress().bits(), from.macAddress().bits(), 7, bytes);
            Packet head = null;
            int most = from.pool().dataBytesMax();
            for (int at = 0; at < bytes; at += most) {
                Packet part = from.pool().acquire();
                part.append(Math.min(most, bytes - at));
                whole.copyOut(at, part.segment(), part.offset(), part.length());
                if (head == null) {
                    head = part;
                } else {
                    head.chain(part);
                }
            }
            whole.release();
            return head;
        }
    }

    private static void assertIntact(
            Packet received, PacketPool flat, AfXdpDevice from, AfXdpDevice to, int bytes) {
        Packet whole = flat.acquire();
        whole.copyFrom(received);
        DeviceEnds.assertIntact(whole, from, to, 7, bytes);
        whole.release();
    }

    private Packet receive(AfXdpDevice at) {
        Burst burst = new Burst(1);
        ends.await("a frame", () -> at.rxQueue(0).receive(burst) == 1);
        return burst.get(0);
    }

    @Test
    void sendsALongPacketOfAnotherPoolInPieces() throws Exception {
        open(",chained=yes");
        try (PacketPool flat = flatPool()) {
            Packet whole = flat.acquire();
            TestFrames.fill(whole, b.macAddress().bits(), a.macAddress().bits(), 7, MTU);
            Burst burst = new Burst(1);
            burst.add(whole);
            ends.transmitAll(a, burst);
            assertThat(flat.available()).isEqualTo(2);
            Packet received = receive(b);
            assertIntact(received, flat, a, b, MTU);
            received.release();
        }
    }

    @Test
    void sendsAPartThatSeveralFramesShare() throws Exception {
        open(",chained=yes");
        int lent = DeviceEnds.lent(a);
        Packet body = a.pool().acquire();
        body.append(1000);
        Burst burst = new Burst(2);
        for (int i = 0; i < 2; i++) {
            Packet head = a.pool().acquire();
            TestFrames.fill(head, b.macAddress().bits(), a.macAddress().bits(), i, 64);
            body.retain();
            head.chain(body);
            burst.add(head);
        }
        body.release();
        ends.transmitAll(a, burst);
        for (int i = 0; i < 2; i++) {
            Packet received = receive(b);
            assertThat(TestFrames.number(received)).isEqualTo(i);
            assertThat(received.totalLength()).isEqualTo(1064);
            received.release();
        }
        ends.await(
                "all parts to come back",
                () -> {
                    a.txQueue(0).transmit(new Burst(1));
                    return DeviceEnds.lent(a) == lent;
                });
    }

    /** Parts of 100 bytes are more than the kernel gathers. */
    @Test
    void gathersItselfWhatHasTooManyParts() throws Exception {
        open(",chained=yes");
        Packet head = a.pool().acquire();
        TestFrames.fill(head, b.macAddress().bits(), a.macAddress().bits(), 3, 64);
        for (int i = 0; i < 30; i++) {
            Packet part = a.pool().acquire();
            part.append(i % 10 == 9 ? 0 : 100);
            head.chain(part);
        }
        Burst burst = new Burst(1);
        burst.add(head);
        ends.transmitAll(a, burst);
        Packet received = receive(b);
        assertThat(received.totalLength()).isEqualTo(64 + 27 * 100);
        assertThat(TestFrames.number(received)).isEqualTo(3);
        received.release();
    }

    @Test
    void dropsWhatIsLongerThanTheInterfaceCarries() throws Exception {
        open(",chained=yes");
        Burst burst = new Burst(1);
        burst.add(chain(a, b, MTU + 19));
        ends.transmitAll(a, burst);
        assertThat(a.dropped(DeviceDrop.OVERSIZE)).isOne();
    }

    /**
     * What another sends as one segment of TCP may take more buffers than a frame may have. Before
     * a driver's own program the kernel cuts it.
     */
    @Test
    void dropsWhatComesInTooManyBuffers() throws Exception {
        String left = "afpacket:left,offload=yes,netns=" + cable.left().name();
        String right = "afxdp:right,chained=yes,mode=generic,netns=" + cable.right().name();
        try (AfPacketDevice joined = AfPacketDevice.open(DeviceSpec.parse(left), countersA);
                AfXdpDevice receiver = AfXdpDevice.open(DeviceSpec.parse(right), countersB)) {
            DeviceEnds both = new DeviceEnds(joined, receiver);
            both.awaitLinks();
            Burst burst = new Burst(1);
            burst.add(segment(joined, receiver));
            both.transmitAll(joined, burst);
            int lent = DeviceEnds.lent(receiver);
            both.await(
                    "the segment to be dropped",
                    () -> {
                        assertThat(receiver.rxQueue(0).receive(burst)).isZero();
                        return receiver.dropped(DeviceDrop.RECEIVED_TOO_LONG) == 1;
                    });
            assertThat(DeviceEnds.lent(receiver)).isEqualTo(lent);
            both.exchange(joined, receiver, 1, 64);
        }
    }

    /** A TCP segment of 60000 bytes whose cutting is left to others. */
    private static Packet segment(NetDevice from, NetDevice to) {
        Packet packet = from.pool().acquire();
        int bytes = 60_000;
        TestFrames.fill(packet, to.macAddress().bits(), from.macAddress().bits(), 9, bytes);
        MemorySegment s = packet.segment();
        long ip = packet.offset() + EthernetHeader.BYTES;
        EthernetHeader.type(s, packet.offset(), EthernetHeader.TYPE_IPV4);
        long[] header = {
            0x4500_0000L | (bytes - EthernetHeader.BYTES),
            0x4000L,
            0x4006_0000L,
            0x0A000001L,
            0x0A000002L
        };
        for (int i = 0; i < header.length; i++) {
            BigEndian.u32(s, ip + 4L * i, (int) header[i]);
        }
        BigEndian.u16(s, ip + 10, Checksum.of(s, ip, 20));
        long tcp = ip + 20;
        BigEndian.u32(s, tcp + 12, 0x5010_FFFF);
        packet.requestChecksum(EthernetHeader.BYTES + 20, 16);
        packet.requestSegmentation(Packet.SEGMENT_TCP4, 8000);
        return packet;
    }

    @Test
    void refusesALongMtuWithoutSeveralBuffers() {
        assertThatThrownBy(() -> open(""))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("MTU of 9000")
                .hasMessageContaining("chained=yes");
    }

    @Test
    void refusesPortsOfOneMemoryThatDisagree() throws Exception {
        cable.inRight("ip link set right mtu 1500");
        String left = "afxdp:left,umem=both,chained=yes,netns=" + cable.left().name();
        String right = "afxdp:right,umem=both,netns=" + cable.right().name();
        try (AfXdpDevice first = AfXdpDevice.open(DeviceSpec.parse(left), countersA)) {
            assertThatThrownBy(() -> AfXdpDevice.open(DeviceSpec.parse(right), countersB))
                    .isInstanceOf(SpecException.class)
                    .hasMessageContaining("same chained=");
            assertThat(first.mtu()).isEqualTo(MTU);
        }
    }
}
