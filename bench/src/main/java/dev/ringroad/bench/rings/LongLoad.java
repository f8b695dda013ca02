package dev.ringroad.bench.rings;

import dev.ringroad.core.ring.LongRing;
import dev.ringroad.core.ring.RingShape;

import java.lang.foreign.Arena;

/** Longs through memory off the heap. */
final class LongLoad implements RingLoad {
    private final LongRing ring;

    LongLoad(RingShape shape) {
        ring = LongRing.create(Arena.ofAuto().allocate(LongRing.byteSize(shape), 128), shape);
    }

    @Override
    public void offerAndPoll(int calls, int size) {
        if (size == 1) {
            one(calls);
            return;
        }
        long[] elements = new long[size];
        for (int i = 0; i < calls; i++) {
            ring.offerBulk(elements, 0, size);
            ring.pollBulk(elements, 0, size);
        }
    }

    private void one(int calls) {
        long element = 1;
        for (int i = 0; i < calls; i++) {
            ring.offer(element);
            element = ring.poll(-1);
        }
    }

    @Override
    public void offer(int calls, int size) {
        long[] elements = new long[size];
        for (int i = 0; i < calls; i++) {
            while (!ring.offerBulk(elements, 0, size)) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void poll(int calls, int size) {
        long[] elements = new long[size];
        for (int i = 0; i < calls; i++) {
            while (!ring.pollBulk(elements, 0, size)) {
                Thread.onSpinWait();
            }
        }
    }
}
