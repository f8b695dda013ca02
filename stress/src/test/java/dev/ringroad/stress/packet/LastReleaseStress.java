package dev.ringroad.stress.packet;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Of a packet that two threads share, each reads what was written before; one frees it, once. */
@JCStressTest
@Outcome(id = "7, 7, 1", expect = Expect.ACCEPTABLE, desc = "Freed once, after both had read.")
@Outcome(id = "9, .*, .*", expect = Expect.FORBIDDEN, desc = "Freed while the first read.")
@Outcome(id = ".*, 9, .*", expect = Expect.FORBIDDEN, desc = "Freed while the second read.")
@Outcome(id = ".*, .*, 0", expect = Expect.FORBIDDEN, desc = "Nobody freed it.")
@Outcome(id = ".*, .*, 2", expect = Expect.FORBIDDEN, desc = "Freed twice.")
@State
public class LastReleaseStress {

    private final PacketPool pool = Pools.ofOne();
    private final Packet packet = Pools.acquire(pool);
    private int firstAcquired;
    private int secondAcquired;

    public LastReleaseStress() {
        Pools.write(packet, 7);
        packet.shareBetweenThreads();
        packet.retain();
    }

    @Actor
    public void first(III_Result seen) {
        seen.r1 = Pools.read(packet);
        packet.release();
        firstAcquired = acquire();
    }

    @Actor
    public void second(III_Result seen) {
        seen.r2 = Pools.read(packet);
        packet.release();
        secondAcquired = acquire();
    }

    private int acquire() {
        Packet acquired = pool.acquire();
        if (acquired == null) {
            return 0;
        }
        Pools.write(acquired, 9);
        return 1;
    }

    @Arbiter
    public void count(III_Result seen) {
        seen.r3 = firstAcquired + secondAcquired;
    }
}
