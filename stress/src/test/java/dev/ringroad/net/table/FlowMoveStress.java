package dev.ringroad.net.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Flows that stay are moved about while others come to a table that is nearly full. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "All that stay were found.")
@Outcome(id = "[1-9].*", expect = Expect.FORBIDDEN, desc = "One was missed, or had a wrong value.")
@State
public class FlowMoveStress {
    private static final int STAYING = 26;
    private static final int COMING = 6;

    private final FlowTable table = filled();

    /** Four buckets, of which some are full; another try when chance lets a flow be refused. */
    private static FlowTable filled() {
        while (true) {
            FlowTable table = new FlowTable(1, 28);
            boolean all = true;
            for (int i = 0; i < STAYING; i++) {
                all &= table.put(new long[] {i}, 0, i, 0);
            }
            if (all) {
                return table;
            }
        }
    }

    @Actor
    public void writer() {
        for (int i = 0; i < COMING; i++) {
            table.put(new long[] {STAYING + i}, 0, STAYING + i, 0);
        }
    }

    @Actor
    public void reader(I_Result seen) {
        long[] key = new long[1];
        for (int i = 0; i < STAYING; i++) {
            key[0] = i;
            seen.r1 += table.lookup(key, 0) == i ? 0 : 1;
        }
    }
}
