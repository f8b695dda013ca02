package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

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
    private static final int ENTRIES = 4;

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
        for (SetupFlag flag : SetupFlag.values()) {
            UringConfig config = UringConfig.of(ENTRIES).plain().require(flag);
            for (SetupFlag needed : flag.needs()) {
                config = config.require(needed);
            }
            try (Uring ring = Uring.open(config.withCompletionEntries(2 * ENTRIES))) {
                known.addAll(ring.flags());
            } catch (SystemCallException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
            }
        }
        return Collections.unmodifiableSet(known);
    }
}
