package dev.ringroad.uring;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.KernelMapping;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * The memory of a ring: both queues and the entries, which the kernel made, and what lies beside
 * the entries, which is ours.
 */
final class RingMappings implements AutoCloseable {
    private static final long OFFSET_RINGS = 0;
    private static final long OFFSET_ENTRIES = 0x1000_0000L;

    private final KernelMapping rings;
    private final KernelMapping entries;
    private final Arena arena;
    private final MemorySegment beside;

    private RingMappings(KernelMapping rings, KernelMapping entries, Arena arena, int count) {
        this.rings = rings;
        this.entries = entries;
        this.arena = arena;
        try {
            beside = arena.allocate((long) count * SubmissionQueue.BESIDE_BYTES, Long.BYTES);
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // the mappings own the arena and close it
    static RingMappings map(Descriptor ring, RingParameters parameters, Set<SetupFlag> flags)
            throws SystemCallException {
        long entryBytes = SubmissionQueue.entryBytes(flags);
        int count = parameters.submissionEntries();
        KernelMapping rings = KernelMapping.map(ring, OFFSET_RINGS, ringBytes(parameters, flags));
        try {
            KernelMapping entries = KernelMapping.map(ring, OFFSET_ENTRIES, count * entryBytes);
            try {
                return new RingMappings(rings, entries, Arena.ofShared(), count);
            } catch (Throwable t) {
                entries.close();
                throw t;
            }
        } catch (Throwable t) {
            rings.close();
            throw t;
        }
    }

    private static long ringBytes(RingParameters parameters, Set<SetupFlag> flags) {
        long completion =
                (long) parameters.completionEntriesAt()
                        + (long) parameters.completionEntries() * CompletionQueue.entryBytes(flags);
        long array =
                flags.contains(SetupFlag.NO_SQARRAY)
                        ? 0
                        : parameters.submissionArrayAt()
                                + (long) parameters.submissionEntries() * Integer.BYTES;
        return Math.max(completion, array);
    }

    /** Both queues. */
    MemorySegment rings() {
        return rings.segment();
    }

    MemorySegment entries() {
        return entries.segment();
    }

    /** {@link SubmissionQueue#BESIDE_BYTES} for each entry. */
    MemorySegment beside() {
        return beside;
    }

    @Override
    public void close() {
        rings.close();
        entries.close();
        arena.close();
    }
}
