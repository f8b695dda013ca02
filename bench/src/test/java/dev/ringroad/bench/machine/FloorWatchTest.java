package dev.ringroad.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Iterator;
import java.util.List;

class FloorWatchTest {
    private static FloorWatch seeing(Double... nanos) {
        Iterator<Double> looks = List.of(nanos).iterator();
        return new FloorWatch(looks::next);
    }

    @Test
    void smallChangesAreTheSameMachine() throws InterruptedException {
        FloorWatch watch = seeing(110.0, 130.0, 118.0);
        watch.begin();
        watch.look();
        watch.look();
        assertThat(watch.steady()).isTrue();
        assertThat(watch.words()).isEqualTo("0.11 to 0.13 us");
    }

    @Test
    void aLookFromElsewhereIsNot() throws InterruptedException {
        FloorWatch watch = seeing(110.0, 520.0, 112.0);
        watch.begin();
        watch.look();
        watch.look();
        assertThat(watch.steady()).isFalse();
        assertThat(watch.words()).isEqualTo("0.11 to 0.52 us");
    }

    @Test
    void beginningForgetsEarlierLooks() throws InterruptedException {
        FloorWatch watch = seeing(110.0, 520.0, 515.0);
        watch.begin();
        watch.begin();
        watch.look();
        assertThat(watch.steady()).isTrue();
        assertThat(watch.words()).isEqualTo("0.52 us");
    }

    @Test
    void roundsDuringWhichTheMachineMovedDoNotCount() throws Exception {
        FloorWatch watch = seeing(110.0, 112.0, 110.0, 520.0, 515.0, 520.0);
        Iterator<String> results = List.of("first", "moved", "second").iterator();
        StringBuilder told = new StringBuilder();
        List<String> counted =
                watch.rounds(
                        2,
                        6,
                        () -> {
                            watch.begin();
                            watch.look();
                            return results.next();
                        },
                        (round, number) ->
                                told.append(number).append(round).append(watch.verdict()));
        assertThat(counted).containsExactly("first", "second");
        assertThat(told.toString())
                .isEqualTo("1first2moved (the processors were moved: once more)3second");
    }

    @Test
    void whenNoRoundWasSteadyAllCount() throws Exception {
        FloorWatch watch = seeing(110.0, 520.0, 110.0, 520.0);
        List<Integer> counted =
                watch.rounds(
                        1,
                        2,
                        () -> {
                            watch.begin();
                            watch.look();
                            return 7;
                        },
                        (_, _) -> {});
        assertThat(counted).containsExactly(7, 7);
    }
}
