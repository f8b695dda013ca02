package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What is asked of {@code io_uring_setup} and what it answers.
 *
 * <p>{@code IORING_REGISTER_RESIZE_RINGS} takes and answers the same.
 *
 * <pre>
 *   struct io_uring_params (linux/io_uring.h), 120 bytes
 *   0            4            8       12          16               20         24      28        40
 *   | sq_entries | cq_entries | flags | sq thread | sq thread idle | features | wq_fd | reserved |
 *
 *   40 struct io_sqring_offsets                          80 struct io_cqring_offsets
 *   | head | tail | mask | entries | flags | dropped |   | head | tail | mask | entries | overflow |
 *   | array | reserved | user_addr (8)               |   | cqes | flags | reserved | user_addr (8) |
 * </pre>
 */
final class RingParameters {
    private static final int BYTES = 120;
    private static final int COMPLETION_ENTRIES = 4;
    private static final int FLAGS = 8;
    private static final int POLLER_CPU = 12;
    private static final int POLLER_IDLE = 16;
    private static final int FEATURES = 20;
    private static final int WORKERS_OF = 24;
    private static final int SUBMISSION = 40;
    private static final int COMPLETION = 80;
    private static final int MEMORY = 32;

    private final MemorySegment memory;

    RingParameters(Arena arena) {
        memory = arena.allocate(BYTES, Long.BYTES);
    }

    /** Fills in a request; what an earlier answer left is cleared. */
    MemorySegment request(int flags, UringConfig config) {
        memory.fill((byte) 0);
        int all = flags;
        if (config.completionEntries() != 0) {
            memory.set(JAVA_INT, COMPLETION_ENTRIES, config.completionEntries());
            all |= SetupFlag.CQ_SIZE.mask();
        }
        if (config.pollerCpu() != UringConfig.ANY_CPU) {
            memory.set(JAVA_INT, POLLER_CPU, config.pollerCpu());
            all |= SetupFlag.SQ_AFF.mask();
        }
        if (config.workersOf() != UringConfig.OWN_WORKERS) {
            memory.set(JAVA_INT, WORKERS_OF, config.workersOf());
            all |= SetupFlag.ATTACH_WQ.mask();
        }
        memory.set(JAVA_INT, FLAGS, all);
        memory.set(JAVA_INT, POLLER_IDLE, config.pollerIdleMillis());
        return memory;
    }

    /** Adds memory of ours for the queues and for the entries to a request. */
    void setMemory(long queues, long entries) {
        memory.set(JAVA_LONG, COMPLETION + MEMORY, queues);
        memory.set(JAVA_LONG, SUBMISSION + MEMORY, entries);
    }

    /** Fills in a request for other sizes. */
    MemorySegment resize(int submissionEntries, int completionEntries) {
        memory.fill((byte) 0);
        memory.set(JAVA_INT, 0, submissionEntries);
        memory.set(JAVA_INT, COMPLETION_ENTRIES, completionEntries);
        memory.set(JAVA_INT, FLAGS, SetupFlag.CQ_SIZE.mask());
        return memory;
    }

    int submissionEntries() {
        return memory.get(JAVA_INT, 0);
    }

    int completionEntries() {
        return memory.get(JAVA_INT, COMPLETION_ENTRIES);
    }

    int features() {
        return memory.get(JAVA_INT, FEATURES);
    }

    int submissionHeadAt() {
        return submission(0);
    }

    int submissionTailAt() {
        return submission(4);
    }

    int submissionFlagsAt() {
        return submission(16);
    }

    int submissionArrayAt() {
        return submission(24);
    }

    int completionHeadAt() {
        return completion(0);
    }

    int completionTailAt() {
        return completion(4);
    }

    int completionOverflowAt() {
        return completion(16);
    }

    int completionEntriesAt() {
        return completion(20);
    }

    int completionFlagsAt() {
        return completion(24);
    }

    private int submission(int field) {
        return memory.get(JAVA_INT, SUBMISSION + field);
    }

    private int completion(int field) {
        return memory.get(JAVA_INT, COMPLETION + field);
    }
}
