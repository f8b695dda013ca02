package dev.ringroad.testkit.nvme;

import dev.ringroad.bench.nvme.InstantController;
import dev.ringroad.bench.nvme.ModelDevice;
import dev.ringroad.bench.nvme.ModelQueue;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A controller that keeps blocks, in memory: it reads PRPs and moves data. */
final class DiskController extends InstantController {
    private static final int PAGE = 4096;
    private static final int BLOCK_SHIFT = 9;

    private final MemorySegment disk;
    private final int metadataBytes;
    private final boolean extended;
    private final long blocks;
    private boolean fusedFailed;

    /**
     * @param metadataBytes of each block
     * @param extended whether they follow each block in the data
     */
    DiskController(ModelDevice device, long blocks, int metadataBytes, boolean extended) {
        super(device);
        this.blocks = blocks;
        this.metadataBytes = metadataBytes;
        this.extended = extended;
        disk = Arena.ofAuto().allocate(blocks * (BLOCK_BYTES + metadataBytes));
    }

    @Override
    protected void identify(IdentifyNamespace identity) {
        super.identify(identity);
        identity.blocks(blocks)
                .format(0, BLOCK_SHIFT, metadataBytes)
                .format(extended ? IdentifyNamespace.METADATA_EXTENDS : 0);
    }

    @Override
    protected int serve(ModelQueue queue) {
        int done = 0;
        while (queue.hasCommand()) {
            long at = queue.take();
            MemorySegment commands = queue.submissions();
            int status = carryOut(commands.asSlice(at, SubmissionEntry.BYTES));
            queue.complete(0, SubmissionEntry.commandId(commands, at), status);
            done++;
        }
        if (done > 0) {
            interrupt(queue);
        }
        return done;
    }

    private int carryOut(MemorySegment command) {
        int opcode = SubmissionEntry.opcode(command, 0);
        long block = SubmissionEntry.quadWord(command, 0, 10);
        int count = (SubmissionEntry.doubleWord(command, 0, 12) & 0xffff) + 1;
        if (opcode == IoOpcode.FLUSH) {
            return NvmeStatus.SUCCESS;
        }
        if (opcode == IoOpcode.DATASET_MANAGEMENT) {
            return deallocate(command);
        }
        if (block < 0 || block > blocks - count) {
            return NvmeStatus.LBA_OUT_OF_RANGE;
        }
        boolean fused = SubmissionEntry.fused(command, 0) != 0;
        switch (opcode) {
            case IoOpcode.READ, IoOpcode.COMPARE -> {
                int status = transfer(command, opcode, block, count);
                fusedFailed = fused && status != 0;
                return status;
            }
            case IoOpcode.WRITE -> {
                return fused && fusedFailed
                        ? NvmeStatus.ABORTED_FAILED_FUSED
                        : transfer(command, opcode, block, count);
            }
            case IoOpcode.WRITE_ZEROES -> {
                long stride = (long) BLOCK_BYTES + metadataBytes;
                disk.asSlice(block * stride, count * stride).fill((byte) 0);
                return NvmeStatus.SUCCESS;
            }
            default -> {
                return NvmeStatus.INVALID_OPCODE;
            }
        }
    }

    private int deallocate(MemorySegment command) {
        MemorySegment range = memory(SubmissionEntry.prp1(command, 0), DatasetRange.BYTES);
        long block = DatasetRange.firstBlock(range, 0);
        long count = DatasetRange.blockCount(range, 0);
        return block >= 0 && block <= blocks - count
                ? NvmeStatus.SUCCESS
                : NvmeStatus.LBA_OUT_OF_RANGE;
    }

    private int transfer(MemorySegment command, int opcode, long block, int count) {
        int stride = BLOCK_BYTES + (extended ? metadataBytes : 0);
        long metadata = SubmissionEntry.metadata(command, 0);
        for (int i = 0; i < count; i++) {
            MemorySegment stored =
                    disk.asSlice(
                            (block + i) * (BLOCK_BYTES + metadataBytes),
                            BLOCK_BYTES + metadataBytes);
            for (int at = 0; at < stride; at += Integer.BYTES) {
                MemorySegment there = memory(address(command, (long) i * stride + at), 4);
                if (!move(opcode, stored.asSlice(at, 4), there)) {
                    return NvmeStatus.COMPARE_FAILURE;
                }
            }
            if (metadataBytes > 0 && !extended) {
                MemorySegment there = memory(metadata + (long) i * metadataBytes, metadataBytes);
                if (!move(opcode, stored.asSlice(BLOCK_BYTES, metadataBytes), there)) {
                    return NvmeStatus.COMPARE_FAILURE;
                }
            }
        }
        return NvmeStatus.SUCCESS;
    }

    private static boolean move(int opcode, MemorySegment stored, MemorySegment there) {
        switch (opcode) {
            case IoOpcode.READ -> there.copyFrom(stored);
            case IoOpcode.WRITE -> stored.copyFrom(there);
            default -> {
                return stored.mismatch(there) < 0;
            }
        }
        return true;
    }

    /** Where a byte of the data is, by PRPs. */
    private long address(MemorySegment command, long offset) {
        long first = SubmissionEntry.prp1(command, 0);
        long second = SubmissionEntry.prp2(command, 0);
        long inFirst = PAGE - (first & PAGE - 1);
        if (offset < inFirst) {
            return first + offset;
        }
        long behind = offset - inFirst;
        long end = (SubmissionEntry.doubleWord(command, 0, 12) & 0xffff) + 1L;
        long bytes = end * (BLOCK_BYTES + (extended ? metadataBytes : 0));
        if (bytes - inFirst <= PAGE) {
            return second + behind;
        }
        long entry = second + behind / PAGE * Long.BYTES;
        return memory(entry, Long.BYTES).get(ValueLayout.JAVA_LONG, 0) + behind % PAGE;
    }
}
