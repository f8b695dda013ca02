package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What this kernel's io_uring can do, found out by asking it and by making rings.
 *
 * <pre>
 *   struct io_uring_probe (linux/io_uring.h)                struct io_uring_probe_op, 8 bytes each, from 16 on
 *   0         1       2                                     0        1          2       4
 *   | last op | count | reserved                |           | opcode | reserved | flags | reserved |
 * </pre>
 *
 * @param operations that an entry may ask for
 * @param flags that a ring can be made with, each tried alone or with those that it needs
 * @param features that the kernel reports
 */
public record UringProbe(Set<Operation> operations, Set<SetupFlag> flags, Set<Feature> features) {
    private static final int REGISTER_PROBE = 8;
    private static final int OPERATIONS_MAX = 256;
    private static final int HEADER_BYTES = 16;
    private static final int OPERATION_BYTES = 8;
    private static final short SUPPORTED = 1;
    private static final int UNREGISTER_RING = 21;
    private static final int USE_REGISTERED_RING = 1 << 31;
    private static final int ENTRIES = 4;
    private static final int PAGE_BYTES = 4096;

    /**
     * Asks the kernel.
     *
     * @throws SystemCallException when rings are refused altogether, with the remedy
     */
    public static UringProbe run() throws SystemCallException {
        try (Uring ring = Uring.open(UringConfig.of(ENTRIES).plain())) {
            return new UringProbe(
                    operations(ring.descriptor().number()), flagsByTrial(), ring.features());
        }
    }

    private static Set<Operation> operations(int ring) throws SystemCallException {
        EnumSet<Operation> supported = EnumSet.noneOf(Operation.class);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer =
                    arena.allocate(HEADER_BYTES + OPERATIONS_MAX * OPERATION_BYTES, Long.BYTES);
            int asked = IoUring.register(ring, REGISTER_PROBE, answer, OPERATIONS_MAX);
            Registration.check(asked, "probe");
            int count = Byte.toUnsignedInt(answer.get(JAVA_BYTE, 1));
            for (Operation operation : Operation.values()) {
                long at = HEADER_BYTES + (long) operation.code() * OPERATION_BYTES;
                if (operation.code() < count && (answer.get(JAVA_SHORT, at + 2) & SUPPORTED) != 0) {
                    supported.add(operation);
                }
            }
        }
        return Collections.unmodifiableSet(supported);
    }

    private static Set<SetupFlag> flagsByTrial() throws SystemCallException {
        EnumSet<SetupFlag> known = EnumSet.noneOf(SetupFlag.class);
        try (Arena arena = Arena.ofConfined()) {
            RingParameters parameters = new RingParameters(arena);
            // Memory for the queues of the rings that want some.
            MemorySegment queues = arena.allocate(2 * PAGE_BYTES, PAGE_BYTES);
            for (SetupFlag flag : SetupFlag.values()) {
                int made = trial(parameters, flag, queues);
                if (made >= 0) {
                    end(made, flag);
                    known.add(flag);
                } else if (made != -Errno.EINVAL) {
                    throw new SystemCallException("io_uring_setup(" + flag + ")", -made, "");
                }
            }
        }
        return Collections.unmodifiableSet(known);
    }

    private static int trial(RingParameters parameters, SetupFlag flag, MemorySegment queues)
            throws SystemCallException {
        EnumSet<SetupFlag> flags = EnumSet.of(flag);
        flags.addAll(flag.needs());
        UringConfig config = UringConfig.of(ENTRIES).withCompletionEntries(2 * ENTRIES);
        MemorySegment request = parameters.request(SetupFlag.bits(flags), config);
        if (flags.contains(SetupFlag.NO_MMAP)) {
            parameters.setMemory(queues.address(), queues.address() + PAGE_BYTES);
        }
        if (flag != SetupFlag.ATTACH_WQ) {
            return IoUring.setup(ENTRIES, request);
        }
        try (Uring other = Uring.open(UringConfig.of(ENTRIES).plain())) {
            parameters.request(0, config.withWorkersOf(other));
            return IoUring.setup(ENTRIES, request);
        }
    }

    private static void end(int made, SetupFlag flag) {
        if (flag != SetupFlag.REGISTERED_FD_ONLY) {
            Descriptor.adopt(made).close();
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment index = arena.allocate(16, Long.BYTES);
            index.set(JAVA_INT, 0, made);
            int ignored = IoUring.register(made, UNREGISTER_RING | USE_REGISTERED_RING, index, 1);
        }
    }

    /** Why an operation is not there, as a clause. */
    public String whyMissing(Operation operation) {
        return Missing.reason(operation.name(), operation.since());
    }

    /** Why a flag is not there, as a clause. */
    public String whyMissing(SetupFlag flag) {
        return Missing.reason(flag.name(), flag.since());
    }

    /** Why a feature is not there, as a clause. */
    public String whyMissing(Feature feature) {
        return Missing.reason(feature.name(), feature.since());
    }
}
