package dev.ringroad.uring.copy;

/**
 * How a tree is copied.
 *
 * @param recursive whether directories are copied, with what is in them
 * @param preserve whether copies get the times of what they are copied from, and its permissions
 *     whatever the umask says
 * @param replace whether a file that is there already is replaced
 * @param sync whether each file is on the disk before it gets its name
 * @param verify whether each copy is read back, from the disk where it is on one, and compared
 * @param depth how many small files are under way at once, and a piece of large ones for each 16
 * @param ring whether io_uring is used, where the kernel has it
 */
public record CopyOptions(
        boolean recursive,
        boolean preserve,
        boolean replace,
        boolean sync,
        boolean verify,
        int depth,
        boolean ring) {

    /** What is usually quickest. */
    public static final int DEPTH = 32;

    /** Bounds the descriptors and the memory that is locked, up to 192 KiB for each. */
    public static final int DEPTH_MAX = 1024;

    public CopyOptions {
        if (depth < 1 || depth > DEPTH_MAX) {
            throw new IllegalArgumentException("The depth is 1 to " + DEPTH_MAX + ", not " + depth);
        }
    }

    /** Trees, and nothing that is there is touched. */
    public static CopyOptions trees() {
        return new CopyOptions(true, false, false, false, false, DEPTH, true);
    }

    /** The same, keeping times and permissions. */
    public CopyOptions preserving() {
        return new CopyOptions(recursive, true, replace, sync, verify, depth, ring);
    }

    /** The same, replacing files that are there. */
    public CopyOptions replacing() {
        return new CopyOptions(recursive, preserve, true, sync, verify, depth, ring);
    }

    /** The same, with each file on the disk before it gets its name. */
    public CopyOptions syncing() {
        return new CopyOptions(recursive, preserve, replace, true, verify, depth, ring);
    }

    /** The same, reading each copy back. */
    public CopyOptions verifying() {
        return new CopyOptions(recursive, preserve, replace, sync, true, depth, ring);
    }

    /** The same at another depth. */
    public CopyOptions withDepth(int other) {
        return new CopyOptions(recursive, preserve, replace, sync, verify, other, ring);
    }

    /** The same with plain system calls. */
    public CopyOptions withoutRing() {
        return new CopyOptions(recursive, preserve, replace, sync, verify, depth, false);
    }
}
