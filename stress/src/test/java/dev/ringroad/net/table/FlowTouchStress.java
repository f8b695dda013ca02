package dev.ringroad.net.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/**
 * A flow is seen again while the writer lets it expire and gives its slot to another: the note is
 * in time, late or lost, but what is there stays what it was.
 */
@JCStressTest
@Outcome(
        id = "1, 1, -9223372036854775808",
        expect = Expect.ACCEPTABLE,
        desc = "Seen in time: it stays, and there is no room for the other.")
@Outcome(
        id = "(1|-9223372036854775808), -9223372036854775808, 2",
        expect = Expect.ACCEPTABLE,
        desc = "Seen too late, or no more: the other has its slot.")
@Outcome(id = "2, .*", expect = Expect.FORBIDDEN, desc = "The other's value.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "A flow has gone that nobody let go.")
@State
public class FlowTouchStress {
    private static final int NOW = 10;
    private static final int AGE_MAX = 5;

    private final FlowTable table = new FlowTable(2, 14);
    private final long[] key = {7, 8};
    private final long[] other = {7, 9};

    /** A table that is full of flows seen now, but for the one. */
    public FlowTouchStress() {
        table.put(key, 0, 1, 0);
        for (int i = 0; table.count() < table.slots(); i++) {
            table.put(new long[] {100, i}, 0, 3, NOW);
        }
    }

    @Actor
    public void writer() {
        table.expire(NOW, AGE_MAX, table.slots(), (_, _, _) -> {});
        table.put(other, 0, 2, NOW);
    }

    @Actor
    public void reader(JJJ_Result seen) {
        seen.r1 = table.touch(key, 0, NOW);
    }

    @Arbiter
    public void afterwards(JJJ_Result seen) {
        seen.r2 = table.lookup(key, 0);
        seen.r3 = table.lookup(other, 0);
    }
}
