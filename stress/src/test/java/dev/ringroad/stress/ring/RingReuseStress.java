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
 * A slot is claimed again only when whoever took from it has emptied it.
 *
 * <p>The ring has one slot, which holds 1. One thread polls, another polls and offers 2. The
 * results are what they got and what was left, 3 standing for 2 refused; 0 stands for nothing.
 */
@JCStressTest
@Outcome(
        id = {"1, 0, 2", "1, 0, 3"},
        expect = Expect.ACCEPTABLE,
        desc = "The first took 1, in time for 2 or too late.")
@Outcome(
        id = {"0, 1, 2", "2, 1, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "The second took 1, and the first came before or after 2.")
@Outcome(id = "1, 1, .*", expect = Expect.FORBIDDEN, desc = "Both took 1.")
@Outcome(id = "0, 0, .*", expect = Expect.FORBIDDEN, desc = "Nobody took what was there.")
@Outcome(id = "(0, 1|1, 0), 0", expect = Expect.FORBIDDEN, desc = "2 was emptied out of its slot.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "2 overtook 1, or came twice.")
@State
public class RingReuseStress {

    private final ReferenceRing<Integer> ring =
            new ReferenceRing<>(RingShape.of(1, SyncMode.SINGLE, SyncMode.MULTI));
    private boolean refused;

    public RingReuseStress() {
        ring.offer(1);
    }

    private int poll() {
        Integer taken = ring.poll();
        return taken == null ? 0 : taken;
    }

    @Actor
    public void consumer(III_Result seen) {
        seen.r1 = poll();
    }

    @Actor
    public void consumerAndProducer(III_Result seen) {
        seen.r2 = poll();
        refused = !ring.offer(2);
    }

    @Arbiter
    public void rest(III_Result seen) {
        int left = poll();
        seen.r3 = refused ? 3 : left;
    }
}
