package dev.ringroad.core.ring;

import java.util.Arrays;

/** A ring of longs. Bulks lie away from the arrays' beginning. */
record LongTestRing(LongRing ring) implements TestRing {
    @Override
    public boolean offer(long element) {
        return ring.offer(element);
    }

    @Override
    public boolean offerBulk(long first, int count) {
        return ring.offerBulk(from(first, count), 1, count);
    }

    @Override
    public int offerBurst(long first, int count) {
        return ring.offerBurst(from(first, count), 1, count);
    }

    private static long[] from(long first, int count) {
        long[] elements = new long[count + 1];
        for (int i = 0; i < count; i++) {
            elements[i + 1] = first + i;
        }
        return elements;
    }

    @Override
    public long poll() {
        return ring.poll(-1);
    }

    @Override
    public long[] pollBulk(int count) {
        long[] into = new long[count + 1];
        return Arrays.copyOfRange(into, 1, 1 + (ring.pollBulk(into, 1, count) ? count : 0));
    }

    @Override
    public long[] pollBurst(int limit) {
        long[] into = new long[limit + 1];
        return Arrays.copyOfRange(into, 1, 1 + ring.pollBurst(into, 1, limit));
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
