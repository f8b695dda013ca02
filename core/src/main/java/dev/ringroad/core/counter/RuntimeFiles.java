package dev.ringroad.core.counter;

import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.linux.Processes;

import org.jspecify.annotations.Nullable;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Where the files of running Ringroad processes lie: {@code $XDG_RUNTIME_DIR/ringroad}, or {@code
 * /tmp/ringroad-<uid>} when there is no such folder, or {@code ~/.ringroad} when somebody else has
 * that one. Files are named after the process, so {@code 4711.counters}.
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
     * The folder that was found.
     *
     * @param directory of this user alone
     * @param passedOver why it is not the usual one, as a sentence; null when it is
     */
    public record Found(Path directory, @Nullable String passedOver) {}

    /**
     * The folder, made when it is not there; only its owner may enter.
     *
     * @throws IOException when there is none that only this user could have put files into
     */
    public static Path directory() throws IOException {
        return find().directory();
    }

    /** The same, and why it is not the usual one. */
    public static Found find() throws IOException {
        Path home = Path.of(System.getProperty("user.home", ""));
        return find(System.getenv(), Path.of("/tmp"), home);
    }

    static Found find(Map<String, String> environment, Path temporary, Path home)
            throws IOException {
        Path given = Path.of(environment.getOrDefault("XDG_RUNTIME_DIR", ""));
        List<Path> candidates = new ArrayList<>();
        if (given.isAbsolute() && Files.isWritable(given)) {
            candidates.add(given.resolve("ringroad"));
        }
        candidates.add(temporary.resolve("ringroad-" + Processes.userId()));
        // Where nobody else can make anything.
        candidates.add(home.toAbsolutePath().resolve(".ringroad"));
        String passedOver = null;
        for (Path candidate : candidates) {
            String refusal = refusal(candidate);
            if (refusal == null) {
                return new Found(candidate, passedOver);
            }
            passedOver = passedOver == null ? refusal : passedOver;
        }
        throw new IOException(passedOver);
    }

    /** Why a folder cannot be had, as a sentence; null when it can be, and is there. */
    private static @Nullable String refusal(Path directory) {
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            return null;
        } catch (FileAlreadyExistsException _) {
            return isOurs(directory)
                    ? null
                    : "The folder "
                            + directory
                            + " is not one of this user alone. Remedy: remove it, as root if need"
                            + " be, or set XDG_RUNTIME_DIR to a folder that belongs to you.";
        } catch (IOException e) {
            return "The folder " + directory + " cannot be made: " + FileTrouble.words(e) + ".";
        }
    }

    /**
     * In a folder that everybody may write to, another user could have made ours first, or a link
     * to anywhere.
     */
    private static boolean isOurs(Path directory) {
        try {
            int mode = attribute(directory, "unix:mode");
            boolean isDirectory = (mode & 0170000) == 0040000;
            boolean isClosed = (mode & 077) == 0;
            return isDirectory
                    && isClosed
                    && attribute(directory, "unix:uid") == Processes.userId();
        } catch (IOException _) {
            return false;
        }
    }

    private static int attribute(Path directory, String name) throws IOException {
        Object value = Files.getAttribute(directory, name, LinkOption.NOFOLLOW_LINKS);
        return ((Integer) Objects.requireNonNull(value)).intValue();
    }

    /**
     * Counters of this process that other processes can see; when there is no place for them, ones
     * that only this process sees.
     *
     * @param most how many there can be
     * @param warn told, in a sentence, when it is not the usual place
     */
    public static CounterFile createCounters(int most, Consumer<String> warn) {
        try {
            Found found = find();
            Path file = found.directory().resolve(ProcessHandle.current().pid() + COUNTERS);
            CounterFile counters = CounterFile.create(file, most);
            if (found.passedOver() != null) {
                warn.accept(found.passedOver() + " Counters lie in " + found.directory() + ".");
            }
            return counters;
        } catch (IOException e) {
            warn.accept("Nobody can see the counters from outside. " + FileTrouble.words(e) + ".");
            return CounterFile.inMemory(most);
        }
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
