package dev.ringroad.nvme;

import dev.ringroad.nvme.command.NvmeStatus;

/**
 * What happens to a queue pair beside its hot path: late commands are found, and what a reset of
 * the controller means for it is done. Owned by the queue's thread, but for the volatile fields.
 *
 * <p>A command's age is counted in looks, not in time, and a look comes at most once in its period.
 * So a queue whose owner has not polled for long, as its machine stood still, takes no command for
 * late that it gave the controller no chance to complete.
 */
final class QueueWatch {
    private final NvmeController controller;
    private final QueuePair pair;
    private final Trackers trackers;
    private final boolean interrupts;
    private final long periodNanos;
    private final int lateAge;

    /** When to look again. */
    long nextCheckNanos;

    /** The epoch whose reset the owner has taken note of; the rings are empty since. */
    private volatile int acknowledgedEpoch;

    /** The epoch for which the controller has made the queues. */
    private volatile int madeEpoch = -1;

    /** Why the controller could not make them; 0 for no reason yet. */
    private volatile int makingStatus;

    QueueWatch(
            NvmeController controller,
            QueuePair pair,
            Trackers trackers,
            boolean interrupts,
            long timeoutNanos) {
        this.interrupts = interrupts;
        this.controller = controller;
        this.pair = pair;
        this.trackers = trackers;
        long health = controller.config().healthNanos();
        periodNanos = Math.min(health, Math.max(1, timeoutNanos / 4));
        lateAge = (int) Math.min(timeoutNanos / periodNanos + 1, Integer.MAX_VALUE / 4);
        nextCheckNanos = controller.config().nowNanos() + periodNanos;
        acknowledgedEpoch = controller.epoch();
    }

    /** Has late commands aborted, then the controller reset; and lets the controller work. */
    void check(long nowNanos) {
        nextCheckNanos = nowNanos + periodNanos;
        boolean hopeless = false;
        if (trackers.outstanding() > 0) {
            for (int index = 0; index < trackers.depth(); index++) {
                if (trackers.inFlight(index)) {
                    hopeless |= isHopeless(index);
                }
            }
        }
        if (hopeless) {
            controller.requestReset(pair.epoch());
        }
        if (pair.id() != 0) {
            int ignored = controller.poll(nowNanos);
        }
    }

    private boolean isHopeless(int index) {
        int age = ++trackers.ages[index];
        if (age < lateAge) {
            return false;
        }
        if (pair.id() == 0) {
            return true;
        }
        if (age == lateAge) {
            pair.counters().aborts++;
            controller.requestAbort(pair.id(), trackers.id(index));
        }
        return age >= 2 * lateAge;
    }

    /** On behalf of the owner, the first command with a token. */
    boolean abort(long token) {
        for (int index = 0; index < trackers.depth(); index++) {
            if (trackers.inFlight(index) && trackers.tokens[index] == token) {
                controller.requestAbort(pair.id(), trackers.id(index));
                return true;
            }
        }
        return false;
    }

    boolean isLate(int index) {
        return trackers.ages[index] >= lateAge;
    }

    /**
     * The owner's poll while the controller is not what it was when the queues were made.
     *
     * @return how many commands were told
     */
    int pollStopped(long nowNanos) {
        pair.stop();
        int ignored = controller.poll(nowNanos);
        int epoch = controller.epoch();
        if (acknowledgedEpoch != epoch) {
            if (controller.quiescedEpoch() != epoch) {
                return 0;
            }
            int status = controller.statusOfStopped();
            int late = status == NvmeStatus.RESET ? NvmeStatus.TIMED_OUT : status;
            int told = pair.abandon(status, late);
            makingStatus = 0;
            acknowledgedEpoch = epoch;
            return told;
        }
        if (madeEpoch == epoch) {
            pair.start(epoch, controller.shadowDoorbells(pair.id()));
            nextCheckNanos = nowNanos + periodNanos;
        }
        return 0;
    }

    // ---- the controller's side ----

    boolean hasInterrupt() {
        return interrupts;
    }

    /** Whether the queues can be, and have to be, made for an epoch. */
    boolean wantsQueues(int epoch) {
        return acknowledgedEpoch == epoch && madeEpoch != epoch && makingStatus == 0;
    }

    /** The owner has not got it yet, so that a reset meanwhile is nothing to tell. */
    void acknowledgeUnused(int epoch) {
        acknowledgedEpoch = epoch;
    }

    void made(int epoch) {
        madeEpoch = epoch;
    }

    boolean isMade(int epoch) {
        return madeEpoch == epoch;
    }

    void notMade(int status) {
        makingStatus = status;
    }

    int makingStatus() {
        return makingStatus;
    }
}
