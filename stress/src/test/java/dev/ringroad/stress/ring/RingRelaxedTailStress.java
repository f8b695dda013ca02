package dev.ringroad.stress.ring;

import dev.ringroad.core.ring.ReferenceRing;
import dev.ringroad.core.ring.RingShape;
import dev.ringroad.core.ring.SyncMode;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Claims side by side, published by whoever finishes last, so that one's own may not be out yet.
 *
 * <p>One thread offers 1, another offers 2 and polls; the rest is polled at the end. 0 stands for
 * nothing.
 */
@JCStressTest
@Outcome(id = "1, 2, 0", expect = Expect.ACCEPTABLE, desc = "1 came first.")
@Outcome(id = "2, 1, 0", expect = Expect.ACCEPTABLE, desc = "2 came first.")
@Outcome(
        id = {"0, 1, 2", "0, 2, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "2 was left to be published with 1.")
@Outcome(id = ".*, 0, 0", expect = Expect.FORBIDDEN, desc = "Both claimed one slot.")
@Outcome(id = "(1, 1|2, 2), .*", expect = Expect.FORBIDDEN, desc = "One came out twice.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "An element was there that went unseen.")
@State
public class RingRelaxedTailStress {

    private final ReferenceRing<Integer> ring =
            new ReferenceRing<>(
                    RingShape.of(4, SyncMode.RELAXED_TAIL_SYNC, SyncMode.RELAXED_TAIL_SYNC));

    private int poll() {
        Integer taken = ring.poll();
        return taken == null ? 0 : taken;
    }

    @Actor
    public void producer() {
        ring.offer(1);
    }

    @Actor
    public void producerAndConsumer(III_Result seen) {
        ring.offer(2);
        seen.r1 = poll();
    }

    @Arbiter
    public void rest(III_Result seen) {
        seen.r2 = poll();
        seen.r3 = poll();
    }
}
