package dev.ringroad.net.driver.memif;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZJJ_Result;

/**
 * Whoever sees the index moved sees the descriptor and the data that were written before. The
 * results are whether the index had moved, the descriptor's first half, and the data.
 */
@JCStressTest
@Outcome(id = "false, -1, -1", expect = Expect.ACCEPTABLE, desc = "Looked too early.")
@Outcome(id = "true, 7, 42", expect = Expect.ACCEPTABLE, desc = "The packet, whole.")
@Outcome(id = "true, 0, .*", expect = Expect.FORBIDDEN, desc = "The slot before it was filled.")
@Outcome(id = "true, 7, 0", expect = Expect.FORBIDDEN, desc = "The data before they were written.")
@State
public class MemifPublicationStress {

    private final StressedRing shared = new StressedRing();

    @Actor
    public void sender() {
        shared.payload(42);
        shared.ring.descriptorLow(0, 7);
        shared.ring.headRelease(1);
    }

    @Actor
    public void receiver(ZJJ_Result seen) {
        seen.r1 = shared.ring.headAcquire() == 1;
        seen.r2 = seen.r1 ? shared.ring.descriptorLow(0) : -1;
        seen.r3 = seen.r1 ? shared.payload() : -1;
    }
}
