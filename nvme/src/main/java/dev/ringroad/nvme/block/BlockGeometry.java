package dev.ringroad.nvme.block;

/**
 * The shape of a block device.
 *
 * @param blockBytes bytes of a block, a power of two of at least 512
 * @param blocks how many blocks there are
 * @param metadataBytes bytes of metadata beside each block, 0 for none
 * @param requestBlocksMax the most blocks of one request, whatever it asks for
 * @param dataAlignment what the address of a request's memory must be a multiple of, a power of
 *     two; 1 when any does. It does not matter for memory of the heap, which is copied in any case
 * @param preferredBlocks a size, and an alignment, of requests that the device likes best; 1 when
 *     it has no preference
 */
public record BlockGeometry(
        int blockBytes,
        long blocks,
        int metadataBytes,
        int requestBlocksMax,
        int dataAlignment,
        int preferredBlocks) {
    /** The smallest block. */
    public static final int BLOCK_BYTES_MIN = 512;

    public BlockGeometry {
        if (blockBytes < BLOCK_BYTES_MIN || Integer.bitCount(blockBytes) != 1) {
            throw new IllegalArgumentException(
                    "A block has a power of two of bytes, at least 512, not " + blockBytes);
        }
        if (blocks < 0 || blocks > Long.MAX_VALUE / blockBytes) {
            throw new IllegalArgumentException("A device cannot have " + blocks + " blocks");
        }
        if (metadataBytes < 0 || requestBlocksMax < 1 || preferredBlocks < 1) {
            throw new IllegalArgumentException(
                    "Not a shape: "
                            + metadataBytes
                            + " bytes of metadata, requests of "
                            + requestBlocksMax
                            + " blocks, "
                            + preferredBlocks
                            + " preferred");
        }
        if (Integer.bitCount(dataAlignment) != 1) {
            throw new IllegalArgumentException(
                    "An alignment is a power of two, not " + dataAlignment);
        }
    }

    /** Bytes of all blocks. */
    public long byteSize() {
        return blocks * blockBytes;
    }
}
