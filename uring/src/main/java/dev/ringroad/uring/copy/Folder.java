package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FileStatus;
import dev.ringroad.core.linux.FilesAt;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A directory that is being copied, and the one that it is copied into, both open. It is finished
 * when the last of those that hold it lets it go: the walk, each directory below it, and each file
 * in it that is under way. What comes last are its permissions and times, and its name: a directory
 * that was not there before has a temporary one until all that is in it is complete.
 */
final class Folder {
    private static final byte[] DOT = {'.'};
    private static final byte[] UP = {'.', '.'};
    private static final int CLOSED = -1;

    private final CopyWork work;
    private final @Nullable Folder parent;
    private final byte[] sourceName;
    private final Target target;
    private final AtomicInteger holders = new AtomicInteger(1);
    private final Deque<byte[]> below = new ArrayDeque<>();
    private final Identity sourceIdentity;
    private int source;
    private int destination;

    /**
     * Where a folder is copied to.
     *
     * @param descriptor of the open directory, which becomes the folder's to close
     * @param name that it is to have
     * @param temporaryName that it has until it is complete, or null when it has its own
     * @param fresh whether it, or one that it lies in, has a temporary name, so that nobody finds
     *     what is in it
     * @param permissions that it gets in the end, or -1 to leave them
     * @param times that it gets in the end, or null
     */
    record Target(
            int descriptor,
            byte[] name,
            byte @Nullable [] temporaryName,
            boolean fresh,
            int permissions,
            @Nullable FileTimes times,
            Identity identity) {

        /** A directory that is there and stays as it is. */
        static Target existing(int descriptor, Identity identity) {
            return new Target(descriptor, DOT, null, false, -1, null, identity);
        }
    }

    /**
     * Takes both descriptors over.
     *
     * @param sourceName what it is called in its parent, or the path of a root, for people
     */
    Folder(
            CopyWork work,
            @Nullable Folder parent,
            byte[] sourceName,
            int source,
            Identity sourceIdentity,
            Target target) {
        this.work = work;
        this.parent = parent;
        this.sourceName = sourceName;
        this.source = source;
        this.sourceIdentity = sourceIdentity;
        this.target = target;
        destination = target.descriptor();
        if (parent != null) {
            parent.hold();
        }
    }

    /** The open directory that is read. */
    int source() {
        return source;
    }

    /** The open directory that is written. */
    int destination() {
        return destination;
    }

    /** Whether nobody looks into the destination before it is complete. */
    boolean isFresh() {
        return target.fresh();
    }

    Identity sourceIdentity() {
        return sourceIdentity;
    }

    Identity destinationIdentity() {
        return target.identity();
    }

    @Nullable Folder parent() {
        return parent;
    }

    /** Directories in it that the walk has still to go to; the walk's alone. */
    Deque<byte[]> below() {
        return below;
    }

    /** The path that is read, for people. */
    String shown() {
        String own = NativeName.shown(sourceName);
        if (parent == null) {
            return own;
        }
        String above = parent.shown();
        return above.isEmpty() ? own : above.endsWith("/") ? above + own : above + "/" + own;
    }

    /** The path of something in it. */
    String shown(byte[] name) {
        String above = shown();
        String own = NativeName.shown(name);
        return above.isEmpty() ? own : above.endsWith("/") ? above + own : above + "/" + own;
    }

    /** One more will let it go. */
    void hold() {
        int ignored = holders.incrementAndGet();
    }

    /** Lets it go; the last one finishes it, and thereby perhaps those that it lies in. */
    void release() {
        Folder folder = this;
        while (folder != null && folder.holders.decrementAndGet() == 0) {
            folder.finish();
            folder = folder.parent;
        }
    }

    /** For a tree deeper than descriptors reach: closes both until {@link #reopen}. */
    void park() {
        closeBoth();
    }

    private void closeBoth() {
        if (source >= 0) {
            FilesAt.close(source);
        }
        if (destination >= 0) {
            FilesAt.close(destination);
        }
        source = CLOSED;
        destination = CLOSED;
    }

    boolean isParked() {
        return source == CLOSED;
    }

    /**
     * Opens it again, from a folder right below it.
     *
     * @return false when one of them is no longer where it was
     */
    boolean reopen(Folder child) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment up = NativeName.path(arena, UP);
            FileStatus status = new FileStatus(arena);
            source = reopen(child.source, up, status, sourceIdentity);
            destination = reopen(child.destination, up, status, target.identity());
        }
        if (source >= 0 && destination >= 0) {
            return true;
        }
        closeBoth();
        return false;
    }

    private static int reopen(int below, MemorySegment up, FileStatus status, Identity expected) {
        int descriptor = FilesAt.open(below, up, FilesAt.directoryFlag(), 0);
        if (descriptor < 0) {
            return CLOSED;
        }
        if (status.ask(descriptor) == 0 && Identity.of(status).equals(expected)) {
            return descriptor;
        }
        FilesAt.close(descriptor);
        return CLOSED;
    }

    private void finish() {
        if (destination >= 0) {
            try (Arena arena = Arena.ofConfined()) {
                setAttributes(arena);
            }
        }
        closeBoth();
        byte[] temporary = target.temporaryName();
        if (temporary == null || parent == null) {
            return;
        }
        if (parent.destination >= 0) {
            publish(parent.destination, temporary);
        } else {
            work.fail(
                    "The copy of "
                            + shown()
                            + " stays "
                            + NativeName.shown(temporary)
                            + ", since the directory that it is in was moved.");
        }
    }

    private void setAttributes(Arena arena) {
        MemorySegment self = NativeName.path(arena, DOT);
        if (target.permissions() >= 0) {
            int set = FilesAt.setPermissions(destination, self, target.permissions());
            if (set < 0) {
                work.fail("Setting the permissions of the copy of", shown(), set);
            }
        }
        FileTimes times = target.times();
        if (times != null) {
            int set = times.setOn(destination, self);
            if (set < 0) {
                work.fail("Setting the times of the copy of", shown(), set);
            }
        }
        if (work.options.sync()) {
            int synced = FilesAt.sync(destination);
            if (synced < 0) {
                work.fail("Syncing the copy of", shown(), synced);
            }
        }
    }

    private void publish(int directory, byte[] temporary) {
        int done = -Errno.ECANCELED;
        if (!work.isCancelled()) {
            try (Arena arena = Arena.ofConfined()) {
                done =
                        FileEnd.rename(
                                directory,
                                NativeName.path(arena, temporary),
                                NativeName.path(arena, target.name()),
                                false);
            }
            if (done < 0) {
                work.fail("Giving its name to the copy of", shown(), done);
            }
        }
        if (done < 0) {
            int removed = Removal.remove(directory, temporary);
            if (removed < 0) {
                work.fail(
                        "Removing " + NativeName.shown(temporary) + ", the copy of",
                        shown(),
                        removed);
            }
        }
    }
}
