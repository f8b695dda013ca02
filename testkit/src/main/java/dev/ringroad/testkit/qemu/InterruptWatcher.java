package dev.ringroad.testkit.qemu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.DmaMemory;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Turns messages into signals: each vector's message is a word of the machine's memory, and a
 * thread looks at them. There is no interrupt controller in between that could do so.
 */
final class InterruptWatcher implements AutoCloseable {
    private static final VarHandle WORD = JAVA_INT.varHandle();
    private static final long PAUSE_NANOS = 50_000;

    private final DmaMemory words;
    private final List<EventFd> events = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    /**
     * @param words one for each vector; closed with this
     */
    InterruptWatcher(DmaMemory words, int count) throws SystemCallException {
        this.words = words;
        for (int vector = 0; vector < count; vector++) {
            events.add(EventFd.create());
        }
        thread = Thread.ofPlatform().daemon().name("interrupts of QEMU").start(this::watch);
    }

    List<EventFd> events() {
        return List.copyOf(events);
    }

    /** Where a vector's message is to be written. */
    long address(int vector) {
        return words.deviceAddress((long) vector * Integer.BYTES);
    }

    private void watch() {
        MemorySegment segment = words.segment();
        while (!closed) {
            for (int vector = 0; vector < events.size(); vector++) {
                long at = (long) vector * Integer.BYTES;
                // Acquire: who is woken sees what the device wrote before its message. A message
                // between the look and the exchange is part of the same signal.
                if ((int) WORD.getAcquire(segment, at) != 0) {
                    int ignored = (int) WORD.getAndSet(segment, at, 0);
                    events.get(vector).signal();
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        events.forEach(EventFd::close);
        words.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
