package dev.ringroad.net.device.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.Wire;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

class FaultDeviceTest {

    private static final int FRAMES = 4000;

    @Test
    void letsEverythingThroughWhenNothingIsPlanned() throws IOException {
        Run run = run(FaultPlan.none(1));
        assertThat(run.numbers).hasSize(FRAMES).isSorted().doesNotHaveDuplicates();
        assertThat(run.counts).containsExactly(0, 0, 0, 0);
    }

    @Test
    void doesTheSameForTheSameSeed() throws IOException {
        FaultPlan plan =
                FaultPlan.none(42)
                        .withLoss(0.1)
                        .withDuplicate(0.1)
                        .withReorder(0.1, 5)
                        .withDelay(3, 30);
        Run first = run(plan);
        Run second = run(plan);
        assertThat(second.numbers).isEqualTo(first.numbers);
        assertThat(second.counts).isEqualTo(first.counts);
        assertThat(run(plan.withSeed(43)).numbers).isNotEqualTo(first.numbers);
    }

    @Test
    void losesSome() throws IOException {
        Run run = run(FaultPlan.none(7).withLoss(0.25));
        assertThat(run.count(Fault.LOST)).isBetween(800L, 1200L);
        assertThat(run.numbers).isSorted().doesNotHaveDuplicates();
        assertThat(run.numbers.size() + run.count(Fault.LOST)).isEqualTo(FRAMES);
    }

    @Test
    void losesAllWhenToldTo() throws IOException {
        assertThat(run(FaultPlan.none(7).withLoss(1)).numbers).isEmpty();
    }

    @Test
    void duplicatesSome() throws IOException {
        Run run = run(FaultPlan.none(8).withDuplicate(0.25));
        assertThat(run.count(Fault.DUPLICATED)).isBetween(800L, 1200L);
        assertThat(run.numbers).hasSize((int) (FRAMES + run.count(Fault.DUPLICATED)));
        assertThat(new HashSet<>(run.numbers)).hasSize(FRAMES);
    }

    @Test
    void reordersSome() throws IOException {
        Run run = run(FaultPlan.none(9).withReorder(0.1, 25));
        assertThat(run.count(Fault.REORDERED)).isBetween(300L, 500L);
        assertThat(run.numbers).hasSize(FRAMES).doesNotHaveDuplicates();
        int descents = 0;
        for (int i = 1; i < FRAMES; i++) {
            descents += run.numbers.get(i) < run.numbers.get(i - 1) ? 1 : 0;
        }
        assertThat(descents).isPositive();
    }

    @Test
    void delaysWithoutReordering() throws IOException {
        Run run = run(FaultPlan.none(10).withDelay(5, 50));
        assertThat(run.numbers).hasSize(FRAMES).isSorted();
    }

    @Test
    void saysWhenADelayedFrameIsDue() throws IOException {
        PairDevice.Ends pair = PairDevice.create("a", "b", 64, 512, 300);
        try (FaultDevice a = new FaultDevice(pair.a(), FaultPlan.none(1).withDelay(100, 100));
                PairDevice b = pair.b();
                PollSet wake = new PollSet(2)) {
            a.service(1000);
            assertThat(a.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
            assertThat(a.prepareSleep(wake)).isTrue();
            a.wakeUp();
            Wire.send(a, 1, 1);
            assertThat(a.nextDeadlineNanos()).isEqualTo(1100);
            assertThat(Wire.receiveNumbers(b)).isEmpty();
            a.service(1099);
            assertThat(Wire.receiveNumbers(b)).isEmpty();
            a.service(1100);
            assertThat(Wire.receiveNumbers(b)).containsExactly(1);
            assertThat(a.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);

            Wire.send(b, 2, 1);
            assertThat(Wire.receiveNumbers(a)).isEmpty();
            a.service(1200);
            wake.clear();
            assertThat(a.prepareSleep(wake)).isFalse();
            a.wakeUp();
            assertThat(Wire.receiveNumbers(a)).containsExactly(2);
        }
    }

    @Test
    void flipsOneBitAndSparesWhatTheSenderKeeps() throws IOException {
        PairDevice.Ends pair = PairDevice.create("a", "b", 64, 512, 300);
        try (FaultDevice a =
                        new FaultDevice(
                                pair.a(), FaultPlan.none(3).withCorrupt(1), FaultPlan.none(0));
                PairDevice b = pair.b()) {
            for (int i = 0; i < 200; i++) {
                Packet kept = Wire.frame(a, 0);
                kept.retain();
                Burst burst = new Burst(1);
                burst.add(kept);
                a.txQueue(0).transmit(burst);
                assertThat(ones(kept)).isZero();
                assertThat(kept.references()).isEqualTo(1);
                kept.release();

                assertThat(b.rxQueue(0).receive(burst)).isEqualTo(1);
                assertThat(ones(burst.get(0))).isEqualTo(1);
                burst.releaseAll();
            }
            assertThat(a.transmitCount(Fault.CORRUPTED)).isEqualTo(200);
            assertThat(a.receiveCount(Fault.CORRUPTED)).isZero();
        }
    }

    private static int ones(Packet packet) {
        int ones = 0;
        for (int i = 0; i < packet.length(); i++) {
            ones += Integer.bitCount(BigEndian.u8(packet.segment(), packet.offset() + i));
        }
        return ones;
    }

    @Test
    void releasesWhatIsUnderWayWhenClosed() throws IOException {
        PairDevice.Ends pair = PairDevice.create("a", "b", 64, 512, 300);
        FaultDevice a = new FaultDevice(pair.a(), FaultPlan.none(1).withDelay(100, 1000));
        Wire.send(a, 0, 20);
        Wire.send(pair.b(), 0, 20);
        assertThat(Wire.receiveNumbers(a)).isEmpty();
        a.close();
        pair.b().close();
    }

    @Test
    void leavesFramesWithTheCallerWhenTooManyAreUnderWay() throws IOException {
        PairDevice.Ends pair = PairDevice.create("a", "b", 2048, 512, 300);
        try (FaultDevice a = new FaultDevice(pair.a(), FaultPlan.none(1).withDelay(100, 100));
                PairDevice _ = pair.b()) {
            Burst burst = new Burst(2000);
            for (int i = 0; i < 2000; i++) {
                burst.add(Wire.frame(a, i));
            }
            int taken = a.txQueue(0).transmit(burst);
            assertThat(taken).isBetween(1, 1999);
            assertThat(burst.size()).isEqualTo(2000 - taken);
            burst.releaseAll();
        }
    }

    @Test
    void refusesPlansThatCannotBe() {
        assertThatThrownBy(() -> FaultPlan.none(1).withLoss(1.1)).hasMessageContaining("loss");
        assertThatThrownBy(() -> FaultPlan.none(1).withCorrupt(Double.NaN))
                .hasMessageContaining("corrupt");
        assertThatThrownBy(() -> FaultPlan.none(1).withDelay(5, 4)).hasMessageContaining("least");
    }

    private record Run(List<Integer> numbers, long[] counts) {

        long count(Fault fault) {
            return counts[fault.ordinal()];
        }
    }

    /** Sends frames, one every 10 ns of a time that only this test has, and lets all arrive. */
    private static Run run(FaultPlan plan) throws IOException {
        PairDevice.Ends pair = PairDevice.create("a", "b", 256, 512, 300);
        pair.a().pool().recordStacks(false);
        pair.b().pool().recordStacks(false);
        try (FaultDevice a = new FaultDevice(pair.a(), plan, FaultPlan.none(0));
                PairDevice b = pair.b()) {
            List<Integer> numbers = new ArrayList<>();
            long now = 0;
            for (int i = 0; i < FRAMES; i++) {
                now += 10;
                a.service(now);
                Wire.send(a, i, 1);
                numbers.addAll(Wire.receiveNumbers(b));
            }
            a.service(now + 1_000_000_000);
            numbers.addAll(Wire.receiveNumbers(b));
            long[] counts = new long[Fault.values().length];
            for (Fault fault : Fault.values()) {
                counts[fault.ordinal()] = a.transmitCount(fault);
            }
            return new Run(numbers, counts);
        }
    }
}
