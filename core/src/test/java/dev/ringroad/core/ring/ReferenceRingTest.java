package dev.ringroad.core.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.ref.WeakReference;

class ReferenceRingTest extends RingContract {
    @Override
    TestRing make(RingShape shape, int firstPosition) {
        return new ReferenceTestRing(new ReferenceRing<>(shape, firstPosition));
    }

    @Test
    void refusesNullAndClaimsNothingThen() {
        ReferenceRing<String> ring = new ReferenceRing<>(RingShape.multi(4));
        String[] holed = {"a", null};
        assertThatThrownBy(() -> ring.offer(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> ring.offerBurst(holed, 0, 2))
                .isInstanceOf(NullPointerException.class);
        assertThat(ring.offer("b")).isTrue();
        assertThat(ring.poll()).isEqualTo("b");
        assertThat(ring.poll()).isNull();
    }

    @Test
    void refusesToCommitASlotThatWasNotFilled() {
        ReferenceRing<String> ring = new ReferenceRing<>(RingShape.single(4));
        assertThat(ring.reserveBulk(2)).isTrue();
        ring.setReserved(0, "a");
        assertThatThrownBy(() -> ring.commit(2)).isInstanceOf(IllegalStateException.class);
        ring.setReserved(1, "b");
        ring.commit(2);
        assertThat(ring.poll()).isEqualTo("a");
        assertThat(ring.poll()).isEqualTo("b");
    }

    @Test
    void staysUsableWhenAnArrayCannotHoldItsElements() {
        ReferenceRing<Object> ring = new ReferenceRing<>(RingShape.multi(4));
        assertThat(ring.offer("text")).isTrue();
        Object[] numbers = new Integer[1];
        assertThatThrownBy(() -> ring.pollBurst(numbers, 0, 1))
                .isInstanceOf(ArrayStoreException.class);
        assertThat(ring.offer("more")).isTrue();
        assertThat(ring.poll()).isEqualTo("more");
    }

    /** Taken one by one, in bulk, in place, and given back unused. */
    @Test
    @Timeout(60)
    void keepsNothingAliveThatWasTaken() throws Exception {
        ReferenceRing<Object> ring = new ReferenceRing<>(RingShape.single(4));
        WeakReference<?>[] gone = new WeakReference<?>[4];
        gone[0] = passThrough(ring);
        ring.offer(new Object());
        ring.peekBulk(1);
        gone[1] = new WeakReference<>(ring.peeked(0));
        ring.release(1);
        ring.reserveBulk(1);
        gone[2] = fillReserved(ring);
        ring.commit(0);
        gone[3] = passThroughBulk(ring);
        for (WeakReference<?> reference : gone) {
            while (reference.get() != null) {
                System.gc();
                Thread.sleep(1);
            }
        }
        assertThat(ring.count()).isZero();
    }

    private static WeakReference<?> passThrough(ReferenceRing<Object> ring) {
        ring.offer(new Object());
        return new WeakReference<>(ring.poll());
    }

    private static WeakReference<?> fillReserved(ReferenceRing<Object> ring) {
        Object element = new Object();
        ring.setReserved(0, element);
        return new WeakReference<>(element);
    }

    private static WeakReference<?> passThroughBulk(ReferenceRing<Object> ring) {
        Object[] one = {new Object()};
        ring.offerBulk(one, 0, 1);
        ring.pollBulk(one, 0, 1);
        return new WeakReference<>(one[0]);
    }
}
