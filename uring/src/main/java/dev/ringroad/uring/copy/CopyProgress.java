package dev.ringroad.uring.copy;

import java.util.concurrent.atomic.LongAdder;

/** How far a copy is; any thread may look while it goes on. */
public final class CopyProgress {
    final LongAdder files = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder directories = new LongAdder();
    final LongAdder links = new LongAdder();
    final LongAdder severalNames = new LongAdder();
    final LongAdder compared = new LongAdder();
    final LongAdder failures = new LongAdder();

    /** Nothing copied yet. */
    public CopyProgress() {}

    /** Files that are copied whole. */
    public long files() {
        return files.sum();
    }

    /** Bytes of files that are read and written, or found to be a hole. */
    public long bytes() {
        return bytes.sum();
    }

    /** Directories made or merged into. */
    public long directories() {
        return directories.sum();
    }

    /** Symbolic links made. */
    public long links() {
        return links.sum();
    }

    /** Copied files that have other names too (hard links): each name became a file of its own. */
    public long severalNames() {
        return severalNames.sum();
    }

    /** Copied files that were read back and were as they should be. */
    public long compared() {
        return compared.sum();
    }

    /** Things that were not copied, each of which there was a sentence about. */
    public long failures() {
        return failures.sum();
    }
}
