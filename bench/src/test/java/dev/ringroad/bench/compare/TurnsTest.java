package dev.ringroad.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.bench.machine.FloorWatch;
import dev.ringroad.workloads.ResultLine;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** What counts, and what is run again, when the floor moves; the runs themselves are made up. */
class TurnsTest {
    private static final Setting FIRST =
            new Setting(Workload.HTTP, new KernelLoopback(), Placement.TWO_CORES);
    private static final Setting SECOND =
            new Setting(Workload.HTTP, new KernelLoopback(), Placement.FREE);

    private final List<String> told = new ArrayList<>();
    private int requests;

    private List<ResultLine> oneMoreRequest(Setting setting) {
        String line = "RESULT workload=http-client nanos=1000000000 count=" + ++requests;
        return List.of(ResultLine.parse(line).orElseThrow());
    }

    private Turns turns(int repeats, Double... floors) {
        Iterator<Double> looks = List.of(floors).iterator();
        return new Turns(
                this::oneMoreRequest, new FloorWatch(looks::next), repeats, 2, new Recorder());
    }

    @Test
    void aSteadyRoundCountsAtOnce() throws Exception {
        Turns turns = turns(2, 100.0, 110.0, 120.0);
        turns.run(List.of(FIRST, SECOND));
        assertThat(turns.samples().get(FIRST).values(Samples.REQUESTS)).containsExactly(1.0);
        assertThat(turns.samples().get(SECOND).values(Samples.REQUESTS)).containsExactly(2.0);
        assertThat(turns.floors()).containsExactly("0.10 to 0.12 us");
        assertThat(told).containsExactly("1/2", "2/2");
    }

    @Test
    void aRoundDuringWhichTheProcessorsMovedIsRunAgain() throws Exception {
        Turns turns = turns(2, 100.0, 110.0, 500.0, 500.0, 510.0, 520.0);
        turns.run(List.of(FIRST, SECOND));
        assertThat(turns.samples().get(FIRST).values(Samples.REQUESTS)).containsExactly(3.0);
        assertThat(turns.samples().get(SECOND).values(Samples.REQUESTS)).containsExactly(4.0);
        assertThat(turns.floors()).containsExactly("0.50 to 0.52 us");
        assertThat(told).containsExactly("1/2", "2/2", "repeats", "1/2", "2/2");
    }

    @Test
    void aMachineThatNeverHoldsStillIsMeasuredAllTheSameAndItsFloorsSaySo() throws Exception {
        Turns turns = turns(1, 100.0, 110.0, 500.0, 500.0, 100.0, 100.0);
        turns.run(List.of(FIRST, SECOND));
        assertThat(turns.samples().get(FIRST).values(Samples.REQUESTS)).containsExactly(3.0);
        assertThat(turns.floors()).containsExactly("0.10 to 0.50 us");
    }

    private final class Recorder implements Progress {
        @Override
        public void begins(int number, int of, String what) {
            told.add(number + "/" + of);
        }

        @Override
        public void ended(String figure) {}

        @Override
        public void repeats(String why) {
            told.add("repeats");
        }
    }
}
