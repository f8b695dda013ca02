package dev.ringroad.stress.ring;

import dev.ringroad.core.ring.SpscRing;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Elements come out in the order in which they went in; -1 stands for an empty ring. */
@JCStressTest
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "Both polls before both offers.")
@Outcome(id = "-1, 1", expect = Expect.ACCEPTABLE, desc = "The first came between the polls.")
@Outcome(id = "1, -1", expect = Expect.ACCEPTABLE, desc = "The second came too late.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "Both, in order.")
@Outcome(id = "-1, 2", expect = Expect.FORBIDDEN, desc = "The first got lost.")
@Outcome(id = "2, .*", expect = Expect.FORBIDDEN, desc = "The second overtook the first.")
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "The first came out twice.")
@State
public class SpscOrderStress {

    private final SpscRing<Integer> ring = new SpscRing<>(2);

    @Actor
    public void producer() {
        ring.offer(1);
        ring.offer(2);
    }

    @Actor
    public void consumer(II_Result seen) {
        Integer first = ring.poll();
        Integer second = ring.poll();
        seen.r1 = first == null ? -1 : first;
        seen.r2 = second == null ? -1 : second;
    }
}
