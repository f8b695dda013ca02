package dev.ringroad.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Sequence numbers against plain numbers that do not wrap. */
class SequenceNumberTest {
    private static final int FAR = (1 << 31) - 1;

    @Property
    void comparesLikeNumbersThatDoNotWrap(
            @ForAll int start, @ForAll @IntRange(min = -FAR, max = FAR) int distance) {
        int other = start + distance;
        assertThat(SequenceNumber.before(other, start)).isEqualTo(distance < 0);
        assertThat(SequenceNumber.beforeOrAt(other, start)).isEqualTo(distance <= 0);
        assertThat(SequenceNumber.after(other, start)).isEqualTo(distance > 0);
        assertThat(SequenceNumber.afterOrAt(other, start)).isEqualTo(distance >= 0);
        assertThat(SequenceNumber.later(start, other)).isEqualTo(distance > 0 ? other : start);
        assertThat(SequenceNumber.earlier(start, other)).isEqualTo(distance < 0 ? other : start);
    }

    @Property
    void withinIsAHalfOpenInterval(
            @ForAll int low,
            @ForAll @IntRange(max = 1 << 30) int size,
            @ForAll @IntRange(min = -(1 << 30), max = 1 << 30) int distance) {
        assertThat(SequenceNumber.within(low + distance, low, low + size))
                .isEqualTo(distance > 0 && distance <= size);
    }
}
