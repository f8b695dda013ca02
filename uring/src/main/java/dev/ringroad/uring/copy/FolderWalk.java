package dev.ringroad.uring.copy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.linux.DirectoryEntries;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FileStatus;
import dev.ringroad.core.linux.FilesAt;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Walks a tree, makes its directories and links, and hands its files to a copier. A directory is
 * listed to its end before those in it are walked, so that the names of directories are what is
 * kept, and of a deep tree only the lowest levels are open. Belongs to one thread.
 */
final class FolderWalk {
    /** Levels of a tree that are kept open, with two descriptors each. */
    private static final int OPEN_LEVELS = 64;

    private static final int OWNER = 0700;
    private static final int LINK_BYTES_MAX = 4096;

    private final CopyWork work;
    private final FileCopier copier;
    private final Gate gate;
    private final Arena arena = Arena.ofConfined();
    private final DirectoryEntries entries = new DirectoryEntries(arena);
    private final FileStatus status = new FileStatus(arena);
    private final FileStatus there = new FileStatus(arena);
    private final MemorySegment sourceName = NativeName.allocate(arena);
    private final MemorySegment name = NativeName.allocate(arena);
    private final MemorySegment link = arena.allocate(LINK_BYTES_MAX + 1);
    private final Deque<Folder> way = new ArrayDeque<>();
    private @Nullable Identity made;

    FolderWalk(CopyWork work, FileCopier copier, Gate gate) {
        this.work = work;
        this.copier = copier;
        this.gate = gate;
    }

    /**
     * Copies one thing and what is in it, but for files that are still under way.
     *
     * @param base where it is, and where its copy goes
     * @param from its name there
     * @param to the name of the copy
     * @param follow whether a symbolic link stands for what it points at
     */
    void copy(Folder base, byte[] from, byte[] to, boolean follow) {
        made = null;
        way.clear();
        way.push(base);
        int asked = status.ask(base.source(), NativeName.fill(sourceName, from), follow);
        if (asked < 0) {
            work.fail("Looking at", base.shown(from), asked);
        } else if (status.kind() == FileStatus.DIRECTORY) {
            enter(base, from, to);
        } else {
            leaf(base, from, to, follow);
        }
        while (way.size() > 1) {
            Folder folder = way.getFirst();
            byte[] next = work.isCancelled() ? null : folder.below().poll();
            if (next == null) {
                leave(folder);
            } else {
                enter(folder, next, next);
            }
        }
    }

    void close() {
        arena.close();
    }

    private void leave(Folder folder) {
        way.pop();
        Folder above = way.getFirst();
        if (above.isParked() && (folder.isParked() || !above.reopen(folder))) {
            work.fail(
                    above.shown()
                            + " was moved while it was copied: what follows in it is not copied.");
            above.below().clear();
        }
        folder.release();
    }

    private void enter(Folder folder, byte[] from, byte[] to) {
        String shown = folder.shown(from);
        if (!work.options.recursive()) {
            work.fail(shown + " is a directory: copy it with -r.");
            return;
        }
        if (folder.isParked()) {
            return; // it could not be opened again, which has been told
        }
        int flags = FilesAt.directoryFlag() | FilesAt.noFollowFlag();
        int source = FilesAt.open(folder.source(), NativeName.fill(sourceName, from), flags, 0);
        if (source < 0) {
            work.fail("Opening the directory", shown, source);
            return;
        }
        Folder.Target target = null;
        int asked = status.ask(source);
        if (asked < 0) {
            work.fail("Looking at", shown, asked);
        } else if (Identity.of(status).equals(made)) {
            work.fail(shown + " is the copy itself: a tree cannot be copied into itself.");
        } else {
            target = target(folder, shown, to);
        }
        if (target == null) {
            FilesAt.close(source);
            return;
        }
        if (made == null) {
            made = target.identity();
        }
        work.progress.directories.increment();
        Folder child = new Folder(work, folder, from, source, Identity.of(status), target);
        way.push(child);
        list(child);
        park();
    }

    private Folder.@Nullable Target target(Folder folder, String shown, byte[] to) {
        int directory = folder.destination();
        if (!folder.isFresh()) {
            int asked = there.ask(directory, NativeName.fill(name, to), false);
            if (asked == 0) {
                return existing(directory, shown);
            }
            if (asked != -Errno.ENOENT) {
                work.fail("Looking for a copy of", shown, asked);
                return null;
            }
        }
        byte[] written = folder.isFresh() ? to : TemporaryNames.next();
        int wanted = status.permissions() & FileEnd.PERMISSIONS;
        MemorySegment path = NativeName.fill(name, written);
        int done = FilesAt.makeDirectory(directory, path, wanted | OWNER);
        int opened = done < 0 ? done : open(directory, path);
        if (opened < 0) {
            if (done >= 0) {
                int ignored = FilesAt.removeDirectory(directory, path);
            }
            work.fail("Making the copy of the directory", shown, opened);
            return null;
        }
        int given = there.permissions();
        int last = work.options.preserve() ? wanted : given & ~(OWNER & ~wanted);
        return new Folder.Target(
                opened,
                to,
                folder.isFresh() ? null : written,
                true,
                last == given ? -1 : last,
                work.options.preserve() ? FileTimes.of(status) : null,
                Identity.of(there));
    }

    private Folder.@Nullable Target existing(int directory, String shown) {
        if (there.kind() != FileStatus.DIRECTORY) {
            work.fail(
                    shown
                            + " is not copied: a directory does not replace what has its name there"
                            + " and is none.");
            return null;
        }
        int opened = open(directory, name);
        if (opened < 0) {
            work.fail("Opening the directory to copy into for", shown, opened);
            return null;
        }
        Identity identity = Identity.of(there);
        if (identity.equals(Identity.of(status))) {
            FilesAt.close(opened);
            work.fail(shown + " and its copy would be the same directory: nothing is copied.");
            return null;
        }
        Leftovers.clean(opened, "the copy of " + shown, work);
        return Folder.Target.existing(opened, identity);
    }

    // Opens a directory and asks about it, into "there".
    private int open(int directory, MemorySegment path) {
        int flags = FilesAt.directoryFlag() | FilesAt.noFollowFlag();
        int opened = FilesAt.open(directory, path, flags, 0);
        if (opened < 0) {
            return opened;
        }
        int asked = there.ask(opened);
        if (asked < 0) {
            FilesAt.close(opened);
            return asked;
        }
        return opened;
    }

    private void list(Folder folder) {
        entries.list(folder.source());
        while (!work.isCancelled() && entries.next()) {
            byte[] each = entries.name();
            if (TemporaryNames.isTemporary(each)) {
                work.fail(folder.shown(each) + " is not copied: it is an unfinished copy.");
                continue;
            }
            int asked = status.ask(folder.source(), NativeName.fill(sourceName, each), false);
            if (asked < 0) {
                work.fail("Looking at", folder.shown(each), asked);
            } else if (status.kind() == FileStatus.DIRECTORY) {
                folder.below().add(each);
            } else {
                leaf(folder, each, each, false);
            }
        }
        if (entries.failure() < 0) {
            work.fail("Listing", folder.shown(), entries.failure());
        }
    }

    // Only the lowest levels stay open. What is under way in those above needs them, and comes
    // to its end first.
    private void park() {
        if (way.size() <= OPEN_LEVELS + 1) {
            return;
        }
        Folder folder = way.getFirst();
        for (int i = 0; i < OPEN_LEVELS; i++) {
            folder = parentOf(folder);
        }
        if (!folder.isParked()) {
            gate.awaitEmpty();
            folder.park();
        }
    }

    private static Folder parentOf(Folder folder) {
        Folder parent = folder.parent();
        if (parent == null) {
            throw new IllegalStateException("A base has no level above it");
        }
        return parent;
    }

    private void leaf(Folder folder, byte[] from, byte[] to, boolean follow) {
        switch (status.kind()) {
            case FileStatus.REGULAR -> file(folder, from, to, follow);
            case FileStatus.SYMBOLIC_LINK -> link(folder, from, to);
            default ->
                    work.fail(
                            folder.shown(from)
                                    + " is not copied: it is a device, a pipe or a socket, and only"
                                    + " files, directories and symbolic links are.");
        }
    }

    private void file(Folder folder, byte[] from, byte[] to, boolean follow) {
        if (!folder.isFresh() && isRefused(folder, from, to)) {
            return;
        }
        gate.enter();
        copier.copy(new FileJob(work, gate, folder, from, to, follow, status));
    }

    /** Whether what is there forbids a copy of this name. */
    private boolean isRefused(Folder folder, byte[] from, byte[] to) {
        int asked = there.ask(folder.destination(), NativeName.fill(name, to), false);
        if (asked == -Errno.ENOENT) {
            return false;
        }
        String shown = folder.shown(from);
        if (asked < 0) {
            work.fail("Looking for a copy of", shown, asked);
        } else if (Identity.of(there).equals(Identity.of(status))) {
            work.fail(shown + " and its copy would be the same file: nothing is copied.");
        } else if (there.kind() == FileStatus.DIRECTORY) {
            work.fail(shown + " is not copied: a directory has its name there.");
        } else if (!isReplaceable(there.kind())) {
            work.fail(
                    shown
                            + " is not copied: a device, a pipe or a socket has its name there, and"
                            + " only files and symbolic links are replaced.");
        } else if (!work.options.replace()) {
            work.fail(shown + " is not copied: its name is taken there. --force replaces it.");
        } else {
            return false;
        }
        return true;
    }

    private static boolean isReplaceable(int kind) {
        return kind == FileStatus.REGULAR || kind == FileStatus.SYMBOLIC_LINK;
    }

    private void link(Folder folder, byte[] from, byte[] to) {
        if (!folder.isFresh() && isRefused(folder, from, to)) {
            return;
        }
        int directory = folder.destination();
        MemorySegment target = link.asSlice(0, LINK_BYTES_MAX);
        int bytes = FilesAt.readLink(folder.source(), NativeName.fill(sourceName, from), target);
        int done = bytes;
        if (bytes >= 0) {
            link.set(JAVA_BYTE, bytes, (byte) 0);
            done = folder.isFresh() ? make(directory, to) : makeAndName(directory, to);
        }
        if (done < 0) {
            work.fail("Copying the symbolic link", folder.shown(from), done);
        } else {
            work.progress.links.increment();
        }
    }

    private int make(int directory, byte[] written) {
        MemorySegment path = NativeName.fill(name, written);
        int done = FilesAt.symbolicLink(link, directory, path);
        if (done == 0 && work.options.preserve()) {
            return FileTimes.of(status).setOn(directory, path);
        }
        return done;
    }

    private int makeAndName(int directory, byte[] to) {
        byte[] written = TemporaryNames.next();
        int done = make(directory, written);
        if (done == 0) {
            NativeName.fill(sourceName, to);
            done = FileEnd.rename(directory, name, sourceName, work.options.replace());
        }
        if (done < 0) {
            int ignored = FilesAt.unlink(directory, NativeName.fill(name, written));
        }
        return done;
    }
}
