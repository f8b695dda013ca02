package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Memory that several ports share, and what is asked of the kernel before a frame. */
class AfXdpMemoryTest extends AfXdpCable {

    AfXdpMemoryTest() {
        super("numtxqueues 2 numrxqueues 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {",mode=native", ",mode=generic", ",queues=2"})
    void passesAPacketFromPortToPortWithoutACopy(String options) throws Exception {
        open(options + ",umem=both", options + ",umem=both");
        assertThat(a.pool()).isSameAs(b.pool());
        Burst burst = new Burst(1);
        burst.add(DeviceEnds.frame(b, a, 1, 64));
        ends.transmitAll(b, burst);
        Packet received = ends.receive(a, 1).getFirst();
        burst.add(received);
        assertThat(b.txQueue(0).transmit(burst)).isOne();
        assertThat(received.references()).as("what the queue has not copied, it holds").isOne();
        ends.receive(a, 1).getFirst().release();
    }

    @Test
    void leavesItsMemoryToThePortsThatAreLeft() throws Exception {
        open(",umem=both", ",umem=both");
        ends.exchange(a, b, 1, 64);
        a.close();
        a = left(",umem=both");
        ends = new DeviceEnds(a, b);
        assertThat(a.pool()).isSameAs(b.pool());
        ends.exchange(a, b, 2, 64);
        ends.exchange(b, a, 3, 64);
    }

    @Test
    void hasMemoryOfItsOwnWithoutAName() throws Exception {
        open("", "");
        assertThat(a.pool()).isNotSameAs(b.pool());
    }

    @Test
    void takesItsMemoryFromWhereTheSpecSays() throws Exception {
        open(",pages=4K,node=0", "");
        SharedRegion region = a.pool().region();
        assertThat(region.pageSize()).isEqualTo(PageSize.ORDINARY);
        String begin = Long.toHexString(region.segment().address()) + " ";
        assertThat(Files.readAllLines(Path.of("/proc/self/numa_maps")))
                .filteredOn(line -> line.startsWith(begin))
                .singleElement()
                .asString()
                .startsWith(begin + "bind:0 ");
    }

    @Test
    void refusesAnotherPlaceForMemoryThatIsThere() throws Exception {
        open(",umem=both,pages=4K", ",umem=both,pages=4K");
        assertThat(a.pool()).isSameAs(b.pool());
        a.close();
        assertThatThrownBy(() -> left(",umem=both,pages=1G"))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("umem=both is there already");
        a = left(",umem=both");
        ends = new DeviceEnds(a, b);
        assertThat(a.pool()).isSameAs(b.pool());
    }

    @Test
    void receivesWhatItFetchesItself() throws Exception {
        open(",busy-poll=64", ",busy-poll=64");
        for (int i = 0; i < 100; i++) {
            ends.exchange(a, b, 2 * i, 64);
            ends.exchange(b, a, 2 * i + 1, 1500);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"software", "kernel"})
    void completesAChecksumThatAPacketRequests(String who) throws Exception {
        open(",checksum=" + who, "");
        boolean byKernel = who.equals("kernel");
        assertThat(a.capabilities().transmitChecksum()).isEqualTo(byKernel);
        assertThat(countersA.counter("left.checksum", "").value()).isEqualTo(byKernel ? 1 : 0);
        int start = 20;
        int field = 10;
        Packet packet = DeviceEnds.frame(a, b, 7, 101);
        long at = packet.offset() + start;
        BigEndian.u16(packet.segment(), at + field, 0x1234);
        int expected = Checksum.of(packet.segment(), at, 101 - start);
        packet.requestChecksum(start, field);
        Burst burst = new Burst(1);
        burst.add(packet);
        ends.transmitAll(a, burst);
        Packet received = ends.receive(b, 1).getFirst();
        long got = received.offset() + start + field;
        assertThat(BigEndian.u16(received.segment(), got)).isEqualTo(expected);
        received.release();
    }

    @Test
    void handsAChecksumDownToWhoeverIsNext() throws Exception {
        open(",checksum=adapter", "");
        assertThat(a.capabilities().transmitChecksum()).isTrue();
        ends.exchange(a, b, 1, 64);
    }

    @Test
    void copiesAPacketThatHasNoRoomForRequests() throws Exception {
        open(",checksum=kernel", "");
        Packet packet = a.pool().acquire();
        packet.prepend(packet.headroom());
        packet.trimTo(0);
        TestFrames.fill(packet, b.macAddress().bits(), a.macAddress().bits(), 5, 64);
        Burst burst = new Burst(1);
        burst.add(packet);
        ends.transmitAll(a, burst);
        Packet received = ends.receive(b, 1).getFirst();
        DeviceEnds.assertIntact(received, a, b, 5, 64);
        received.release();
    }

    @Test
    void tellsWhenAFrameWasSent() throws Exception {
        open(",timestamps=yes", "");
        List<Long> tokens = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        assertThat(b.onSent((packet, nanos) -> tokens.add(-1L))).as("not asked for").isFalse();
        assertThat(
                        a.onSent(
                                (packet, nanos) -> {
                                    tokens.add(packet.token);
                                    times.add(nanos);
                                }))
                .isTrue();
        for (int i = 0; i < 3; i++) {
            Burst burst = new Burst(1);
            burst.add(DeviceEnds.frame(a, b, i, 64));
            burst.get(0).token = 100L + i;
            ends.transmitAll(a, burst);
            ends.receive(b, 1).getFirst().release();
        }
        Burst none = new Burst(1);
        ends.await(
                "three times",
                () -> {
                    a.txQueue(0).transmit(none);
                    return times.size() == 3;
                });
        assertThat(tokens).containsExactly(100L, 101L, 102L);
        assertThat(times).isSorted();
        Instant last = Instant.ofEpochSecond(0, times.getLast());
        assertThat(Duration.between(last, Instant.now()).abs())
                .as("a clock that differs from ours by leap seconds")
                .isLessThan(Duration.ofHours(1));
    }
}
