package dev.ringroad.core.worker;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The wheel against a model that is a plain list and looks at every entry. */
class TimingWheelPropertyTest {
    private static final int TIMERS = 24;

    /** What is done to wheel and model. */
    private enum Kind {
        SCHEDULE,
        CANCEL,
        ADVANCE,
        ADVANCE_TO_NEXT
    }

    private record Step(Kind kind, int timer, long nanos) {}

    /** A timer and what the model knows of it. */
    private static final class Recorded extends Timer {
        private final List<Recorded> firedNow;
        private boolean pending;
        private long fireNanos;

        Recorded(List<Recorded> firedNow) {
            this.firedNow = firedNow;
        }

        @Override
        protected void expired(long nowNanos) {
            assertThat(isScheduled()).isFalse();
            assertThat(nowNanos).isGreaterThanOrEqualTo(deadlineNanos());
            firedNow.add(this);
        }
    }

    private final List<Recorded> firedNow = new ArrayList<>();

    @Property(tries = 2000)
    void firesWhatAListWouldFire(
            @ForAll("starts") long startNanos,
            @ForAll("ticks") long tickNanos,
            @ForAll("steps") List<Step> steps) {
        TimingWheel wheel = new TimingWheel(tickNanos, startNanos);
        List<Recorded> timers = timers();
        long now = startNanos;
        for (Step step : steps) {
            Recorded timer = timers.get(step.timer);
            switch (step.kind) {
                case SCHEDULE -> {
                    schedule(wheel, timer, now + step.nanos, startNanos, now);
                }
                case CANCEL -> {
                    wheel.cancel(timer);
                    timer.pending = false;
                }
                case ADVANCE -> {
                    now += Math.max(0, step.nanos);
                    expire(wheel, timers, now);
                }
                case ADVANCE_TO_NEXT -> {
                    long next = wheel.nextDeadlineNanos();
                    if (next != Long.MAX_VALUE) {
                        now = Math.max(now, next);
                        expire(wheel, timers, now);
                    }
                }
            }
            checkAgainstModel(wheel, timers);
        }
        drain(wheel, timers, now);
    }

    private List<Recorded> timers() {
        firedNow.clear();
        List<Recorded> timers = new ArrayList<>();
        for (int i = 0; i < TIMERS; i++) {
            timers.add(new Recorded(firedNow));
        }
        return timers;
    }

    private static void schedule(
            TimingWheel wheel, Recorded timer, long deadline, long start, long now) {
        wheel.schedule(timer, deadline);
        long tick = wheel.tickNanos();
        long current = Math.floorDiv(now - start, tick);
        timer.pending = true;
        timer.fireNanos = start + Math.max(current, Math.ceilDiv(deadline - start, tick)) * tick;
        assertThat(timer.deadlineNanos()).isEqualTo(deadline);
    }

    private void expire(TimingWheel wheel, List<Recorded> timers, long now) {
        firedNow.clear();
        int count = wheel.expire(now);
        List<Recorded> expected =
                timers.stream().filter(t -> t.pending && t.fireNanos <= now).toList();
        assertThat(firedNow).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(firedNow).isSortedAccordingTo(Comparator.comparingLong(t -> t.fireNanos));
        assertThat(count).isEqualTo(expected.size());
        expected.forEach(t -> t.pending = false);
    }

    private static void checkAgainstModel(TimingWheel wheel, List<Recorded> timers) {
        long nearest = Long.MAX_VALUE;
        int pending = 0;
        for (Recorded timer : timers) {
            assertThat(timer.isScheduled()).isEqualTo(timer.pending);
            if (timer.pending) {
                pending++;
                nearest = Math.min(nearest, timer.fireNanos);
            }
        }
        assertThat(wheel.size()).isEqualTo(pending);
        if (pending == 0) {
            assertThat(wheel.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        } else {
            assertThat(wheel.nextDeadlineNanos()).isLessThanOrEqualTo(nearest);
        }
    }

    private void drain(TimingWheel wheel, List<Recorded> timers, long from) {
        long now = from;
        int stepsMax = TIMERS * 12;
        while (wheel.size() > 0) {
            assertThat(stepsMax--).as("every wake-up makes progress").isPositive();
            now = Math.max(now, wheel.nextDeadlineNanos());
            expire(wheel, timers, now);
            checkAgainstModel(wheel, timers);
        }
    }

    @Provide
    Arbitrary<Long> starts() {
        return Arbitraries.longs().between(-1L << 50, 1L << 50);
    }

    @Provide
    Arbitrary<Long> ticks() {
        return Arbitraries.of(1L, 3L, 1000L, 1_000_000L, 10_000_000L);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Long> nanos =
                Arbitraries.oneOf(
                        Arbitraries.longs().between(-1000, 1000),
                        Arbitraries.longs().between(-5_000_000, 100_000_000),
                        Arbitraries.longs().between(0, 1L << 45));
        return Combinators.combine(
                        Arbitraries.of(Kind.class),
                        Arbitraries.integers().between(0, TIMERS - 1),
                        nanos)
                .as(Step::new)
                .list()
                .ofMaxSize(120);
    }
}
