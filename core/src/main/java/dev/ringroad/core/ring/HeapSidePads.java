package dev.ringroad.core.ring;

/**
 * The layout of {@link HeapSide}. The JVM lays the fields of a superclass before those of its
 * subclasses, so a chain of classes keeps the padding where it is wanted; two lines of it, because
 * hardware fetches lines in pairs.
 */
final class HeapSidePads {
    private HeapSidePads() {}

    /** Keeps what this side alone writes away from the head. */
    abstract static class Before extends RingSide {
        long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;

        Before(RingRole role) {
            super(role);
        }
    }

    /** What a claim moves. */
    abstract static class Head extends Before {
        long head;

        Head(RingRole role) {
            super(role);
        }
    }

    /**
     * Keeps claims and publications apart, because the other side looks at the tail only, and a
     * claim need not wait for that line.
     */
    abstract static class Between extends Head {
        long m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15;

        Between(RingRole role) {
            super(role);
        }
    }

    /** What a publication moves. */
    abstract static class Tail extends Between {
        long tail;

        Tail(RingRole role) {
            super(role);
        }
    }

    /** Keeps the next object away from the tail. */
    abstract static class After extends Tail {
        long a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;

        After(RingRole role) {
            super(role);
        }
    }
}
