package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.FileStatus;
import dev.ringroad.core.linux.FilesAt;
import dev.ringroad.core.linux.SystemCallException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Copies files and trees with many files under way at once, by the rules of {@code cp -r}: into a
 * directory that is there, each under its own name; merging with directories that are there.
 *
 * <p>Whatever ends the copy, a file of the destination is what it was before, or absent, or
 * complete and new: files and directories that were not there are written under a temporary name
 * and renamed when all that is in them is complete. Cancelled, it removes what is unfinished;
 * killed, the next copy into that directory does.
 *
 * <p>Symbolic links are copied as such, and below the sources none is followed. Each name of a file
 * with several becomes a file of its own. Holes of large files stay holes. A file that grows
 * meanwhile is copied as long as it was, or longer; one that is cut is not copied. Owners are not
 * kept, and neither are set-user-ID and its like.
 *
 * <p>One object for one copy, which runs on the thread that calls {@link #run}.
 */
public final class TreeCopy {
    private static final int FILES_UNDER_WAY_MAX = 1000; // fewer than an inbox holds
    private static final int PATH_ONLY = 010000000; // O_PATH: the right to pass through is enough
    private static final byte[] DOT = {'.'};
    private static final byte[] UP = {'.', '.'};

    private final CopyWork work;

    /**
     * @param progress counts along
     * @param sentences is told what is not copied and why, and what else there is to know; from
     *     several threads, one at a time
     */
    public TreeCopy(CopyOptions options, CopyProgress progress, Consumer<String> sentences) {
        work = new CopyWork(options, progress, sentences);
    }

    /** Ends the copy soon, without a trace of what is unfinished; from any thread. */
    public void cancel() {
        work.cancel();
    }

    /** Whether {@link #cancel} was called. */
    public boolean isCancelled() {
        return work.isCancelled();
    }

    /**
     * Copies all sources to a destination.
     *
     * @return whether each is copied with all that is in it; what is not, a sentence was told about
     * @throws IOException when nothing was begun, with what to mend
     */
    public boolean run(List<Path> sources, Path destination) throws IOException {
        if (sources.isEmpty()) {
            throw new IOException("There is nothing to copy: name a file or directory.");
        }
        try (Destination to = Destination.find(destination, sources.size());
                FileCopier copier = copier()) {
            Gate gate = gate(copier);
            FolderWalk walk = new FolderWalk(work, copier, gate);
            try {
                Leftovers.clean(to.descriptor(), destination.toString(), work);
                for (Path source : sources) {
                    if (!work.isCancelled()) {
                        one(source, to, walk);
                    }
                }
            } finally {
                gate.awaitEmpty();
                walk.close();
            }
            if (copier instanceof RingFiles ring && ring.isBroken()) {
                throw new IllegalStateException(
                        "The ring's thread has ended; what is unfinished begins with "
                                + TemporaryNames.PREFIX);
            }
        }
        return work.isWhole();
    }

    private FileCopier copier() {
        if (work.options.ring()) {
            try {
                return RingFiles.open(work);
            } catch (SystemCallException e) {
                work.note(
                        "Copying without io_uring, which this machine refuses: " + e.getMessage());
            }
        }
        return new PlainFiles(work);
    }

    private Gate gate(FileCopier copier) {
        int limit = Math.min(2 * work.options.depth(), FILES_UNDER_WAY_MAX);
        return new Gate(limit, () -> copier instanceof RingFiles ring && ring.isBroken());
    }

    private void one(Path source, Destination to, FolderWalk walk) {
        byte[] path = NativeName.bytes(source);
        int slash = path.length - 1;
        while (slash >= 0 && path[slash] != '/') {
            slash--;
        }
        byte[] above = Arrays.copyOf(path, slash + 1);
        byte[] name = Arrays.copyOfRange(path, slash + 1, path.length);
        if (name.length == 0 || Arrays.equals(name, DOT) || Arrays.equals(name, UP)) {
            above = path; // what is in it goes right into the destination
            name = DOT;
        }
        byte[] toName = to.name();
        try (Arena arena = Arena.ofConfined()) {
            Folder base = base(above, name, to, arena);
            if (base != null) {
                walk.copy(base, name, toName == null ? name : toName, !work.options.recursive());
                base.release();
            }
        }
    }

    private @Nullable Folder base(byte[] above, byte[] name, Destination to, Arena arena) {
        int at = FilesAt.WORKING_DIRECTORY;
        FileStatus status = new FileStatus(arena);
        byte[] opened = above.length == 0 ? DOT : above;
        int from = FilesAt.open(at, NativeName.path(arena, opened), PATH_ONLY, 0);
        String shown = NativeName.shown(above) + NativeName.shown(name);
        int asked = from < 0 ? from : status.ask(from, NativeName.path(arena, name), false);
        if (asked < 0) {
            work.fail("Looking at", shown, asked);
        } else if (status.kind() == FileStatus.DIRECTORY && to.isBelow(Identity.of(status))) {
            work.fail(shown + " is not copied: the destination is in it.");
        } else {
            int into = to.another();
            if (into >= 0 && status.ask(from) == 0) {
                Folder.Target target = Folder.Target.existing(into, to.identity());
                return new Folder(work, null, above, from, Identity.of(status), target);
            }
            work.fail("Opening the destination for", shown, into);
        }
        if (from >= 0) {
            FilesAt.close(from);
        }
        return null;
    }
}
