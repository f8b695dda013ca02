package dev.ringroad.nvme;

import dev.ringroad.nvme.command.IdentifyNamespace;

import java.io.IOException;

/**
 * A namespace of a controller: its shape, checked, for the life of the controller or until it is
 * formatted anew. Any thread may use it.
 */
public final class NvmeNamespace {
    private static final int BLOCK_SHIFT_MIN = 9;
    private static final int BLOCK_SHIFT_MAX = 16;
    private static final int COMMAND_BLOCKS_MAX = 1 << 16;

    final int id;
    final long blocks;
    final int blockDataBytes;
    final int transferBlocksMax;
    final boolean metadataApart;
    private final int blockBytes;
    private final int metadataBytes;
    private final boolean extended;
    private final IdentifyNamespace identity;

    private NvmeNamespace(
            int id, IdentifyNamespace identity, int blockShift, int metadata, long bytesMax) {
        this.id = id;
        this.identity = identity;
        blocks = identity.blocks();
        blockBytes = 1 << blockShift;
        metadataBytes = metadata;
        extended = metadata > 0 && identity.metadataExtendsBlocks();
        metadataApart = metadata > 0 && !extended;
        blockDataBytes = blockBytes + (extended ? metadata : 0);
        transferBlocksMax = (int) Math.min(bytesMax / blockDataBytes, COMMAND_BLOCKS_MAX);
    }

    /**
     * Checks what a controller says of a namespace.
     *
     * @param identity stays this object's
     * @param transferBytesMax the controller's
     * @throws IOException when it is not active or has no shape that exists
     */
    static NvmeNamespace of(
            String controller, int id, IdentifyNamespace identity, long transferBytesMax)
            throws IOException {
        String name = "Namespace " + Integer.toUnsignedString(id) + " of " + controller;
        if (identity.blocks() == 0) {
            throw new IOException(name + " is not active. Remedy: attach it, or take another one.");
        }
        int format = identity.formatIndex();
        if (format > identity.formats()) {
            throw new IOException(
                    name + " has format " + format + " of " + (identity.formats() + 1));
        }
        int shift = identity.blockShift(format);
        if (shift < BLOCK_SHIFT_MIN || shift > BLOCK_SHIFT_MAX) {
            throw new IOException(
                    name
                            + " has blocks of 2^"
                            + shift
                            + " bytes, which this driver does not handle. Remedy: format it with"
                            + " 512 or 4096.");
        }
        if (identity.blocks() < 0 || identity.blocks() > Long.MAX_VALUE >> shift) {
            throw new IOException(
                    name
                            + " says that it has 0x"
                            + Long.toHexString(identity.blocks())
                            + " blocks");
        }
        NvmeNamespace namespace =
                new NvmeNamespace(
                        id, identity, shift, identity.metadataBytes(format), transferBytesMax);
        if (namespace.transferBlocksMax == 0) {
            throw new IOException(name + " has blocks that are longer than a transfer may be");
        }
        return namespace;
    }

    /** Why a command without data cannot be of these blocks, a {@link Refusal}; or 0. */
    int refusesRange(long block, int blockCount) {
        if (block < 0 || blockCount <= 0 || block > blocks - blockCount) {
            return Refusal.OUT_OF_RANGE;
        }
        return blockCount > COMMAND_BLOCKS_MAX ? Refusal.TOO_LONG : 0;
    }

    /** Why a command cannot carry the data of these blocks, a {@link Refusal}; or 0. */
    int refusesTransfer(long block, int blockCount, long metadataAddress) {
        if (block < 0 || blockCount <= 0 || block > blocks - blockCount) {
            return Refusal.OUT_OF_RANGE;
        }
        if (blockCount > transferBlocksMax) {
            return Refusal.TOO_LONG;
        }
        return metadataAddress == 0 && metadataApart ? Refusal.NO_METADATA : 0;
    }

    /** Unsigned, at least 1. */
    public int id() {
        return id;
    }

    public long blocks() {
        return blocks;
    }

    /** Bytes of a block without metadata: 512 to 65536. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Bytes of metadata of each block, 0 for none. */
    public int metadataBytes() {
        return metadataBytes;
    }

    /** Whether the metadata follow each block in the data. */
    public boolean metadataExtendsBlocks() {
        return extended;
    }

    /** Bytes of data that a command has for each block: with the metadata when they extend it. */
    public int blockDataBytes() {
        return blockDataBytes;
    }

    /** The most blocks of one command that carries data, 1 to 65536. */
    public int transferBlocksMax() {
        return transferBlocksMax;
    }

    /** What the controller says of it, as it says it. */
    public IdentifyNamespace identity() {
        return identity;
    }
}
