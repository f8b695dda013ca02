package dev.ringroad.nvme.block.file;

/**
 * How a file is to be a block device.
 *
 * @param blockBytes of a block, a power of two of at least 512
 * @param createBytes makes the file with so many bytes when there is none; 0 wants one that exists
 * @param readOnly never writes to it
 * @param direct goes around the page cache, which takes io_uring; memory has to be aligned to the
 *     block
 * @param ring how io_uring is wanted
 */
public record FileOptions(
        int blockBytes, long createBytes, boolean readOnly, boolean direct, Ring ring) {

    /** Whether io_uring is used. */
    public enum Ring {
        /** When it is there. */
        IF_THERE,
        /** Or the file is not opened. */
        REQUIRED,
        /** Never. */
        NEVER
    }

    private static final int BLOCK_BYTES = 512;

    public FileOptions {
        if (createBytes < 0) {
            throw new IllegalArgumentException("A file is not made with " + createBytes + " bytes");
        }
        if (createBytes > 0 && readOnly) {
            throw new IllegalArgumentException("A read-only file is not made anew");
        }
    }

    /** A file that exists, read and written through the page cache in blocks of 512 bytes. */
    public static FileOptions ordinary() {
        return new FileOptions(BLOCK_BYTES, 0, false, false, Ring.IF_THERE);
    }

    /** The same with other blocks. */
    public FileOptions withBlockBytes(int bytes) {
        return new FileOptions(bytes, createBytes, readOnly, direct, ring);
    }

    /** The same, made when there is none. */
    public FileOptions withCreateBytes(long bytes) {
        return new FileOptions(blockBytes, bytes, readOnly, direct, ring);
    }

    /** The same with another wish for io_uring. */
    public FileOptions withRing(Ring wish) {
        return new FileOptions(blockBytes, createBytes, readOnly, direct, wish);
    }

    /** The same around the page cache, or through it. */
    public FileOptions withDirect(boolean around) {
        return new FileOptions(blockBytes, createBytes, readOnly, around, ring);
    }

    /** The same, never written or both read and written. */
    public FileOptions withReadOnly(boolean never) {
        return new FileOptions(blockBytes, createBytes, never, direct, ring);
    }
}
