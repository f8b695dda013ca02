package dev.ringroad.stress.ring;

import dev.ringroad.core.ring.SpscRing;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A burst is published by one store: the consumer sees all of it, in order, or nothing. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Polled before the offer.")
@Outcome(id = "2, 1, 2", expect = Expect.ACCEPTABLE, desc = "All of it.")
@Outcome(id = "1, .*", expect = Expect.FORBIDDEN, desc = "Half of the burst was published.")
@Outcome(id = "2, .*", expect = Expect.FORBIDDEN, desc = "Elements in the wrong order, or lost.")
@State
public class SpscBurstStress {

    private static final Integer[] BURST = {1, 2};

    private final SpscRing<Integer> ring = new SpscRing<>(4);

    @Actor
    public void producer() {
        ring.offerBurst(BURST, 0, 2);
    }

    @Actor
    public void consumer(III_Result seen) {
        Integer[] polled = {0, 0};
        seen.r1 = ring.pollBurst(polled, 0, 2);
        seen.r2 = polled[0];
        seen.r3 = polled[1];
    }
}
