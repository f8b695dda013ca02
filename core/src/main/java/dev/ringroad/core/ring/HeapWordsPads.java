package dev.ringroad.core.ring;

/**
 * The layout of {@link HeapWords}. The JVM lays the fields of a superclass before those of its
 * subclasses, so a chain of classes keeps the padding where it is wanted; two lines of it, because
 * hardware fetches lines in pairs.
 */
final class HeapWordsPads {
    private HeapWordsPads() {}

    /** Keeps what stands before the object away from the head. */
    static class Before {
        long b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15;
    }

    /** What a claim moves. */
    static class Head extends Before {
        long head;
    }

    /** Keeps claims and publications apart. */
    static class Between extends Head {
        long m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15;
    }

    /** What a publication moves. */
    static class Tail extends Between {
        long tail;
    }

    /** Keeps the next object away from the tail. */
    static class After extends Tail {
        long a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;
    }
}
