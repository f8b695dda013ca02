package dev.ringroad.stack.tcp;

/**
 * Arithmetic on sequence numbers, which wrap at 2^32 (RFC 9293 section 3.4). Two numbers can be
 * compared as long as they are less than 2^31 apart; windows are at most 2^30 (RFC 7323 section
 * 2.3), so on a live connection they are.
 */
final class SequenceNumber {
    private SequenceNumber() {}

    /** Whether a comes before b. */
    static boolean before(int a, int b) {
        return a - b < 0;
    }

    /** Whether a comes before b or is b. */
    static boolean beforeOrAt(int a, int b) {
        return a - b <= 0;
    }

    /** Whether a comes after b. */
    static boolean after(int a, int b) {
        return a - b > 0;
    }

    /** Whether a comes after b or is b. */
    static boolean afterOrAt(int a, int b) {
        return a - b >= 0;
    }

    /** Whether low < x <= high, for high not before low. */
    static boolean within(int x, int low, int high) {
        return Integer.compareUnsigned(x - low - 1, high - low) < 0;
    }

    /** The later of two. */
    static int later(int a, int b) {
        return a - b >= 0 ? a : b;
    }

    /** The earlier of two. */
    static int earlier(int a, int b) {
        return a - b <= 0 ? a : b;
    }
}
