package dev.ringroad.stress.ring;

import dev.ringroad.core.ring.SpscRing;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/**
 * A slot is given to the producer again only when the consumer has taken what lay in it. The ring
 * has one slot, which holds 1; the results are whether 2 was accepted, and two polls.
 */
@JCStressTest
@Outcome(id = "false, 1, -1", expect = Expect.ACCEPTABLE, desc = "Full when 2 was offered.")
@Outcome(id = "true, 1, 2", expect = Expect.ACCEPTABLE, desc = "1 made room for 2.")
@Outcome(id = "true, 1, -1", expect = Expect.ACCEPTABLE, desc = "2 came after both polls.")
@Outcome(id = "true, 2, .*", expect = Expect.FORBIDDEN, desc = "2 overwrote 1.")
@Outcome(id = "true, -1, .*", expect = Expect.FORBIDDEN, desc = "The slot was emptied under 2.")
@Outcome(id = "false, 1, 2", expect = Expect.FORBIDDEN, desc = "2 was refused and came out.")
@State
public class SpscReuseStress {

    private final SpscRing<Integer> ring = new SpscRing<>(1);

    public SpscReuseStress() {
        ring.offer(1);
    }

    @Actor
    public void producer(ZII_Result seen) {
        seen.r1 = ring.offer(2);
    }

    @Actor
    public void consumer(ZII_Result seen) {
        Integer first = ring.poll();
        Integer second = ring.poll();
        seen.r2 = first == null ? -1 : first;
        seen.r3 = second == null ? -1 : second;
    }
}
