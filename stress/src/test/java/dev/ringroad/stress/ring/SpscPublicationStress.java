package dev.ringroad.stress.ring;

import dev.ringroad.core.ring.SpscRing;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** What is written before {@code offer} is seen after {@code poll}, though the fields are plain. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Polled before the offer.")
@Outcome(id = "42", expect = Expect.ACCEPTABLE, desc = "The element, whole.")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "The element before it was filled.")
@State
public class SpscPublicationStress {

    private static final class Element {
        int value;
    }

    private final SpscRing<Element> ring = new SpscRing<>(2);

    @Actor
    public void producer() {
        Element element = new Element();
        element.value = 42;
        ring.offer(element);
    }

    @Actor
    public void consumer(I_Result seen) {
        Element element = ring.poll();
        seen.r1 = element == null ? -1 : element.value;
    }
}
