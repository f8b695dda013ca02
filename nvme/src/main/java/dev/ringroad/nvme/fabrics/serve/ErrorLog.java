package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.ErrorLogEntry;
import dev.ringroad.nvme.command.IoOpcode;

import java.lang.foreign.MemorySegment;

/**
 * The commands of a controller that failed last. Any of its threads adds to it, so it is guarded;
 * who has no failures never comes here.
 */
final class ErrorLog {
    /** How many are kept. */
    static final int ENTRIES = 64;

    /** Says that no field of the command is to blame in particular. */
    private static final int NO_PARAMETER = 0xFFFF;

    private final byte[] ring = new byte[ENTRIES * ErrorLogEntry.BYTES];
    private long count;

    /** Notes a command that failed. */
    synchronized void add(int queueId, TargetCommand command, int status) {
        entry(count++ % ENTRIES)
                .count(count)
                .queueId(queueId)
                .commandId(command.commandId())
                .status(status)
                .parameter(NO_PARAMETER)
                .block(queueId > 0 ? block(command) : 0)
                .namespaceId(command.namespaceId());
    }

    private ErrorLogEntry entry(long index) {
        MemorySegment all = MemorySegment.ofArray(ring);
        return new ErrorLogEntry(all.asSlice(index * ErrorLogEntry.BYTES, ErrorLogEntry.BYTES));
    }

    /** The first block of a command that has such a thing. */
    private static long block(TargetCommand command) {
        return switch (command.opcode()) {
            case IoOpcode.READ, IoOpcode.WRITE, IoOpcode.COMPARE, IoOpcode.WRITE_ZEROES ->
                    command.firstBlock();
            default -> 0;
        };
    }

    /** How many commands have failed, those included that are no longer kept. */
    synchronized long count() {
        return count;
    }

    /** The log page, the latest first. */
    synchronized MemorySegment page() {
        MemorySegment page = MemorySegment.ofArray(new byte[ring.length]);
        long kept = Math.min(count, ENTRIES);
        for (long i = 0; i < kept; i++) {
            MemorySegment from = entry((count - 1 - i) % ENTRIES).bytes();
            MemorySegment.copy(from, 0, page, i * ErrorLogEntry.BYTES, ErrorLogEntry.BYTES);
        }
        return page;
    }
}
