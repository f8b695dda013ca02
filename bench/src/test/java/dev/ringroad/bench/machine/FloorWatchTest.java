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
}
