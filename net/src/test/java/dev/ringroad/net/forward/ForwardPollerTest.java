package dev.ringroad.net.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.nil.NilDevice;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.management.ManagementFactory;
import java.util.List;

class ForwardPollerTest {

    private static final byte[] FRAME = Frames.udp4(new byte[22]);

    @Test
    void pairsNeighboursAndLetsAnOddPortBeItsOwn() {
        try (ForwardBed bed = new ForwardBed(Mode.IO, 3)) {
            assertThat(bed.pollers()).hasSize(2);
            bed.send(0, FRAME);
            bed.send(1, FRAME);
            bed.send(2, FRAME);
            assertThat(bed.poll()).isEqualTo(3);
            for (int i = 0; i < 3; i++) {
                assertThat(bed.received(i)).as("port %d", i).containsExactly(FRAME);
                assertThat(bed.port(i).receivedPackets()).isEqualTo(1);
                assertThat(bed.port(i).sentPackets()).isEqualTo(1);
            }
        }
    }

    @Test
    void dropsUnderItsReasonWhatTheOtherPortHasNoRoomFor() {
        try (ForwardBed bed = new ForwardBed(Mode.IO, 2)) {
            int room = 64;
            for (int i = 0; i < room + 5; i++) {
                bed.send(0, FRAME);
                bed.poll();
            }
            assertThat(bed.port(1).dropped(ForwardDrop.NOT_ACCEPTED)).isEqualTo(5);
            assertThat(bed.port(1).sentPackets()).isEqualTo(room);
            assertThat(bed.port(1).sentBytes()).isEqualTo((long) room * FRAME.length);
            assertThat(bed.received(1)).hasSize(room);
        }
    }

    @Test
    void doesNotCallSentWhatTheDeviceTookAndDropped() {
        try (ForwardBed bed = new ForwardBed(Mode.IO, 2)) {
            bed.send(0, FRAME);
            bed.poll();
            assertThat(bed.received(1)).hasSize(1);
            bed.end(1).close();
            for (int i = 0; i < 3; i++) {
                bed.send(0, FRAME);
                bed.poll();
            }
            Port port = bed.port(1);
            assertThat(port.device().drops()).containsEntry("link-down", 3L);
            assertThat(port.sentPackets()).isEqualTo(1);
            assertThat(port.sentBytes()).isEqualTo(FRAME.length);
        }
    }

    @Test
    void tellsThatTheLinkIsGoneBeforeItSleepsForEver() {
        try (ForwardBed bed = new ForwardBed(Mode.IO, 2);
                PollSet wake = new PollSet(4)) {
            ForwardPoller poller = bed.pollers().getFirst();
            poller.poll(0);
            assertThat(bed.port(1).linkUp()).isTrue();
            bed.end(1).close();
            assertThat(poller.prepareSleep(wake)).isTrue();
            assertThat(bed.port(1).linkUp()).isFalse();
            poller.wakeUp();
        }
    }

    /** 77 is no multiple of a burst; each lane would overshoot by its own. */
    @ParameterizedTest
    @EnumSource(names = {"IO", "RX_ONLY", "TX_ONLY", "FLOW_GEN", "ICMP_ECHO"})
    void meetsALimitExactly(Mode mode) {
        try (CounterFile counters = CounterFile.inMemory(128);
                NilDevice a = NilDevice.open(DeviceSpec.parse("nil:a"), counters);
                NilDevice b = NilDevice.open(DeviceSpec.parse("nil:b"), counters)) {
            List<Port> ports = List.of(new Port(0, a, counters), new Port(1, b, counters));
            FrameBudget budget = new FrameBudget(77);
            List<ForwardPoller> pollers = ForwardPoller.of(mode, ports, 32, budget);
            for (int i = 0; i < 20; i++) {
                pollers.forEach(poller -> poller.poll(System.nanoTime()));
            }
            pollers.forEach(ForwardPoller::close);
            boolean receives = mode == Mode.RX_ONLY;
            long count = 0;
            for (Port port : ports) {
                count += receives ? port.receivedPackets() : port.sentPackets();
            }
            // Nothing that nil makes is a request, so nothing of it uses the budget up.
            assertThat(count).isEqualTo(mode == Mode.ICMP_ECHO ? 0 : 77);
            assertThat(budget.isUsedUp()).isEqualTo(mode != Mode.ICMP_ECHO);
        }
    }

    @Test
    void whatIsDroppedDoesNotUseALimitUp() {
        try (ForwardBed bed = new ForwardBed(Mode.IO, 2)) {
            FrameBudget budget = new FrameBudget(2);
            ForwardPoller poller =
                    ForwardPoller.of(Mode.IO, List.of(bed.port(0), bed.port(1)), 32, budget)
                            .getFirst();
            bed.end(1).close();
            for (int i = 0; i < 5; i++) {
                bed.send(0, FRAME);
                poller.poll(System.nanoTime());
            }
            assertThat(bed.port(1).device().drops()).containsEntry("link-down", 5L);
            assertThat(budget.isUsedUp()).isFalse();
            poller.close();
        }
    }

    @Test
    void putsBurstsIntoBucketsOfPowersOfTwo() {
        try (ForwardBed bed = new ForwardBed(Mode.IO, 2)) {
            for (int size : new int[] {1, 2, 3, 8, 31, 32}) {
                for (int i = 0; i < size; i++) {
                    bed.send(0, FRAME);
                }
                bed.poll();
                bed.received(1);
            }
            Port port = bed.port(0);
            assertThat(List.of(0, 1, 2, 3, 4, 5, 6).stream().map(port::bursts))
                    .containsExactly(1L, 2L, 0L, 1L, 1L, 1L, 0L);
            assertThat(Port.burstWords(0)).isEqualTo("1");
            assertThat(Port.burstWords(3)).isEqualTo("8-15");
            assertThat(Port.burstWords(9)).isEqualTo("512+");
        }
    }

    @Test
    void sleepsWhenNothingWaitsAndNotWhenSomethingDoes() {
        try (ForwardBed bed = new ForwardBed(Mode.IO, 2);
                PollSet wake = new PollSet(4)) {
            ForwardPoller poller = bed.pollers().getFirst();
            assertThat(poller.prepareSleep(wake)).isTrue();
            assertThat(wake.poll(0)).isZero();
            bed.send(1, FRAME);
            assertThat(wake.poll(0)).isPositive();
            poller.wakeUp();
            wake.clear();
            assertThat(poller.prepareSleep(wake)).isFalse();
            poller.wakeUp();
            bed.poll();
            bed.received(0);
            assertThat(poller.finished()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TX_ONLY", "FLOW_GEN"})
    void whoMakesFramesSleepsUntilItLooksForRoomAgain(Mode mode) {
        try (ForwardBed bed = new ForwardBed(mode, 1);
                PollSet wake = new PollSet(4)) {
            ForwardPoller poller = bed.pollers().getFirst();
            long now = System.nanoTime();
            while (poller.poll(now) > 0) {
                assertThat(bed.port(0).sentPackets()).isLessThan(1000);
            }
            assertThat(poller.prepareSleep(wake)).isTrue();
            assertThat(poller.nextDeadlineNanos() - now).isBetween(1L, 1_000_000L);
            poller.wakeUp();
            assertThat(bed.received(0)).isNotEmpty();
            assertThat(poller.poll(now + 100_000)).as("room again").isPositive();
        }
    }

    @Test
    void isFinishedWhenNothingCanComeAnyMore() {
        assertThat(isFinishedAfterAPoll(Mode.IO, "nil:a,rx=no", "nil:b,rx=no")).isTrue();
        assertThat(isFinishedAfterAPoll(Mode.IO, "nil:a,rx=no", "nil:b")).isFalse();
        assertThat(isFinishedAfterAPoll(Mode.TX_ONLY, "nil:a,rx=no", "nil:b,rx=no")).isFalse();
    }

    private static boolean isFinishedAfterAPoll(Mode mode, String first, String second) {
        try (CounterFile counters = CounterFile.inMemory(128);
                NilDevice a = NilDevice.open(DeviceSpec.parse(first), counters);
                NilDevice b = NilDevice.open(DeviceSpec.parse(second), counters)) {
            List<Port> ports = List.of(new Port(0, a, counters), new Port(1, b, counters));
            ForwardPoller poller = ForwardPoller.of(mode, ports, 8).getFirst();
            poller.poll(System.nanoTime());
            poller.close();
            return poller.finished();
        }
    }

    /** Compilers remove what is allocated before they have run, so the cleanest round counts. */
    @ParameterizedTest
    @EnumSource
    void allocatesNothingWhenWarm(Mode mode) {
        try (CounterFile counters = CounterFile.inMemory(128);
                NilDevice a = NilDevice.open(DeviceSpec.parse("nil:a"), counters);
                NilDevice b = NilDevice.open(DeviceSpec.parse("nil:b"), counters)) {
            a.pool().recordStacks(false);
            b.pool().recordStacks(false);
            List<Port> ports = List.of(new Port(0, a, counters), new Port(1, b, counters));
            ForwardPoller poller = ForwardPoller.of(mode, ports, 8).getFirst();
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().threadId();
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 400 && least > 0; round++) {
                long before = threads.getThreadAllocatedBytes(thread);
                for (int i = 0; i < 500; i++) {
                    poller.poll(i);
                }
                least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
            }
            poller.close();
            assertThat(least).as("bytes allocated on the heap").isZero();
        }
    }
}
