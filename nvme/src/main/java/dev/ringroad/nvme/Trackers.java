package dev.ringroad.nvme;

import dev.ringroad.nvme.command.NvmeStatus;

/**
 * What is known of each command under way, made once for as many as there can be.
 *
 * <p>A command's id is the index of its tracker and, in the bits above, a generation that changes
 * with each use, so that a controller which completes a command twice is found out although the
 * tracker is in use again. An id of all ones, which stands for no command, never occurs, as there
 * is always a bit of the index that is not used to the full.
 *
 * <pre>
 *   state:  31         30      29          15           bits  0
 *           |in flight | fused | half done | generation | index |
 * </pre>
 *
 * Owned by the queue's thread.
 */
final class Trackers {
    static final int IN_FLIGHT = 1 << 31;
    static final int FUSED = 1 << 30;
    private static final int HALF_DONE = 1 << 29;
    static final int ID_MASK = 0xffff;

    /** An age that no scan brings to a limit. */
    private static final int AGELESS = Integer.MIN_VALUE / 2;

    /** By index; more than there are trackers, the rest never in flight. */
    final int[] states;

    final long[] tokens;

    /** How many scans each command has seen. */
    final int[] ages;

    private final int[] partners;
    private final int[] halves;

    final int[] free;
    final int indexMask;
    final int generation;
    int freeCount;
    private final int depth;

    /**
     * @param depth 1 to 32767
     */
    Trackers(int depth) {
        this.depth = depth;
        generation = 1 << (Integer.SIZE - Integer.numberOfLeadingZeros(depth));
        indexMask = generation - 1;
        states = new int[generation];
        tokens = new long[generation];
        ages = new int[generation];
        partners = new int[generation];
        halves = new int[generation];
        free = new int[depth];
        for (int i = 0; i < generation; i++) {
            states[i] = i;
        }
        for (int i = 0; i < depth; i++) {
            free[i] = depth - 1 - i;
        }
        freeCount = depth;
    }

    int depth() {
        return depth;
    }

    int outstanding() {
        return depth - freeCount;
    }

    /** Takes a tracker that is free; there is one. */
    int take(long token) {
        int index = free[--freeCount];
        states[index] |= IN_FLIGHT;
        tokens[index] = token;
        return index;
    }

    /** Spares the one that was taken last the time-out. */
    void lastIsAgeless() {
        ages[free[freeCount]] = AGELESS;
    }

    int id(int index) {
        return states[index] & ID_MASK;
    }

    boolean inFlight(int index) {
        return states[index] < 0;
    }

    /** Frees a tracker; its next use has another id. */
    void release(int index) {
        states[index] = states[index] + generation & ID_MASK;
        ages[index] = 0;
        free[freeCount++] = index;
    }

    /** Makes two that are in flight one of a kind: the first is fused to the second. */
    void fuse(int first, int second) {
        states[first] |= FUSED;
        states[second] |= FUSED;
        partners[first] = second;
        partners[second] = first;
    }

    /** Frees a tracker, and the one that it is fused to. */
    void releaseWithPartner(int index) {
        if ((states[index] & FUSED) != 0) {
            release(partners[index]);
        }
        release(index);
    }

    /**
     * One of a fused pair is completed.
     *
     * @return what became of both when the other is done too, which frees them; else -1
     */
    int completeHalf(int index, int status) {
        int partner = partners[index];
        if ((states[partner] & HALF_DONE) == 0) {
            states[index] |= HALF_DONE;
            halves[index] = status;
            return -1;
        }
        int other = halves[partner];
        release(index);
        release(partner);
        return isConsequence(status) || status == NvmeStatus.SUCCESS
                ? first(other, status)
                : status;
    }

    private static int first(int other, int status) {
        return other == NvmeStatus.SUCCESS ? status : other;
    }

    /** Whether a half failed only as the other did. */
    private static boolean isConsequence(int status) {
        return NvmeStatus.code(status) == NvmeStatus.ABORTED_FAILED_FUSED;
    }
}
