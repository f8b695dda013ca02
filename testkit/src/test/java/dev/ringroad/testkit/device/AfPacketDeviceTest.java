package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.afpacket.AfPacketDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.testkit.lab.Requirement;
import dev.ringroad.testkit.lab.VethPair;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What an interface of the kernel does that other devices do not. */
class AfPacketDeviceTest {

    private final CounterFile countersA = CounterFile.inMemory(64);
    private final CounterFile countersB = CounterFile.inMemory(64);
    private VethPair cable;
    private AfPacketDevice a;
    private AfPacketDevice b;
    private DeviceEnds ends;

    @BeforeEach
    void plugIn() throws InterruptedException {
        Requirement.root();
        Requirement.programs("iproute2", "ip");
        cable = VethPair.create();
    }

    @AfterEach
    void unplug() {
        if (ends != null) {
            ends.close();
        }
        if (cable != null) {
            cable.close();
        }
        countersA.close();
        countersB.close();
    }

    private void open(String optionsA, String optionsB) throws IOException {
        String left = "afpacket:left,netns=" + cable.left().name();
        String right = "afpacket:right,netns=" + cable.right().name();
        a = AfPacketDevice.open(DeviceSpec.parse(left + optionsA), countersA);
        b = AfPacketDevice.open(DeviceSpec.parse(right + optionsB), countersB);
        ends = new DeviceEnds(a, b);
        ends.awaitLinks();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",ring=blocks"})
    void putsATagBackThatTheKernelTookOut(String ring) throws Exception {
        open(ring, ring);
        Packet packet = DeviceEnds.frame(a, b, 5, 100);
        packet.prepend(EthernetHeader.TAG_BYTES);
        EthernetHeader.writeTagged(
                packet.segment(),
                packet.offset(),
                b.macAddress().bits(),
                a.macAddress().bits(),
                3,
                42,
                TestFrames.TYPE);
        Burst burst = new Burst(1);
        burst.add(packet);
        ends.transmitAll(a, burst);

        Burst received = new Burst(1);
        ends.await("the frame", () -> b.rxQueue(0).receive(received) > 0);
        Packet got = received.get(0);
        assertThat(got.length()).isEqualTo(104);
        assertThat(EthernetHeader.vlanId(got.segment(), got.offset())).isEqualTo(42);
        assertThat(EthernetHeader.priority(got.segment(), got.offset())).isEqualTo(3);
        assertThat(EthernetHeader.payloadType(got.segment(), got.offset()))
                .isEqualTo(TestFrames.TYPE);
        got.trimFront(EthernetHeader.TAG_BYTES);
        EthernetHeader.write(
                got.segment(),
                got.offset(),
                b.macAddress().bits(),
                a.macAddress().bits(),
                TestFrames.TYPE);
        DeviceEnds.assertIntact(got, a, b, 5, 100);
        got.release();
    }

    @Test
    void receivesWhatIsForAnAddressOfItsOwn() throws Exception {
        open("", ",mac=02:00:00:00:00:09");
        assertThat(b.macAddress()).isEqualTo(MacAddress.parse("02:00:00:00:00:09"));
        ends.exchange(a, b, 1, 64);
        assertThat(cable.inRight("ip -d link show right")).contains("promiscuity 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",ring=blocks"})
    void countsWhatTheRingHadNoRoomFor(String ring) throws Exception {
        open(ring, ring);
        Burst burst = new Burst(32);
        int sent = 0;
        while (sent < 20_000) {
            DeviceEnds.fill(burst, a, b, sent, 32, 200);
            ends.transmitAll(a, burst);
            sent += 32;
        }
        int[] received = {0};
        int total = sent;
        List<Packet> frames = new ArrayList<>();
        ends.await(
                "each frame to be received or counted",
                () -> {
                    received[0] += DeviceEnds.receiveOnce(b, frames);
                    frames.forEach(Packet::release);
                    frames.clear();
                    return received[0] + b.ringFull() == total;
                });
        assertThat(b.ringFull()).isPositive();
    }

    @Test
    void keepsOrdinaryFramesInSlotsForJoinedOnes() throws Exception {
        open("", ",offload=yes");
        int total = 200;
        Burst burst = new Burst(50);
        for (int sent = 0; sent < total; sent += 50) {
            DeviceEnds.fill(burst, a, b, sent, 50, 200);
            ends.transmitAll(a, burst);
        }
        int[] received = {0};
        ends.await(
                "each frame to be received or counted",
                () -> {
                    received[0] += b.rxQueue(0).receive(burst);
                    burst.releaseAll();
                    return received[0] + b.ringFull() == total;
                });
        assertThat(b.ringFull()).isZero();
    }

    @Test
    void countsWhatWasLostBeforeItSleeps() throws Exception {
        open("", "");
        Burst burst = new Burst(32);
        int sent = 0;
        while (sent < 3200) {
            DeviceEnds.fill(burst, a, b, sent, 32, 200);
            ends.transmitAll(a, burst);
            sent += 32;
        }
        int total = sent;
        int received = 0;
        try (PollSet wake = new PollSet(1)) {
            while (received + b.ringFull() < total) {
                received += b.rxQueue(0).receive(burst);
                burst.releaseAll();
                wake.clear();
                b.prepareSleep(wake);
                b.wakeUp();
            }
        }
        assertThat(received + b.ringFull()).isEqualTo(total);
        assertThat(b.ringFull()).isPositive();
    }

    @Test
    void tellsThatTheInterfaceWentDownAndUp() throws Exception {
        open("", "");
        try (PollSet wake = new PollSet(1)) {
            assertThat(b.prepareSleep(wake)).isTrue();
            cable.inRight("ip link set right down");
            assertThat(wake.poll(-1)).as("a sleeper is woken").isPositive();
            wake.clear();
            assertThat(b.prepareSleep(wake)).isFalse();
            assertThat(b.linkUp()).isFalse();
            assertThat(b.nextDeadlineNanos()).isNotEqualTo(Long.MAX_VALUE);
            assertThat(b.prepareSleep(wake)).as("the error ends one sleep only").isTrue();
        }
        assertDropped(b, a);
        ends.await("the other end to notice", () -> !a.linkUp());
        assertDropped(a, b);

        cable.inRight("ip link set right up");
        ends.awaitLinks();
        ends.exchange(a, b, 1, 64);
        ends.exchange(b, a, 2, 64);
    }

    @Test
    void livesOnWithoutItsInterface() throws Exception {
        open("", "");
        cable.inRight("ip link delete right");
        ends.await("the links to go down", () -> !a.linkUp() && !b.linkUp());
        assertDropped(a, b);
        assertDropped(b, a);
        Burst burst = new Burst(4);
        assertThat(a.rxQueue(0).receive(burst)).isZero();
        try (PollSet wake = new PollSet(1)) {
            assertThat(a.prepareSleep(wake)).isTrue();
            assertThat(wake.size()).as("no descriptor that is in error for ever").isZero();
            a.wakeUp();
        }
        assertThat(a.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    /** Whatever the device takes while its link is down is counted as lost to that. */
    private static void assertDropped(NetDevice from, NetDevice to) {
        long before = from.dropped(DeviceDrop.LINK_DOWN);
        Burst burst = new Burst(4);
        DeviceEnds.fill(burst, from, to, 0, 4, 64);
        assertThat(from.txQueue(0).transmit(burst)).isEqualTo(4);
        assertThat(from.dropped(DeviceDrop.LINK_DOWN) - before).isEqualTo(4);
    }

    @Test
    void leavesOutWhatTheMachineSendsThroughTheInterface() throws Exception {
        open("", "");
        cable.inRight("ip address add 10.9.3.1/24 dev right; ping -c 1 -W 0.1 10.9.3.2; exit 0");
        ends.exchange(a, b, 1, 64);
        Burst burst = new Burst(8);
        assertThat(b.rxQueue(0).receive(burst)).isZero();
    }

    @Test
    void sharesFlowsAmongQueues() throws Exception {
        open("", ",queues=2");
        assertThat(b.queuePairs()).isEqualTo(2);
        cable.inRight("ip address add 10.9.3.2/24 dev right");
        cable.inLeft("ip address add 10.9.3.1/24 dev left");
        int[] received = new int[2];
        int[] port = {10_000};
        Burst burst = new Burst(8);
        ends.await(
                "frames at both queues",
                () -> {
                    send(port[0]++);
                    for (int i = 0; i < 2; i++) {
                        received[i] += b.rxQueue(i).receive(burst);
                        burst.releaseAll();
                    }
                    return received[0] > 0 && received[1] > 0;
                });
    }

    /** A datagram of a flow of its own. */
    private void send(int port) {
        try {
            cable.inLeft("bash -c 'echo x > /dev/udp/10.9.3.2/" + port + "'");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(
                        () -> AfPacketDevice.open(DeviceSpec.parse("afpacket:nosuch0"), countersA))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("nosuch0");
        assertThatThrownBy(
                        () ->
                                AfPacketDevice.open(
                                        DeviceSpec.parse("afpacket:eth0,netns=no-such-one"),
                                        countersA))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("ip netns list");
    }
}
