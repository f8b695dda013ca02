package dev.ringroad.net.driver.memif;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JZ_Result;

/**
 * A buffer is written again only when its receiver has done with it. The results are what the
 * receiver read before it gave the buffer back, and whether the sender has used it again.
 */
@JCStressTest
@Outcome(id = "1, false", expect = Expect.ACCEPTABLE, desc = "Not given back in time.")
@Outcome(id = "1, true", expect = Expect.ACCEPTABLE, desc = "Read, given back, used again.")
@Outcome(id = "2, .*", expect = Expect.FORBIDDEN, desc = "Overwritten while it was being read.")
@State
public class MemifReuseStress {

    private final StressedRing shared = new StressedRing();

    public MemifReuseStress() {
        shared.payload(1);
    }

    @Actor
    public void receiver(JZ_Result seen) {
        seen.r1 = shared.payload();
        shared.ring.tailRelease(1);
    }

    @Actor
    public void sender(JZ_Result seen) {
        seen.r2 = shared.ring.tailAcquire() == 1;
        if (seen.r2) {
            shared.payload(2);
        }
    }
}
