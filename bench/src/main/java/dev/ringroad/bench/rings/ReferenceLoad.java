package dev.ringroad.bench.rings;

import dev.ringroad.core.ring.ReferenceRing;
import dev.ringroad.core.ring.RingShape;

import java.util.Arrays;
import java.util.Objects;

/** References through the heap, to objects that live as long as the ring. */
final class ReferenceLoad implements RingLoad {
    private final ReferenceRing<Object> ring;
    private final Object element = new Object();

    ReferenceLoad(RingShape shape) {
        ring = new ReferenceRing<>(shape);
    }

    private Object[] elements(int size) {
        Object[] elements = new Object[size];
        Arrays.fill(elements, element);
        return elements;
    }

    @Override
    public void offerAndPoll(int calls, int size) {
        if (size == 1) {
            one(calls);
            return;
        }
        Object[] elements = elements(size);
        for (int i = 0; i < calls; i++) {
            ring.offerBulk(elements, 0, size);
            ring.pollBulk(elements, 0, size);
        }
    }

    private void one(int calls) {
        Object one = element;
        for (int i = 0; i < calls; i++) {
            ring.offer(one);
            one = Objects.requireNonNull(ring.poll());
        }
    }

    @Override
    public void offer(int calls, int size) {
        Object[] elements = elements(size);
        for (int i = 0; i < calls; i++) {
            while (!ring.offerBulk(elements, 0, size)) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void poll(int calls, int size) {
        Object[] elements = new Object[size];
        for (int i = 0; i < calls; i++) {
            while (!ring.pollBulk(elements, 0, size)) {
                Thread.onSpinWait();
            }
        }
    }
}
