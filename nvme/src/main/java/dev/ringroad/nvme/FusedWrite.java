package dev.ringroad.nvme;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.SubmissionEntry;

/** A comparison and a write as one: two commands, fused, one behind the other in the ring. */
final class FusedWrite {
    // The fuse bits stand where an opcode would have its upper byte.
    private static final int COMPARE = IoOpcode.COMPARE | SubmissionEntry.FUSED_FIRST << 8;
    private static final int WRITE = IoOpcode.WRITE | SubmissionEntry.FUSED_SECOND << 8;

    private FusedWrite() {}

    /**
     * Sends both or neither.
     *
     * @return 0, or a {@link Refusal}
     */
    static int submit(
            QueuePair pair,
            NvmeController controller,
            long token,
            NvmeNamespace namespace,
            long block,
            int blockCount,
            DmaMemory compared,
            long comparedOffset,
            DmaMemory written,
            long writtenOffset) {
        int refusal = controller.refusesCompareAndWrite(blockCount);
        if (refusal != 0) {
            return refusal;
        }
        if (pair.free() < 2) {
            return pair.fullOrStopped();
        }
        Trackers trackers = pair.trackers();
        // The second is known to be fine before the first is in the ring.
        int second = trackers.free[trackers.freeCount - 2];
        long bytes = (long) blockCount * namespace.blockDataBytes;
        refusal = pair.pointers().build(written, writtenOffset, bytes, second);
        if (refusal == 0) {
            refusal =
                    pair.transfer(
                            token,
                            COMPARE,
                            namespace,
                            block,
                            blockCount,
                            compared,
                            comparedOffset,
                            0,
                            0);
        }
        if (refusal != 0) {
            return refusal;
        }
        int first = trackers.free[trackers.freeCount];
        int ignored =
                pair.transfer(
                        token, WRITE, namespace, block, blockCount, written, writtenOffset, 0, 0);
        trackers.fuse(first, second);
        return 0;
    }
}
