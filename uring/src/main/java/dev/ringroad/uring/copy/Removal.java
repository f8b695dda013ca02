package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.DirectoryEntries;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FilesAt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Removes a tree however deep it is, with two descriptors; follows no link. */
final class Removal {
    private static final byte[] UP = {'.', '.'};

    private final Arena arena;
    private final DirectoryEntries entries;
    private final MemorySegment name;

    private Removal(Arena arena) {
        this.arena = arena;
        entries = new DirectoryEntries(arena);
        name = NativeName.allocate(arena);
    }

    /**
     * Removes a file, a link, or a directory with all that is in it.
     *
     * @return 0, or the negated errno of what could not be removed
     */
    static int remove(int directory, byte[] name) {
        try (Arena arena = Arena.ofConfined()) {
            return new Removal(arena).tree(directory, name);
        }
    }

    private int tree(int directory, byte[] top) {
        int done = FilesAt.unlink(directory, NativeName.fill(name, top));
        if (done != -Errno.EISDIR && done != -Errno.EPERM) {
            return done;
        }
        MemorySegment up = NativeName.path(arena, UP);
        Deque<byte[]> way = new ArrayDeque<>();
        int open = enter(directory, top);
        if (open < 0) {
            return open;
        }
        way.push(top);
        while (true) {
            List<byte[]> below = empty(open);
            if (!below.isEmpty()) {
                byte[] next = below.getFirst();
                int deeper = enter(open, next);
                FilesAt.close(open);
                if (deeper < 0) {
                    return deeper;
                }
                open = deeper;
                way.push(next);
                continue;
            }
            byte[] finished = way.pop();
            if (way.isEmpty()) {
                FilesAt.close(open);
                return FilesAt.removeDirectory(directory, NativeName.fill(name, finished));
            }
            int above = FilesAt.open(open, up, FilesAt.directoryFlag(), 0);
            FilesAt.close(open);
            if (above < 0) {
                return above;
            }
            open = above;
            done = FilesAt.removeDirectory(open, NativeName.fill(name, finished));
            if (done < 0) {
                FilesAt.close(open);
                return done;
            }
        }
    }

    private int enter(int directory, byte[] child) {
        int flags = FilesAt.directoryFlag() | FilesAt.noFollowFlag();
        return FilesAt.open(directory, NativeName.fill(name, child), flags, 0);
    }

    // Removes what is no directory; answers the directories.
    private List<byte[]> empty(int open) {
        List<byte[]> directories = new ArrayList<>();
        List<byte[]> names = new ArrayList<>();
        entries.list(open);
        while (entries.next()) {
            names.add(entries.name());
        }
        for (byte[] each : names) {
            int done = FilesAt.unlink(open, NativeName.fill(name, each));
            if (done == -Errno.EISDIR || done == -Errno.EPERM) {
                directories.add(each);
            }
        }
        return directories;
    }
}
