package dev.ringroad.net.driver.memif;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * No wake-up is lost: the sender rings, or the receiver finds the packet before it sleeps. The
 * results are whether the sender rings, and the index that the receiver saw last.
 */
@JCStressTest
@Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "The doorbell wakes the receiver.")
@Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "The receiver does not sleep.")
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "Both: one needless wake-up.")
@Outcome(id = "false, 0", expect = Expect.FORBIDDEN, desc = "Sleeps on a packet, for ever.")
@State
public class MemifDoorbellStress {

    private final MemifRing ring = new StressedRing().ring;

    @Actor
    public void sender(ZI_Result seen) {
        ring.headRelease(1);
        seen.r1 = ring.doorbellWanted();
    }

    @Actor
    public void receiver(ZI_Result seen) {
        ring.unmaskInterrupts();
        seen.r2 = ring.headAcquire();
    }
}
