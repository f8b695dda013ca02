package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.FileStatus;
import dev.ringroad.core.linux.FilesAt;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where copies go.
 *
 * @param descriptor of the directory that they get into, open
 * @param name of the copy, or null when it is called as its source is
 */
record Destination(int descriptor, byte @Nullable [] name, Identity identity)
        implements AutoCloseable {
    private static final byte[] DOT = {'.'};
    private static final byte[] UP = {'.', '.'};

    /**
     * By the rules of {@code cp}: into a directory that is there, or under a new name.
     *
     * @throws IOException when there is no such place
     */
    static Destination find(Path path, int sources) throws IOException {
        byte[] bytes = NativeName.bytes(path);
        Destination directory = open(bytes, null);
        if (directory != null) {
            return directory;
        }
        if (sources > 1) {
            throw new IOException(
                    "To copy several things, the destination has to be a directory, and "
                            + path
                            + " is none that can be opened.");
        }
        int slash = bytes.length - 1;
        while (slash >= 0 && bytes[slash] != '/') {
            slash--;
        }
        byte[] name = Arrays.copyOfRange(bytes, slash + 1, bytes.length);
        if (name.length >= NativeName.BYTES) {
            throw new IOException(
                    "The copy's name has "
                            + name.length
                            + " bytes, more than any file system takes: choose a shorter one.");
        }
        Destination above = open(slash < 0 ? DOT : Arrays.copyOf(bytes, slash + 1), name);
        if (above == null) {
            throw new IOException(
                    "The directory that "
                            + path
                            + " is to be in cannot be opened: make it first, or check its rights.");
        }
        return above;
    }

    private static @Nullable Destination open(byte[] path, byte @Nullable [] name) {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor =
                    FilesAt.open(
                            FilesAt.WORKING_DIRECTORY,
                            NativeName.path(arena, path),
                            FilesAt.directoryFlag(),
                            0);
            if (descriptor < 0) {
                return null;
            }
            FileStatus status = new FileStatus(arena);
            int ignored = status.ask(descriptor);
            return new Destination(descriptor, name, Identity.of(status));
        }
    }

    /** The same directory under another descriptor, or the negated errno. */
    int another() {
        try (Arena arena = Arena.ofConfined()) {
            return FilesAt.open(
                    descriptor, NativeName.path(arena, DOT), FilesAt.directoryFlag(), 0);
        }
    }

    /** Whether it is a directory or lies somewhere below it. */
    boolean isBelow(Identity directory) {
        try (Arena arena = Arena.ofConfined()) {
            FileStatus status = new FileStatus(arena);
            int open = another();
            Identity last = null;
            while (open >= 0) {
                Identity here = status.ask(open) == 0 ? Identity.of(status) : null;
                if (here == null || here.equals(directory) || here.equals(last)) {
                    FilesAt.close(open);
                    return directory.equals(here);
                }
                last = here;
                int above =
                        FilesAt.open(open, NativeName.path(arena, UP), FilesAt.directoryFlag(), 0);
                FilesAt.close(open);
                open = above;
            }
            return false;
        }
    }

    @Override
    public void close() {
        FilesAt.close(descriptor);
    }
}
