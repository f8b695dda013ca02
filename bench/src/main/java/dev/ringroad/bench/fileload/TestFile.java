package dev.ringroad.bench.fileload;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.linux.SystemCallException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of a load, open.
 *
 * @param bytes that are used of it
 * @param direct whether reads and writes go around the page cache
 */
record TestFile(Path path, Descriptor descriptor, long bytes, boolean direct)
        implements AutoCloseable {

    private static final int KIND_MASK = 0170000;
    private static final int REGULAR = 0100000;
    private static final int BLOCK_DEVICE = 0060000;

    /**
     * Refuses a file that cannot be used, before any is changed.
     *
     * @return how many bytes it has, or 0 when it has to be made
     */
    static long check(Path path, Workload workload) throws PlanRefused {
        if (!Files.exists(path)) {
            return checkMissing(path, workload);
        }
        requireKind(path);
        if (workload.mode().writes() && !workload.overwriting()) {
            throw new PlanRefused(
                    path
                            + " is there already and would be written to; name another file, or"
                            + " allow it with --overwrite");
        }
        long there = size(path, workload.mode().writes());
        long wanted = workload.fileBytes();
        if (there == 0) {
            throw new PlanRefused(path + " is empty; remove it and have one laid out with --size");
        }
        if (there < workload.blockBytes()) {
            throw new PlanRefused(
                    path
                            + " has "
                            + there
                            + " bytes, fewer than one block, "
                            + workload.blockBytes()
                            + "; choose a smaller --bs");
        }
        if (wanted > there) {
            throw new PlanRefused(
                    path
                            + " has "
                            + there
                            + " bytes, fewer than --size "
                            + wanted
                            + "; choose a smaller size, or remove the file to have it laid out");
        }
        return there;
    }

    private static long checkMissing(Path path, Workload workload) throws PlanRefused {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new PlanRefused("The folder of " + path + " does not exist; make it first");
        }
        if (workload.fileBytes() == 0) {
            throw new PlanRefused(
                    path + " does not exist; say with --size how large a file is to be made");
        }
        return 0;
    }

    private static void requireKind(Path path) throws PlanRefused {
        int kind;
        try {
            kind = (Integer) Files.getAttribute(path, "unix:mode") & KIND_MASK;
        } catch (IOException e) {
            throw new PlanRefused(path + " cannot be looked at: " + FileTrouble.words(e));
        }
        if (Files.isDirectory(path)) {
            throw new PlanRefused(path + " is a folder; name a file in it");
        }
        if (kind != REGULAR && kind != BLOCK_DEVICE) {
            throw new PlanRefused(path + " is neither a file nor a block device");
        }
    }

    /** Asked of an open file, as only that knows the size of a block device. */
    private static long size(Path path, boolean writes) throws PlanRefused {
        StandardOpenOption way = writes ? StandardOpenOption.WRITE : StandardOpenOption.READ;
        try (FileChannel channel = FileChannel.open(path, way)) {
            return channel.size();
        } catch (IOException e) {
            String what = writes ? " cannot be written to: " : " cannot be read: ";
            throw new PlanRefused(path + what + FileTrouble.words(e));
        }
    }

    /**
     * Opens a checked file, or one that was laid out.
     *
     * @param there its bytes as it was checked
     */
    static TestFile open(Path path, long there, Workload workload, boolean direct)
            throws IOException {
        long bytes = workload.fileBytes() == 0 ? there : workload.fileBytes();
        int way = workload.mode().writes() ? Descriptor.READ_WRITE : Descriptor.READ_ONLY;
        String name = path.toString();
        if (direct) {
            try {
                Descriptor open = Descriptor.open(name, way | Descriptor.DIRECT, 0, "");
                return new TestFile(path, open, bytes, true);
            } catch (SystemCallException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
                // Its file system knows no direct access: through the page cache, then.
            }
        }
        return new TestFile(path, Descriptor.open(name, way, 0, ""), bytes, false);
    }

    /** The file system, such as {@code ext4}; empty when nobody tells. */
    String fileSystem() {
        try {
            return Files.getFileStore(path).type();
        } catch (IOException e) {
            return "";
        }
    }

    boolean isInMemory() {
        return fileSystem().equals("tmpfs");
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
