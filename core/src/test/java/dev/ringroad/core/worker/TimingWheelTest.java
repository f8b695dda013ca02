package dev.ringroad.core.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class TimingWheelTest {
    private static final long TICK = 1 << 20;

    private final TimingWheel wheel = new TimingWheel(TICK, 0);
    private final List<String> fired = new ArrayList<>();

    private Timer timer(String name, Runnable action) {
        return new Timer() {
            @Override
            protected void expired(long nowNanos) {
                fired.add(name);
                action.run();
            }
        };
    }

    private Timer timer(String name) {
        return timer(name, () -> {});
    }

    @Test
    void roundsTheTickUpToAPowerOfTwo() {
        assertThat(new TimingWheel(1, 0).tickNanos()).isEqualTo(1);
        assertThat(new TimingWheel(1_000_000, 0).tickNanos()).isEqualTo(1 << 20);
        assertThat(new TimingWheel(1 << 20, 0).tickNanos()).isEqualTo(1 << 20);
    }

    @Test
    void neverFiresEarly() {
        wheel.schedule(timer("a"), TICK + 1);
        assertThat(wheel.expire(TICK + 1)).isZero();
        assertThat(wheel.expire(2 * TICK - 1)).isZero();
        assertThat(wheel.expire(2 * TICK)).isEqualTo(1);
    }

    @Test
    void firesAPastDeadlineAtTheNextCall() {
        wheel.expire(100 * TICK);
        wheel.schedule(timer("a"), -5);
        assertThat(wheel.nextDeadlineNanos()).isEqualTo(100 * TICK);
        assertThat(wheel.expire(100 * TICK)).isEqualTo(1);
    }

    @Test
    void aTimerThatSchedulesItselfForThePastFiresOnceACall() {
        Timer[] self = new Timer[1];
        self[0] = timer("again", () -> wheel.schedule(self[0], 0));
        wheel.schedule(self[0], 0);
        assertThat(wheel.expire(5 * TICK)).isEqualTo(1);
        assertThat(wheel.expire(5 * TICK)).isZero();
        assertThat(wheel.expire(6 * TICK)).isEqualTo(1);
        assertThat(self[0].isScheduled()).isTrue();
    }

    @Test
    void aTimerMayCancelOneOfTheSameTick() {
        Timer victim = timer("victim");
        Timer first = timer("first", () -> wheel.cancel(victim));
        Timer last = timer("last", () -> wheel.cancel(victim));
        wheel.schedule(last, TICK);
        wheel.schedule(victim, TICK);
        wheel.schedule(first, TICK);
        assertThat(wheel.expire(TICK)).isEqualTo(2);
        assertThat(fired).doesNotContain("victim");
        assertThat(wheel.size()).isZero();
    }

    @Test
    void goesOnAfterATimerThatThrows() {
        wheel.schedule(timer("b"), 3 * TICK);
        wheel.schedule(timer("a"), TICK);
        wheel.schedule(
                timer(
                        "bad",
                        () -> {
                            throw new IllegalStateException("bad");
                        }),
                TICK);
        assertThatThrownBy(() -> wheel.expire(4 * TICK)).hasMessage("bad");
        assertThat(wheel.nextDeadlineNanos()).isEqualTo(TICK);
        wheel.schedule(timer("c"), 2 * TICK);
        assertThat(wheel.expire(4 * TICK)).isEqualTo(3);
        assertThat(fired).containsExactly("bad", "a", "c", "b");
    }

    @Test
    void holdsTheFarthestDeadlines() {
        Timer far = timer("far");
        wheel.schedule(far, Long.MAX_VALUE);
        assertThat(wheel.nextDeadlineNanos()).isGreaterThan(Long.MAX_VALUE / 2);
        assertThat(wheel.expire(Long.MAX_VALUE / 2)).isZero();
        wheel.cancel(far);
        assertThat(wheel.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void farTimersInLargeNumbersLeaveNoDeadlineBehind() {
        List<Timer> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(timer("far"));
            wheel.schedule(many.getLast(), 1000 * TICK + i);
        }
        assertThat(wheel.nextDeadlineNanos()).isBetween(1L, 1001 * TICK);
        many.forEach(wheel::cancel);
        assertThat(wheel.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void timeThatRunsBackwardsCountsAsTheSame() {
        wheel.expire(10 * TICK);
        wheel.schedule(timer("a"), 11 * TICK);
        assertThat(wheel.expire(3 * TICK)).isZero();
        assertThat(wheel.expire(11 * TICK)).isEqualTo(1);
    }

    @Test
    void refusesATickOutOfRange() {
        assertThatThrownBy(() -> new TimingWheel(0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
