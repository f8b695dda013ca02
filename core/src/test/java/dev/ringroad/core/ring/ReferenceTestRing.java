package dev.ringroad.core.ring;

import java.util.Arrays;

/** A ring of references to boxed longs. Bulks lie away from the arrays' beginning. */
record ReferenceTestRing(ReferenceRing<Long> ring) implements TestRing {
    @Override
    public boolean offer(long element) {
        return ring.offer(element);
    }

    @Override
    public boolean offerBulk(long first, int count) {
        return ring.offerBulk(boxed(first, count), 1, count);
    }

    @Override
    public int offerBurst(long first, int count) {
        return ring.offerBurst(boxed(first, count), 1, count);
    }

    private static Long[] boxed(long first, int count) {
        Long[] elements = new Long[count + 1];
        for (int i = 0; i < count; i++) {
            elements[i + 1] = first + i;
        }
        return elements;
    }

    @Override
    public long poll() {
        Long element = ring.poll();
        return element == null ? -1 : element;
    }

    @Override
    public long[] pollBulk(int count) {
        Long[] into = new Long[count + 1];
        return unboxed(into, ring.pollBulk(into, 1, count) ? count : 0);
    }

    @Override
    public long[] pollBurst(int limit) {
        Long[] into = new Long[limit + 1];
        return unboxed(into, ring.pollBurst(into, 1, limit));
    }

    private static long[] unboxed(Long[] elements, int count) {
        return Arrays.stream(elements, 1, count + 1).mapToLong(Long::longValue).toArray();
    }

    @Override
    public boolean reserveBulk(int count) {
        return ring.reserveBulk(count);
    }

    @Override
    public int reserveBurst(int limit) {
        return ring.reserveBurst(limit);
    }

    @Override
    public void setReserved(int index, long element) {
        ring.setReserved(index, element);
    }

    @Override
    public void commit(int count) {
        ring.commit(count);
    }

    @Override
    public boolean peekBulk(int count) {
        return ring.peekBulk(count);
    }

    @Override
    public int peekBurst(int limit) {
        return ring.peekBurst(limit);
    }

    @Override
    public long peeked(int index) {
        return ring.peeked(index);
    }

    @Override
    public void release(int count) {
        ring.release(count);
    }

    @Override
    public int count() {
        return ring.count();
    }

    @Override
    public int free() {
        return ring.free();
    }

    @Override
    public boolean isAboveWatermark() {
        return ring.isAboveWatermark();
    }
}
