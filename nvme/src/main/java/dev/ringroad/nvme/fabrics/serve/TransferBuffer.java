package dev.ringroad.nvme.fabrics.serve;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Memory for the data of one command, on loan from a {@link TransferPool}, with room around it so
 * that a PDU is sent from where the device has put its data.
 *
 * <pre>
 *         HEAD bytes       dataBytesMax       TAIL bytes
 *    |  … C2HData header |  data …  | digest, CapsuleResp … |
 *                        ^ dataAt
 * </pre>
 */
final class TransferBuffer {
    /** Room for a header, its digest, and padding for the largest alignment. */
    static final int HEAD_BYTES = 128;

    /** Room for a data digest, a CapsuleResp and its digest. */
    static final int TAIL_BYTES = 64;

    /** The pool's whole memory. */
    final MemorySegment memory;

    /** Over the whole memory; position and limit are for whoever uses it at the moment. */
    final ByteBuffer view;

    /** Where in the memory the data begin. */
    final int dataAt;

    final int dataBytesMax;

    TransferBuffer(MemorySegment memory, ByteBuffer view, int dataAt, int dataBytesMax) {
        this.memory = memory;
        this.view = view;
        this.dataAt = dataAt;
        this.dataBytesMax = dataBytesMax;
    }
}
