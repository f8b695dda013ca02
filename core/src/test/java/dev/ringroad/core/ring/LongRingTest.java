package dev.ringroad.core.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;

class LongRingTest extends RingContract {
    @Override
    TestRing make(RingShape shape, int firstPosition) {
        return new LongTestRing(
                LongRing.create(
                        Arena.ofAuto().allocate(LongRing.byteSize(shape), Long.BYTES),
                        shape,
                        firstPosition));
    }

    @Test
    void refusesMemoryThatIsTooSmall() {
        RingShape shape = RingShape.multi(8);
        assertThatThrownBy(
                        () ->
                                LongRing.create(
                                        Arena.ofAuto()
                                                .allocate(LongRing.byteSize(shape) - 1, Long.BYTES),
                                        shape))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bytes");
    }

    @Test
    void refusesMemoryThatIsMisaligned() {
        RingShape shape = RingShape.multi(8);
        assertThatThrownBy(
                        () ->
                                LongRing.create(
                                        Arena.ofAuto()
                                                .allocate(LongRing.byteSize(shape) + 8, Long.BYTES)
                                                .asSlice(4),
                                        shape))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hasRoomForEveryCapacityInAPowerOfTwo() {
        assertThat(RingShape.multi(1).slots()).isEqualTo(1);
        assertThat(RingShape.multi(2).slots()).isEqualTo(2);
        assertThat(RingShape.multi(5).slots()).isEqualTo(8);
        assertThat(RingShape.multi(RingShape.CAPACITY_MAX).slots())
                .isEqualTo(RingShape.CAPACITY_MAX);
        assertThatThrownBy(() -> RingShape.multi(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RingShape.multi(RingShape.CAPACITY_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RingShape.multi(4).withWatermark(5))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
