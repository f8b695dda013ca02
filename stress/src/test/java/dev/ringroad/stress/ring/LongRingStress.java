package dev.ringroad.stress.ring;

import dev.ringroad.core.ring.LongRing;
import dev.ringroad.core.ring.RingShape;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory off the heap orders as fields do. One thread offers 1 and 2 as a bulk, another offers 3
 * and takes up to four at once; the result has their digits in turn.
 */
@JCStressTest
@Outcome(
        id = {"3", "123", "312"},
        expect = Expect.ACCEPTABLE,
        desc = "The bulk is whole.")
@Outcome(id = "-1", expect = Expect.FORBIDDEN, desc = "A slot was published before it was filled.")
@Outcome(
        id = ".*",
        expect = Expect.FORBIDDEN,
        desc = "The bulk was torn or turned, or an element came twice.")
@State
public class LongRingStress {

    private static final RingShape SHAPE = RingShape.multi(4);
    private static final long[] BULK = {1, 2};

    private final LongRing ring = LongRing.create(memory(), SHAPE);

    private static MemorySegment memory() {
        return Arena.ofAuto().allocate(LongRing.byteSize(SHAPE), Long.BYTES);
    }

    @Actor
    public void bulkProducer() {
        ring.offerBulk(BULK, 0, 2);
    }

    @Actor
    public void producerAndConsumer(I_Result seen) {
        ring.offer(3);
        long[] into = new long[4];
        int count = ring.pollBurst(into, 0, 4);
        int digits = 0;
        for (int i = 0; i < count && digits >= 0; i++) {
            digits = into[i] == 0 ? -1 : 10 * digits + (int) into[i];
        }
        seen.r1 = digits;
    }
}
