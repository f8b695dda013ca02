package dev.ringroad.core.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** What every ring keeps to, whatever it stores and however its threads share it. */
abstract class RingContract {
    /** So close before the 32-bit positions turn over that every test crosses it. */
    static final int BEFORE_WRAP = -3;

    abstract TestRing make(RingShape shape, int firstPosition);

    static Stream<Arguments> modes() {
        return Arrays.stream(SyncMode.values())
                .flatMap(
                        producers ->
                                Arrays.stream(SyncMode.values())
                                        .map(consumers -> Arguments.of(producers, consumers)));
    }

    @Property(tries = 400)
    void behavesLikeABoundedDeque(
            @ForAll SyncMode producers,
            @ForAll SyncMode consumers,
            @ForAll @IntRange(min = 1, max = 33) int capacity,
            @ForAll @Size(max = 120) List<@IntRange(min = -240, max = 240) Integer> steps) {
        TestRing ring = make(RingShape.of(capacity, producers, consumers), BEFORE_WRAP);
        Model model = new Model(ring, capacity);
        for (int step : steps) {
            int count = Math.abs(step) % 40;
            int kind = Math.abs(step) / 40;
            if (step > 0) {
                model.offer(kind, count, producers.canReserve());
            } else {
                model.poll(kind, count, consumers.canReserve());
            }
            assertThat(ring.count()).isEqualTo(model.elements.size());
            assertThat(ring.free()).isEqualTo(capacity - model.elements.size());
        }
    }

    /** The deque, and what each call on the ring has to do to it. */
    private static final class Model {
        final Deque<Long> elements = new ArrayDeque<>();
        private final TestRing ring;
        private final int capacity;
        private long next;

        Model(TestRing ring, int capacity) {
            this.ring = ring;
            this.capacity = capacity;
        }

        void offer(int kind, int count, boolean canReserve) {
            int room = capacity - elements.size();
            switch (canReserve ? kind : kind % 3) {
                case 0 -> {
                    assertThat(ring.offer(next)).isEqualTo(room > 0);
                    added(Math.min(room, 1));
                }
                case 1 -> {
                    assertThat(ring.offerBulk(next, count)).isEqualTo(count <= room);
                    added(count <= room ? count : 0);
                }
                case 2 -> {
                    assertThat(ring.offerBurst(next, count)).isEqualTo(Math.min(count, room));
                    added(Math.min(count, room));
                }
                case 3 -> {
                    assertThat(ring.reserveBulk(count)).isEqualTo(count <= room);
                    fill(count <= room ? count : 0, 0);
                }
                default -> {
                    assertThat(ring.reserveBurst(count)).isEqualTo(Math.min(count, room));
                    fill(Math.min(count, room), count % 3);
                }
            }
        }

        private void fill(int reserved, int givenBack) {
            for (int i = 0; i < reserved; i++) {
                ring.setReserved(i, next + i);
            }
            int committed = Math.max(0, reserved - givenBack);
            ring.commit(committed);
            added(committed);
        }

        private void added(int count) {
            for (int i = 0; i < count; i++) {
                elements.add(next++);
            }
        }

        void poll(int kind, int count, boolean canReserve) {
            int there = elements.size();
            switch (canReserve ? kind : kind % 3) {
                case 0 -> {
                    long expected = elements.isEmpty() ? -1 : elements.remove();
                    assertThat(ring.poll()).isEqualTo(expected);
                }
                case 1 ->
                        assertThat(ring.pollBulk(count))
                                .isEqualTo(taken(count <= there ? count : 0));
                case 2 ->
                        assertThat(ring.pollBurst(count)).isEqualTo(taken(Math.min(count, there)));
                case 3 -> {
                    assertThat(ring.peekBulk(count)).isEqualTo(count <= there);
                    look(count <= there ? count : 0, 0);
                }
                default -> {
                    assertThat(ring.peekBurst(count)).isEqualTo(Math.min(count, there));
                    look(Math.min(count, there), count % 3);
                }
            }
        }

        private void look(int inHand, int leftThere) {
            long[] seen = new long[inHand];
            for (int i = 0; i < inHand; i++) {
                seen[i] = ring.peeked(i);
            }
            int released = Math.max(0, inHand - leftThere);
            ring.release(released);
            assertThat(Arrays.copyOf(seen, released)).isEqualTo(taken(released));
        }

        private long[] taken(int count) {
            long[] expected = new long[count];
            for (int i = 0; i < count; i++) {
                expected[i] = elements.remove();
            }
            return expected;
        }
    }

    /** Two producers, two consumers where the modes allow it, and both turnovers of positions. */
    @ParameterizedTest
    @MethodSource("modes")
    @Timeout(60)
    void keepsEachProducersOrder(SyncMode producers, SyncMode consumers) throws Exception {
        TestRing ring = make(RingShape.of(13, producers, consumers), BEFORE_WRAP);
        Traffic traffic =
                new Traffic(
                        ring,
                        producers == SyncMode.SINGLE ? 1 : 2,
                        consumers == SyncMode.SINGLE ? 1 : 2);
        traffic.run(20_000);
        assertThat(traffic.failures()).isEmpty();
        assertThat(ring.count()).isZero();
    }

    @ParameterizedTest
    @EnumSource(SyncMode.class)
    void takesABulkWholeOrNotAtAll(SyncMode mode) {
        TestRing ring = make(RingShape.of(5, mode, mode), BEFORE_WRAP);
        assertThat(ring.offerBulk(0, 6)).isFalse();
        assertThat(ring.offerBulk(0, 3)).isTrue();
        assertThat(ring.offerBulk(3, 3)).isFalse();
        assertThat(ring.offerBurst(3, 3)).isEqualTo(2);
        assertThat(ring.pollBulk(6)).isEmpty();
        assertThat(ring.pollBulk(4)).containsExactly(0, 1, 2, 3);
        assertThat(ring.pollBulk(2)).isEmpty();
        assertThat(ring.pollBurst(2)).containsExactly(4);
    }

    @ParameterizedTest
    @EnumSource(SyncMode.class)
    void holdsExactlyItsCapacity(SyncMode mode) {
        TestRing ring = make(RingShape.of(5, mode, mode), 0);
        for (int i = 0; i < 5; i++) {
            assertThat(ring.offer(i)).isTrue();
        }
        assertThat(ring.offer(5)).isFalse();
        assertThat(ring.free()).isZero();
    }

    @ParameterizedTest
    @EnumSource(SyncMode.class)
    void tellsWhenItIsAboveItsWatermark(SyncMode mode) {
        TestRing ring = make(RingShape.of(5, mode, mode).withWatermark(2), BEFORE_WRAP);
        assertThat(ring.offerBulk(0, 2)).isTrue();
        assertThat(ring.isAboveWatermark()).isFalse();
        assertThat(ring.offer(2)).isTrue();
        assertThat(ring.isAboveWatermark()).isTrue();
        assertThat(ring.poll()).isZero();
        assertThat(ring.isAboveWatermark()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = SyncMode.class,
            names = {"MULTI", "RELAXED_TAIL_SYNC"})
    void reservesNothingWhereClaimsOverlap(SyncMode mode) {
        TestRing ring = make(RingShape.of(5, mode, mode), 0);
        assertThatThrownBy(() -> ring.reserveBulk(1))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ring.peekBurst(1))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = SyncMode.class,
            names = {"SINGLE", "HEAD_TAIL_SYNC"})
    void keepsReservedSlotsFromConsumersUntilTheyAreCommitted(SyncMode mode) {
        TestRing ring = make(RingShape.of(5, mode, mode), BEFORE_WRAP);
        assertThat(ring.reserveBulk(4)).isTrue();
        ring.setReserved(0, 10);
        ring.setReserved(1, 11);
        assertThat(ring.poll()).isEqualTo(-1);
        assertThatThrownBy(() -> ring.setReserved(4, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ring.commit(5)).isInstanceOf(IllegalArgumentException.class);
        ring.commit(2);
        assertThat(ring.count()).isEqualTo(2);
        assertThat(ring.offerBulk(12, 3)).isTrue();
        assertThat(ring.pollBurst(9)).containsExactly(10, 11, 12, 13, 14);
    }

    @ParameterizedTest
    @EnumSource(
            value = SyncMode.class,
            names = {"SINGLE", "HEAD_TAIL_SYNC"})
    void keepsPeekedElementsUntilTheyAreReleased(SyncMode mode) {
        TestRing ring = make(RingShape.of(4, mode, mode), BEFORE_WRAP);
        assertThat(ring.offerBulk(1, 4)).isTrue();
        assertThat(ring.peekBulk(3)).isTrue();
        assertThat(ring.peeked(2)).isEqualTo(3);
        assertThat(ring.offer(5)).isFalse();
        ring.release(1);
        assertThat(ring.offer(5)).isTrue();
        assertThat(ring.pollBurst(9)).containsExactly(2, 3, 4, 5);
    }
}
