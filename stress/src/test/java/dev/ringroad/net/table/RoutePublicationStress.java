package dev.ringroad.net.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A longer prefix comes, with two groups on the way to it, below one that was there. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both lookups before it came.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "It came between them.")
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "Both after it came.")
@Outcome(id = "2, 1", expect = Expect.FORBIDDEN, desc = "It was there and went again.")
@Outcome(id = ".*-1.*", expect = Expect.FORBIDDEN, desc = "A group was seen before it was filled.")
@State
public class RoutePublicationStress {
    private static final long TEN = 10L << 56;

    private final Ipv6Routes routes = new Ipv6Routes(8, 2, 2);

    /** The one that is there. */
    public RoutePublicationStress() {
        routes.put(TEN, 0, 8, 1);
    }

    @Actor
    public void writer() {
        routes.put(TEN, 0, 24, 2);
    }

    @Actor
    public void reader(II_Result seen) {
        seen.r1 = routes.lookup(TEN, 0);
        seen.r2 = routes.lookup(TEN, 0);
    }
}
