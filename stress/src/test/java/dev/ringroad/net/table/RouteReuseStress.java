package dev.ringroad.net.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The only group is taken from the prefix that is being looked up, and given to another. */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "The longer prefix, before its removal.")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "What covers it, after its removal.")
@Outcome(id = "[34]", expect = Expect.FORBIDDEN, desc = "Answered out of the other's group.")
@Outcome(id = "-1", expect = Expect.FORBIDDEN, desc = "The prefix that stays was not seen.")
@State
public class RouteReuseStress {
    private static final long TEN = 10L << 56;
    private static final long ELEVEN = 11L << 56;

    private final Ipv6Routes routes = new Ipv6Routes(8, 4, 1);

    /** Ten has a longer prefix, eleven does not yet. */
    public RouteReuseStress() {
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
    public void reader(I_Result seen) {
        seen.r1 = routes.lookup(TEN, 0);
    }
}
