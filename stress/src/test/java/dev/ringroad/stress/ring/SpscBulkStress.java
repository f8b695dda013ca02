package dev.ringroad.stress.ring;

import dev.ringroad.core.ring.SpscRing;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A bulk is published by one store: the consumer sees all of it, in order, or nothing. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Drained before the offer.")
@Outcome(id = "2, 1, 2", expect = Expect.ACCEPTABLE, desc = "All of it.")
@Outcome(id = "1, .*", expect = Expect.FORBIDDEN, desc = "Half of the bulk was published.")
@Outcome(id = "2, .*", expect = Expect.FORBIDDEN, desc = "Elements in the wrong order, or lost.")
@State
public class SpscBulkStress {

    private static final Integer[] BULK = {1, 2};

    private final SpscRing<Integer> ring = new SpscRing<>(4);

    @Actor
    public void producer() {
        ring.offerBulk(BULK, 0, 2);
    }

    @Actor
    public void consumer(III_Result seen) {
        Integer[] drained = {0, 0};
        seen.r1 = ring.drain(drained, 0, 2);
        seen.r2 = drained[0];
        seen.r3 = drained[1];
    }
}
