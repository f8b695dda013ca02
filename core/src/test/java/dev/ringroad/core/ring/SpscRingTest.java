package dev.ringroad.core.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

class SpscRingTest {
    @ParameterizedTest
    @ValueSource(ints = {-8, 0, 3, 12})
    void refusesACapacityThatIsNoPowerOfTwo(int capacity) {
        assertThatThrownBy(() -> new SpscRing<>(capacity))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesNull() {
        SpscRing<String> ring = new SpscRing<>(2);
        assertThatThrownBy(() -> ring.offer(null)).isInstanceOf(NullPointerException.class);
        assertThat(ring.isEmpty()).isTrue();
    }

    @Property
    void behavesLikeABoundedDeque(
            @ForAll @IntRange(max = 5) int capacityPower,
            @ForAll @Size(max = 200) List<@IntRange(min = -40, max = 40) Integer> steps) {
        SpscRing<Integer> ring = new SpscRing<>(1 << capacityPower);
        Deque<Integer> model = new ArrayDeque<>();
        int next = 0;
        for (int step : steps) {
            if (step == 1) {
                boolean room = model.size() < ring.capacity();
                assertThat(ring.offer(next)).isEqualTo(room);
                if (room) {
                    model.add(next);
                }
                next++;
            } else if (step > 0) {
                next = offerBurst(ring, model, next, step);
            } else if (step == -1) {
                assertThat(ring.peek()).isEqualTo(model.peek());
                assertThat(ring.poll()).isEqualTo(model.poll());
            } else {
                drain(ring, model, -step);
            }
            assertThat(ring.size()).isEqualTo(model.size());
        }
    }

    private static int offerBurst(
            SpscRing<Integer> ring, Deque<Integer> model, int first, int count) {
        Integer[] from = new Integer[count + 2];
        for (int i = 0; i < count; i++) {
            from[i + 1] = first + i;
        }
        int expected = Math.min(count, ring.capacity() - model.size());
        assertThat(ring.offerBurst(from, 1, count)).isEqualTo(expected);
        for (int i = 0; i < expected; i++) {
            model.add(first + i);
        }
        return first + count;
    }

    private static void drain(SpscRing<Integer> ring, Deque<Integer> model, int limit) {
        Integer[] into = new Integer[limit + 1];
        int expected = Math.min(limit, model.size());
        assertThat(ring.pollBurst(into, 1, limit)).isEqualTo(expected);
        for (int i = 0; i < expected; i++) {
            assertThat(into[i + 1]).isEqualTo(model.poll());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64})
    @Timeout(60)
    void keepsOrderBetweenTwoThreads(int capacity) throws Exception {
        int total = 200_000;
        SpscRing<Integer> ring = new SpscRing<>(capacity);
        Thread producer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int i = 0; i < total; i++) {
                                        while (!ring.offer(i)) {
                                            Thread.yield();
                                        }
                                    }
                                });
        Integer[] into = new Integer[capacity];
        int expected = 0;
        while (expected < total) {
            int n = ring.pollBurst(into, 0, capacity);
            for (int i = 0; i < n; i++) {
                assertThat(into[i].intValue()).isEqualTo(expected++);
            }
            if (n == 0) {
                Thread.yield();
            }
        }
        producer.join();
        assertThat(ring.poll()).isNull();
    }
}
