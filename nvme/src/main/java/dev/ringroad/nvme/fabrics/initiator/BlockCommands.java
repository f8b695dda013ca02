package dev.ringroad.nvme.fabrics.initiator;

import static dev.ringroad.nvme.command.SubmissionEntry.CDW10_AT;
import static dev.ringroad.nvme.command.SubmissionEntry.CDW11_AT;
import static dev.ringroad.nvme.command.SubmissionEntry.CDW12_AT;

import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.SubmissionEntry;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Turns requests into commands of the NVM command set (its specification 1.0, section 3). */
final class BlockCommands {
    private static final int FORCE_UNIT_ACCESS = 1 << 30;

    private final int namespaceId;
    private final int blockBytes;
    private final MemorySegment ranges =
            Arena.ofAuto().allocate((long) Exchanges.COUNT_MAX * DatasetRange.BYTES, Long.BYTES);

    BlockCommands(NamespaceIdentity namespace) {
        namespaceId = namespace.id();
        blockBytes = namespace.geometry().blockBytes();
    }

    /** Writes the entry of a request that was checked, and says what data it moves. */
    void write(Exchanges exchanges, Exchange exchange, BlockRequest request) {
        switch (request.operation()) {
            case READ -> blocks(exchanges, exchange, request, IoOpcode.READ, true);
            case WRITE -> blocks(exchanges, exchange, request, IoOpcode.WRITE, false);
            case COMPARE -> blocks(exchanges, exchange, request, IoOpcode.COMPARE, false);
            case WRITE_ZEROES -> range(exchanges, exchange, request, IoOpcode.WRITE_ZEROES);
            case UNMAP -> unmap(exchanges, exchange, request);
            case FLUSH ->
                    SubmissionEntry.begin(
                            exchanges.entries(),
                            exchanges.entryAt(exchange),
                            IoOpcode.FLUSH,
                            0,
                            namespaceId);
            case COMPARE_AND_WRITE ->
                    throw new IllegalStateException("It is two commands: see compareAndWrite");
        }
    }

    /**
     * Writes the entries of a compare-and-write that was checked: two commands, which have to reach
     * the controller one behind the other (NVM Express Base Specification 2.0, section 3.4.2).
     */
    void compareAndWrite(
            Exchanges exchanges, Exchange first, Exchange second, BlockRequest request) {
        MemorySegment entries = exchanges.entries();
        blocks(exchanges, first, request, IoOpcode.COMPARE, false);
        SubmissionEntry.flags(entries, exchanges.entryAt(first), SubmissionEntry.FUSED_FIRST);
        range(exchanges, second, request, IoOpcode.WRITE);
        SubmissionEntry.flags(entries, exchanges.entryAt(second), SubmissionEntry.FUSED_SECOND);
        int bytes = request.blockCount() * blockBytes;
        second.data(request.data(), request.dataOffset() + bytes, bytes, false);
    }

    private void blocks(
            Exchanges exchanges,
            Exchange exchange,
            BlockRequest request,
            int opcode,
            boolean reads) {
        range(exchanges, exchange, request, opcode);
        exchange.data(
                request.data(), request.dataOffset(), request.blockCount() * blockBytes, reads);
    }

    private void range(Exchanges exchanges, Exchange exchange, BlockRequest request, int opcode) {
        MemorySegment entries = exchanges.entries();
        long at = exchanges.entryAt(exchange);
        SubmissionEntry.begin(entries, at, opcode, 0, namespaceId);
        LittleEndian.u64(entries, at + CDW10_AT, request.block());
        int force = request.forceUnitAccess() ? FORCE_UNIT_ACCESS : 0;
        LittleEndian.u32(entries, at + CDW12_AT, request.blockCount() - 1 | force);
    }

    private void unmap(Exchanges exchanges, Exchange exchange, BlockRequest request) {
        MemorySegment entries = exchanges.entries();
        long at = exchanges.entryAt(exchange);
        SubmissionEntry.begin(entries, at, IoOpcode.DATASET_MANAGEMENT, 0, namespaceId);
        LittleEndian.u32(entries, at + CDW10_AT, 0);
        LittleEndian.u32(entries, at + CDW11_AT, DatasetRange.DEALLOCATE);
        long range = (long) exchange.index * DatasetRange.BYTES;
        DatasetRange.encode(ranges, range, 0, request.blockCount(), request.block());
        exchange.data(ranges, range, DatasetRange.BYTES, false);
    }
}
