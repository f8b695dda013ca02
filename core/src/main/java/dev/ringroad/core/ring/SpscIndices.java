package dev.ringroad.core.ring;

/**
 * The two indices of a single-producer, single-consumer ring, each on lines of its own. The JVM
 * lays the fields of a superclass before those of its subclasses, so a chain of classes keeps the
 * padding where it is wanted; two lines of it, because hardware fetches lines in pairs.
 */
final class SpscIndices {
    private SpscIndices() {}

    /** Keeps what stands before the object away from the producer's line. */
    static class Before {
        long b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15;
    }

    /** What only the producer writes. */
    static class Producer extends Before {
        /** Next position to fill; published with release after the element. */
        long tail;

        /** The producer's last view of {@code head}. */
        long headSeen;
    }

    /** Keeps producer and consumer apart. */
    static class Between extends Producer {
        long m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15;
    }

    /** What only the consumer writes. */
    static class Consumer extends Between {
        /** Next position to take; published with release after the slot has been emptied. */
        long head;

        /** The consumer's last view of {@code tail}. */
        long tailSeen;
    }

    /** Keeps the subclass's fields and the next object away from the consumer's line. */
    static class After extends Consumer {
        long a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;
    }
}
