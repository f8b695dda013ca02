package dev.ringroad.workloads;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/**
 * Heap bytes allocated between {@link #start} and {@link #stop}, by this thread and by all threads.
 */
final class AllocationMeter {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long threadBytes;
    private long processBytes;

    AllocationMeter() {
        // The first readings load classes and box for themselves; have that over before it counts.
        start();
        stop();
    }

    void start() {
        processBytes = threads.getTotalThreadAllocatedBytes();
        threadBytes = threads.getCurrentThreadAllocatedBytes();
    }

    void stop() {
        threadBytes = threads.getCurrentThreadAllocatedBytes() - threadBytes;
        processBytes = threads.getTotalThreadAllocatedBytes() - processBytes;
    }

    /** Adds the bytes of the last interval to a line. */
    void describe(ResultLine line) {
        line.with("thread-bytes", threadBytes).with("process-bytes", processBytes);
    }
}
