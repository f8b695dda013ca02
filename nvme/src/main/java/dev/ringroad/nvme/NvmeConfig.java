package dev.ringroad.nvme;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * How a controller is to be driven. Set before it is opened, read then; not for several threads.
 */
public final class NvmeConfig {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long PAUSE_NANOS = 10_000;

    private int queuePairsWanted = 64;
    private long commandTimeoutNanos = 30 * SECOND_NANOS;
    private long adminTimeoutNanos = 60 * SECOND_NANOS;
    private long healthNanos = SECOND_NANOS / 10;
    private boolean interrupts;
    private boolean shadowDoorbells = true;
    private boolean scatterGatherLists = true;
    private LongSupplier clock = System::nanoTime;
    private Runnable pause = () -> LockSupport.parkNanos(PAUSE_NANOS);

    private NvmeConfig() {}

    /** The usual one. */
    public static NvmeConfig standard() {
        return new NvmeConfig();
    }

    /** How many queue pairs the controller is asked for; it may grant fewer. */
    public NvmeConfig queuePairsWanted(int count) {
        if (count < 1 || count > 65535) {
            throw new IllegalArgumentException("A controller has 1 to 65535 queue pairs");
        }
        queuePairsWanted = count;
        return this;
    }

    /**
     * How long an I/O command may take before it is aborted; after as long again the controller is
     * reset. Measured in steps of {@link #healthNanos}, while the queue pair is polled.
     */
    public NvmeConfig commandTimeoutNanos(long nanos) {
        commandTimeoutNanos = positive(nanos);
        return this;
    }

    /** How long an admin command may take before the controller is reset. */
    public NvmeConfig adminTimeoutNanos(long nanos) {
        adminTimeoutNanos = positive(nanos);
        return this;
    }

    /** How often it is looked whether the controller is still there and well. */
    public NvmeConfig healthNanos(long nanos) {
        healthNanos = positive(nanos);
        return this;
    }

    /** Whether interrupts are turned on, for queue pairs that ask for them. */
    public NvmeConfig interrupts(boolean wanted) {
        interrupts = wanted;
        return this;
    }

    /** Whether doorbells in memory are used where the controller offers them. */
    public NvmeConfig shadowDoorbells(boolean wanted) {
        shadowDoorbells = wanted;
        return this;
    }

    /** Whether SGLs are used where the controller offers them and PRPs would need a list. */
    public NvmeConfig scatterGatherLists(boolean wanted) {
        scatterGatherLists = wanted;
        return this;
    }

    /**
     * What tells the time to calls that wait, such as opening.
     *
     * @param clock nanoseconds, on the scale that {@code poll} is called with
     * @param pause what such a call does between two looks
     */
    public NvmeConfig clock(LongSupplier clock, Runnable pause) {
        this.clock = clock;
        this.pause = pause;
        return this;
    }

    private static long positive(long nanos) {
        if (nanos <= 0) {
            throw new IllegalArgumentException("A time has to be positive, not " + nanos);
        }
        return nanos;
    }

    int queuePairsWanted() {
        return queuePairsWanted;
    }

    long commandTimeoutNanos() {
        return commandTimeoutNanos;
    }

    long adminTimeoutNanos() {
        return adminTimeoutNanos;
    }

    long healthNanos() {
        return healthNanos;
    }

    boolean interrupts() {
        return interrupts;
    }

    boolean shadowDoorbells() {
        return shadowDoorbells;
    }

    boolean scatterGatherLists() {
        return scatterGatherLists;
    }

    long nowNanos() {
        return clock.getAsLong();
    }

    void pause() {
        pause.run();
    }
}
