package dev.ringroad.net.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** While two addresses are looked up together, the only group goes from the one to the other. */
@JCStressTest
@Outcome(id = "[12], [34]", expect = Expect.ACCEPTABLE, desc = "Each as before or after.")
@Outcome(id = "[34], .*", expect = Expect.FORBIDDEN, desc = "The first out of the other's group.")
@Outcome(id = ".*, [12]", expect = Expect.FORBIDDEN, desc = "The second out of the first's group.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "A prefix that stays was not seen.")
@State
public class RouteBulkStress {
    private static final long TEN = 10L << 56;
    private static final long ELEVEN = 11L << 56;

    private final Ipv6Routes routes = new Ipv6Routes(8, 4, 1);
    private final long[] addresses = {TEN, 0, ELEVEN, 0};

    /** Ten has a longer prefix, eleven does not yet. */
    public RouteBulkStress() {
        routes.put(TEN, 0, 8, 1);
        routes.put(TEN, 0, 16, 2);
        routes.put(ELEVEN, 0, 8, 3);
    }

    @Actor
    public void writer() {
        routes.remove(TEN, 0, 16);
        routes.put(ELEVEN, 0, 16, 4);
    }

    @Actor
    public void reader(II_Result seen) {
        int[] nextHops = new int[2];
        routes.lookup(addresses, 0, 2, nextHops);
        seen.r1 = nextHops[0];
        seen.r2 = nextHops[1];
    }
}
