package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.epoch.Grace;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIZ_Result;

/**
 * A cluster that was given up is used again only when every I/O is done that had found it. The
 * results are what an I/O reads in the cluster that it found, or -1 when it found none; the same
 * for one that began while another was under way; and whether the cluster was used again.
 */
@JCStressTest
@Outcome(id = "-?1, -?1, false", expect = Expect.ACCEPTABLE, desc = "An I/O was under way.")
@Outcome(id = "-?1, -?1, true", expect = Expect.ACCEPTABLE, desc = "None was, or none any more.")
@Outcome(id = "2, .*, .*", expect = Expect.FORBIDDEN, desc = "Another's content.")
@Outcome(id = ".*, 2, .*", expect = Expect.FORBIDDEN, desc = "Another's content, by the second.")
@State
public class GraceReuseStress {
    private final Grace grace = new Grace();
    private final Grace.Slot slot = grace.register();
    private final Leaf leaf = new Leaf(1, 0);
    private int content = 1;

    public GraceReuseStress() {
        leaf.entryRelease(0, 1);
    }

    @Actor
    public void channel(IIZ_Result seen) {
        int first = slot.enter();
        int second = slot.enter();
        seen.r1 = leaf.entryAcquire(0) == 1 ? content : -1;
        slot.exit(first);
        seen.r2 = leaf.entryAcquire(0) == 1 ? content : -1;
        slot.exit(second);
    }

    @Actor
    public void releaser(IIZ_Result seen) {
        leaf.entryRelease(0, 0);
        if (grace.isOver(grace.epoch())) {
            content = 2;
            seen.r3 = true;
        }
    }
}
