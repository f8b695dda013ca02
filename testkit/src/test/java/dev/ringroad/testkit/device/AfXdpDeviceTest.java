package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Bpf;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.afxdp.AfXdpDevice;
import dev.ringroad.net.ebpf.Assembler;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.testkit.lab.Requirement;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What queues of an interface of the kernel do that other devices do not. */
class AfXdpDeviceTest extends AfXdpCable {

    AfXdpDeviceTest() {
        super("numtxqueues 2 numrxqueues 2");
    }

    @BeforeEach
    void needsEthtool() {
        Requirement.programs("ethtool", "ethtool");
    }

    @Test
    void takesTheBestPathAndSaysWhichOneThatIs() throws Exception {
        open("", ",mode=generic");
        assertThat(a.isNative()).isTrue();
        assertThat(a.isZeroCopy()).as("veth cannot").isFalse();
        assertThat(b.isNative()).isFalse();
        assertThat(countersA.counter("left.native", "").value()).isOne();
        assertThat(countersB.counter("right.native", "").value()).isZero();
        assertThat(cable.inLeft("ip link show left")).contains(" xdp ");
        assertThat(cable.inRight("ip link show right")).contains(" xdpgeneric ");
        ends.exchange(a, b, 1, 64);
        ends.exchange(b, a, 2, 64);
    }

    @Test
    void detachesItsProgramWhenClosed() throws Exception {
        open("", "");
        ends.close();
        assertThat(cable.inLeft("ip link show left")).doesNotContain("xdp");
    }

    @Test
    void refusesASecondProgramOnTheInterfaceWithASentence() throws Exception {
        open("", ",mode=generic");
        for (String options : new String[] {"", ",mode=generic", ",queue=1"}) {
            assertThatThrownBy(() -> right(options))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("end the program that has");
        }
        ends.exchange(a, b, 1, 64);
    }

    @Test
    void refusesWhatTheDriverCannotDo() {
        assertThatThrownBy(() -> left(",zero-copy=yes"))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("zero-copy=best");
        assertThatThrownBy(() -> left(",queue=7"))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("ethtool -l");
        assertThatThrownBy(() -> cable.inLeft("ip link show left | grep xdp"))
                .as("nothing stays attached")
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void saysWhatKeepsItOutOfADriver() throws Exception {
        cable.inLeft("ethtool -L left tx 2");
        cable.inRight("ethtool -L right rx 1");
        assertThatThrownBy(() -> right(",mode=native"))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("as many receive queues as its veth peer");
        cable.inRight("ethtool -L right rx 2");
        cable.inLeft("ip link set left mtu 9000");
        assertThatThrownBy(() -> right(",mode=native"))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("lower the MTU")
                .hasMessageContaining("chained=yes");
        try (AfXdpDevice generic = right("")) {
            assertThat(generic.isNative()).as("the best that can be had").isFalse();
        }
    }

    @Test
    void opensAnInterfaceThatIsSwitchedOnLater() throws Exception {
        cable.inRight("ip link set right down");
        a = left("");
        b = right("");
        ends = new DeviceEnds(a, b);
        assertThat(b.linkUp()).isFalse();
        cable.inRight("ip link set right up");
        ends.awaitLinks();
        ends.exchange(a, b, 1, 64);
        ends.exchange(b, a, 2, 64);
    }

    @Test
    void exchangesOverEachOfSeveralQueues() throws Exception {
        open(",queues=2", ",queues=2");
        assertThat(b.queuePairs()).isEqualTo(2);
        Burst burst = new Burst(4);
        for (int queue = 0; queue < 2; queue++) {
            burst.add(DeviceEnds.frame(a, b, queue, 64));
            assertThat(a.txQueue(queue).transmit(burst)).isOne();
        }
        int[] received = new int[2];
        ends.await(
                "a frame of each queue",
                () -> {
                    for (int queue = 0; queue < 2; queue++) {
                        received[queue] += b.rxQueue(queue).receive(burst);
                        burst.releaseAll();
                    }
                    return received[0] == 1 && received[1] == 1;
                });
    }

    @Test
    void tellsThatTheInterfaceWentDownAndUp() throws Exception {
        open("", "");
        cable.inRight("ip link set right down");
        ends.await("both ends to notice", () -> !a.linkUp() && !b.linkUp());
        assertDropped(a, b);
        assertDropped(b, a);
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
        assertThat(a.rxQueue(0).receive(new Burst(4))).isZero();
        try (PollSet wake = new PollSet(1)) {
            assertThat(a.prepareSleep(wake)).isTrue();
            assertThat(wake.size()).isZero();
        }
        assertThat(a.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    private static void assertDropped(NetDevice from, NetDevice to) {
        long before = from.dropped(DeviceDrop.LINK_DOWN);
        Burst burst = new Burst(4);
        DeviceEnds.fill(burst, from, to, 0, 4, 64);
        assertThat(from.txQueue(0).transmit(burst)).isEqualTo(4);
        assertThat(from.dropped(DeviceDrop.LINK_DOWN) - before).isEqualTo(4);
    }

    @Test
    void sendsPacketsOfAnotherDeviceAsCopies() throws Exception {
        open("", "");
        Burst burst = new Burst(1);
        burst.add(DeviceEnds.frame(b, b, 9, 100));
        int lent = DeviceEnds.lent(b);
        ends.transmitAll(a, burst);
        Packet got = ends.receive(b, 1).getFirst();
        assertThat(TestFrames.number(got)).isEqualTo(9);
        got.release();
        ends.await(
                "the packet to come back",
                () -> {
                    b.rxQueue(0).receive(new Burst(1));
                    return DeviceEnds.lent(b) < lent;
                });
    }

    @Test
    void showsWhatTheVerifierSays() {
        byte[] withoutResult = new Assembler().move(Assembler.R1, 0).exit().code();
        assertThatThrownBy(() -> Bpf.loadXdp(withoutResult, 0))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("the verifier says")
                .hasMessageContaining("R0");
    }
}
