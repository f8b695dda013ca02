package dev.ringroad.net.driver.pair;

import dev.ringroad.core.ring.SpscRing;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * No frame is overlooked by a receiver that goes to sleep. The results are whether the sender rings
 * and whether the receiver found the frame.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The doorbell wakes the receiver.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "The receiver does not sleep.")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Both: one needless wake-up.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "Sleeps on a frame, for ever.")
@State
public class PairDoorbellStress {

    private final SpscRing<String> sent = new SpscRing<>(2);
    private final Sleeper receiver = new Sleeper();

    @Actor
    public void sender(ZZ_Result seen) {
        sent.offer("frame");
        seen.r1 = receiver.mustBeWoken();
    }

    @Actor
    public void receiver(ZZ_Result seen) {
        receiver.fallAsleep();
        seen.r2 = !sent.isEmpty();
    }
}
