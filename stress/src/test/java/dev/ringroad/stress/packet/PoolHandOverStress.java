package dev.ringroad.stress.packet;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A packet that one thread has released and another acquires is as the first left its bytes, and as
 * new otherwise; -1 stands for an empty pool.
 */
@JCStressTest
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "It was not back yet.")
@Outcome(id = "7, 1", expect = Expect.ACCEPTABLE, desc = "Handed over whole.")
@Outcome(id = "0, .*", expect = Expect.FORBIDDEN, desc = "The bytes came after the packet.")
@Outcome(id = "7, .*", expect = Expect.FORBIDDEN, desc = "The packet is not as new.")
@State
public class PoolHandOverStress {

    private final PacketPool pool = Pools.ofOne();
    private final Packet packet = Pools.acquire(pool);

    public PoolHandOverStress() {
        Pools.write(packet, 0);
    }

    @Actor
    public void releaser() {
        packet.append(20);
        packet.setFlags(Packet.CHECKSUM_VERIFIED);
        Pools.write(packet, 7);
        packet.release();
    }

    @Actor
    public void acquirer(II_Result seen) {
        Packet acquired = pool.acquire();
        if (acquired == null) {
            seen.r1 = -1;
            seen.r2 = -1;
        } else {
            seen.r1 = Pools.read(acquired);
            seen.r2 = acquired.references() + acquired.length() + 40 * acquired.flags();
        }
    }
}
