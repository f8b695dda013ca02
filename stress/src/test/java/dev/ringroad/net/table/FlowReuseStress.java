package dev.ringroad.net.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** A flow goes, and one that shares half its key takes its slot. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Before it went.")
@Outcome(id = "-9223372036854775808", expect = Expect.ACCEPTABLE, desc = "After it went.")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "The key of one flow, the value of another.")
@State
public class FlowReuseStress {
    private final FlowTable table = new FlowTable(2, 14);
    private final long[] key = {7, 8};
    private final long[] other = {7, 9};

    /** All slots but one are taken by others, so that the slot is used again. */
    public FlowReuseStress() {
        table.put(key, 0, 1, 0);
        for (int i = 0; table.count() < table.slots(); i++) {
            table.put(new long[] {100, i}, 0, 3, 0);
        }
    }

    @Actor
    public void writer() {
        table.remove(key, 0);
        table.put(other, 0, 2, 0);
    }

    @Actor
    public void reader(J_Result seen) {
        seen.r1 = table.lookup(key, 0);
    }
}
