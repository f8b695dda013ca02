package dev.ringroad.core.ring;

/**
 * What a side of a ring is there for.
 *
 * @param mode how its threads share it
 * @param capacity of the ring
 * @param lead how far this side may be ahead of the other's tail: what lies between is its own from
 *     the start
 */
record RingRole(SyncMode mode, int capacity, int lead) {
    static RingRole producers(RingShape shape) {
        return new RingRole(shape.producers(), shape.capacity(), shape.capacity());
    }

    static RingRole consumers(RingShape shape) {
        return new RingRole(shape.consumers(), shape.capacity(), 0);
    }
}
