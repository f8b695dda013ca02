package dev.ringroad.stack.drop;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.packet.Packet;

/**
 * The counters of one stack: one for each {@link DropReason}. Written by the stack's owner only.
 */
public final class StackCounters {
    private static final DropReason[] REASONS = DropReason.values();

    private final CounterFile file;
    private final Counter[] drops = new Counter[REASONS.length];

    /** Registers a counter for each reason. */
    public StackCounters(CounterFile file) {
        this(file, "");
    }

    /**
     * Registers a counter for each reason.
     *
     * @param prefix of their names, where a file has the drops of several
     */
    public StackCounters(CounterFile file, String prefix) {
        this.file = file;
        for (int i = 0; i < REASONS.length; i++) {
            String name = prefix + REASONS[i].counterName();
            drops[i] = file.counter(name, REASONS[i].sentence());
        }
    }

    /** Counts a drop of something that is not a packet of ours any more. */
    public void count(DropReason reason) {
        drops[reason.ordinal()].increment();
    }

    /** Counts a drop and releases the packet. */
    public void drop(DropReason reason, Packet packet) {
        drops[reason.ordinal()].increment();
        packet.release();
    }

    /** How often it happened. */
    public long value(DropReason reason) {
        return drops[reason.ordinal()].value();
    }

    /** All drops together. */
    public long total() {
        long sum = 0;
        for (Counter drop : drops) {
            sum += drop.value();
        }
        return sum;
    }

    /** Another counter in the same file, for what is not a drop. */
    public Counter counter(String name, String sentence) {
        return file.counter(name, sentence);
    }
}
