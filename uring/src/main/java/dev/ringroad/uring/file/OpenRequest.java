package dev.ringroad.uring.file;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.FilesAt;

import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** What a file is opened for: {@code java.nio}'s options, checked, as flags of {@code openat2}. */
final class OpenRequest {
    /** {@code asm-generic/fcntl.h}. */
    private static final int CREATE = 0100;

    private static final int EXCLUSIVE = 0200;
    private static final int TRUNCATE = 01000;
    private static final int APPEND = 02000;
    private static final int DATA_SYNC = 010000;
    private static final int SYNC = 04010000;

    private static final int USUAL_MODE = 0666;
    private static final int FIRST_PERMISSION = 0400;

    private final Path path;
    private final Set<StandardOpenOption> standard;
    private final boolean followLinks;
    private final boolean direct;
    private final boolean directRequired;
    private final int mode;

    private OpenRequest(
            Path path,
            Set<StandardOpenOption> standard,
            boolean followLinks,
            boolean direct,
            boolean directRequired,
            int mode) {
        this.path = path;
        this.standard = standard;
        this.followLinks = followLinks;
        this.direct = direct;
        this.directRequired = directRequired;
        this.mode = mode;
    }

    static OpenRequest of(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) {
        EnumSet<StandardOpenOption> standard = EnumSet.noneOf(StandardOpenOption.class);
        boolean followLinks = true;
        boolean direct = false;
        boolean required = false;
        for (OpenOption option : options) {
            switch (option) {
                case StandardOpenOption known -> standard.add(known);
                case LinkOption _ -> followLinks = false; // there is but one
                case UringOption own -> {
                    direct = true;
                    required |= own == UringOption.DIRECT_REQUIRED;
                }
                default -> throw new UnsupportedOperationException(option + " is not supported");
            }
        }
        if (standard.contains(StandardOpenOption.APPEND)) {
            standard.add(StandardOpenOption.WRITE);
            refuse(standard, StandardOpenOption.READ);
            refuse(standard, StandardOpenOption.TRUNCATE_EXISTING);
        } else if (!standard.contains(StandardOpenOption.WRITE)) {
            standard.add(StandardOpenOption.READ);
        }
        return new OpenRequest(path, standard, followLinks, direct, required, mode(attributes));
    }

    private static void refuse(Set<StandardOpenOption> options, StandardOpenOption other) {
        if (options.contains(other)) {
            throw new IllegalArgumentException("APPEND and " + other + " exclude each other");
        }
    }

    private static int mode(FileAttribute<?>... attributes) {
        int mode = USUAL_MODE;
        for (FileAttribute<?> attribute : attributes) {
            if (!attribute.name().equals("posix:permissions")
                    || !(attribute.value() instanceof Set<?> permissions)) {
                throw new UnsupportedOperationException(
                        "A file cannot be opened with the attribute " + attribute.name());
            }
            mode = 0;
            for (Object permission : permissions) {
                mode |= FIRST_PERMISSION >> ((PosixFilePermission) permission).ordinal();
            }
        }
        return mode;
    }

    private boolean has(StandardOpenOption option) {
        return standard.contains(option);
    }

    Path path() {
        return path;
    }

    boolean isReading() {
        return has(StandardOpenOption.READ);
    }

    boolean isWriting() {
        return has(StandardOpenOption.WRITE);
    }

    boolean isAppending() {
        return has(StandardOpenOption.APPEND);
    }

    boolean isDirect() {
        return direct;
    }

    boolean isDirectRequired() {
        return directRequired;
    }

    boolean isDeletedOnClose() {
        return has(StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** Whether the file may come into being. */
    private boolean isCreating() {
        return isWriting()
                && (has(StandardOpenOption.CREATE) || has(StandardOpenOption.CREATE_NEW));
    }

    /** Whether the file cannot have been there before. */
    boolean isNew() {
        return isWriting() && has(StandardOpenOption.CREATE_NEW);
    }

    /** Rights of a new file. */
    int mode() {
        return isCreating() ? mode : 0; // openat2 refuses rights that nobody needs
    }

    /** Through the page cache. */
    int flags() {
        int flags = FilesAt.CLOSE_ON_EXEC;
        if (isWriting()) {
            flags |= isReading() ? Descriptor.READ_WRITE : Descriptor.WRITE_ONLY;
            flags |= has(StandardOpenOption.TRUNCATE_EXISTING) ? TRUNCATE : 0;
            flags |= isAppending() ? APPEND : 0;
            flags |= isCreating() ? CREATE : 0;
            flags |= isNew() ? EXCLUSIVE : 0;
        }
        if (!followLinks || isDeletedOnClose()) {
            flags |= FilesAt.noFollowFlag();
        }
        if (has(StandardOpenOption.SYNC)) {
            flags |= SYNC;
        } else if (has(StandardOpenOption.DSYNC)) {
            flags |= DATA_SYNC;
        }
        return flags;
    }

    /**
     * Past the page cache. Edges of what is written are read first, and what is appended gets its
     * place from us, since the kernel would put whole blocks at the end.
     */
    int directFlags() {
        int flags = (flags() & ~APPEND) | Descriptor.DIRECT;
        return isWriting() ? (flags & ~Descriptor.WRITE_ONLY) | Descriptor.READ_WRITE : flags;
    }

    /** Through the page cache, after the direct way has been refused, perhaps by a new file. */
    int flagsAfterRefusal() {
        return flags() & ~EXCLUSIVE;
    }
}
