package dev.ringroad.core.counter;

import dev.ringroad.core.linux.Processes;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the files of running Ringroad processes lie: {@code $XDG_RUNTIME_DIR/ringroad}, or {@code
 * /tmp/ringroad-<uid>} when there is no such folder. Files are named after the process, so {@code
 * 4711.counters}.
 */
public final class RuntimeFiles {
    private static final String COUNTERS = ".counters";
    private static final String SOCKETS = ".sockets";
    private static final Duration KEPT_AFTER_DEATH = Duration.ofDays(1);

    /** The start of a process is known to the second only. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    private RuntimeFiles() {}

    /**
     * The folder, made when it is not there; only its owner may enter.
     *
     * @throws IOException when somebody else could have put files there
     */
    public static Path directory() throws IOException {
        return directory(System.getenv(), Path.of("/tmp"));
    }

    static Path directory(Map<String, String> environment, Path temporary) throws IOException {
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        Path given = Path.of(runtime);
        Path directory =
                given.isAbsolute() && Files.isWritable(given)
                        ? given.resolve("ringroad")
                        : temporary.resolve("ringroad-" + Processes.userId());
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException _) {
            requireOurs(directory);
        }
        return directory;
    }

    // In a folder that everybody may write to, another user could have made ours first, or a link
    // to anywhere.
    private static void requireOurs(Path directory) throws IOException {
        int mode = attribute(directory, "unix:mode");
        boolean isDirectory = (mode & 0170000) == 0040000;
        boolean isOurs = attribute(directory, "unix:uid") == Processes.userId();
        boolean isClosed = (mode & 077) == 0;
        if (!isDirectory || !isOurs || !isClosed) {
            throw new IOException(
                    "The folder "
                            + directory
                            + " is not a folder of this user with rights 0700. Remedy:"
                            + " remove it, or set XDG_RUNTIME_DIR to a folder that belongs to you.");
        }
    }

    private static int attribute(Path directory, String name) throws IOException {
        Object value = Files.getAttribute(directory, name, LinkOption.NOFOLLOW_LINKS);
        return ((Integer) Objects.requireNonNull(value)).intValue();
    }

    /** The counter file of a process. */
    public static Path counters(long pid) throws IOException {
        return directory().resolve(pid + COUNTERS);
    }

    /** The socket table of a process. */
    public static Path sockets(long pid) throws IOException {
        return directory().resolve(pid + SOCKETS);
    }

    /** Processes that run and have a file here, in ascending order. */
    public static List<Long> livePids() throws IOException {
        return livePids(directory());
    }

    static List<Long> livePids(Path directory) throws IOException {
        Set<Long> pids = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                long pid = pidOf(file);
                if (pid > 0 && isOfLiveProcess(file, pid)) {
                    pids.add(pid);
                }
            }
        }
        return List.copyOf(pids);
    }

    /**
     * Whether the process that wrote a file still runs; one with the same number that began later
     * is another.
     */
    public static boolean isOfLiveProcess(Path file, long pid) {
        if (!Processes.isAlive(pid)) {
            return false;
        }
        Optional<Instant> started = ProcessHandle.of(pid).flatMap(p -> p.info().startInstant());
        try {
            Instant written =
                    Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
            return started.isPresent() && !started.get().isAfter(written.plus(START_TOLERANCE));
        } catch (IOException _) {
            return false;
        }
    }

    /**
     * Removes the files of processes that have ended: their socket tables, which say nothing any
     * more, and their counters once they are a day old.
     */
    public static void removeStale() throws IOException {
        removeStale(directory(), Instant.now());
    }

    static void removeStale(Path directory, Instant now) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                long pid = pidOf(file);
                boolean mayGo = isOld(file, now) || file.toString().endsWith(SOCKETS);
                if (pid > 0 && mayGo && !isOfLiveProcess(file, pid)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isOld(Path file, Instant now) {
        try {
            Instant changed =
                    Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
            return changed.isBefore(now.minus(KEPT_AFTER_DEATH));
        } catch (IOException _) {
            return false;
        }
    }

    /** The process that a file is named after, or -1 when it is not one of ours. */
    private static long pidOf(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.indexOf('.');
        if (dot < 1 || dot > 10 || !(name.endsWith(COUNTERS) || name.endsWith(SOCKETS))) {
            return -1;
        }
        for (int i = 0; i < dot; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(name.substring(0, dot));
    }
}
