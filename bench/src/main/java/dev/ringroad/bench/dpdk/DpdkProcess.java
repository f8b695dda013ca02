package dev.ringroad.bench.dpdk;

import dev.ringroad.bench.machine.Programs;
import dev.ringroad.core.linux.Hugepages;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One of DPDK's programs as a process of its own: what all of them take as arguments, what it says,
 * line by line, and its end. What DPDK leaves behind in its runtime folder goes with it.
 *
 * <p>One thread at a time.
 */
final class DpdkProcess implements AutoCloseable {
    private static final int END_SECONDS_MAX = 30;
    private static final int TAIL_LINES = 30;
    private static final int HUGEPAGE_MEGABYTES = 2;

    private final String program;
    private final Path runtimeFolder;
    private final Process process;
    private final Writer input;
    private final List<String> log = new ArrayList<>();

    /** What it said and nobody has asked for; at the end of its output comes one that is empty. */
    private final BlockingQueue<Optional<String>> unread = new LinkedBlockingQueue<>();

    private DpdkProcess(String program, Path runtimeFolder, Process process) {
        this.program = program;
        this.runtimeFolder = runtimeFolder;
        this.process = process;
        input = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** What to install when one of them is missing, in a sentence; null when it is there. */
    static @Nullable String missing(String program) {
        return Programs.missing(program, "dpdk-dev");
    }

    /**
     * The words that begin its command line: without devices of the machine, and on hugepages when
     * enough of them are free.
     *
     * @param megabytes of memory that it needs
     * @param cpus that its threads run on, the first one of these first
     */
    static List<String> command(String program, int megabytes, List<Integer> cpus) {
        // Without a terminal it would keep its answers until it ends.
        List<String> words = new ArrayList<>(List.of("stdbuf", "-oL", program));
        words.addAll(List.of("--no-pci", "--no-telemetry", "--lcores=" + threads(cpus)));
        words.addAll(
                hugepagesFor(megabytes)
                        ? List.of("--in-memory")
                        : List.of("--no-huge", "-m", Integer.toString(megabytes)));
        return words;
    }

    private static String threads(List<Integer> cpus) {
        return IntStream.range(0, cpus.size())
                .mapToObj(thread -> thread + "@" + cpus.get(thread))
                .collect(Collectors.joining(","));
    }

    private static boolean hugepagesFor(int megabytes) {
        return Hugepages.ofMachine().stream()
                .filter(pages -> pages.pageBytes() == (long) HUGEPAGE_MEGABYTES << 20)
                .anyMatch(pages -> pages.free() * HUGEPAGE_MEGABYTES >= megabytes);
    }

    /**
     * Starts it.
     *
     * @param program its name, for complaints
     * @param environment added to ours
     */
    static DpdkProcess start(String program, List<String> command, Map<String, String> environment)
            throws IOException {
        Path folder = Files.createTempDirectory("ringroad-dpdk");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("RUNTIME_DIRECTORY", folder.toString());
        builder.environment().putAll(environment);
        DpdkProcess started;
        try {
            started = new DpdkProcess(program, folder, builder.start());
        } catch (IOException e) {
            delete(folder);
            throw e;
        }
        Thread.ofPlatform().daemon().name(program + " output").start(started::readLines);
        return started;
    }

    private void readLines() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(line -> unread.add(Optional.of(line.strip())));
        } catch (IOException | UncheckedIOException e) {
            unread.add(Optional.of("(the output broke off: " + e.getMessage() + ")"));
        }
        unread.add(Optional.empty());
    }

    /**
     * The next line that it says, without the white space around it; null when it has said all.
     *
     * @param seconds that it may be silent
     * @throws IOException if it is silent for longer
     */
    @Nullable String nextLine(int seconds) throws IOException {
        Optional<String> line;
        try {
            line = unread.poll(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + program, e);
        }
        if (line == null) {
            throw complaint("did not go on for " + seconds + " seconds");
        }
        line.ifPresent(log::add);
        return line.orElse(null);
    }

    /**
     * All lines up to the last one of interest.
     *
     * @param last whether this line is it
     * @param seconds that it may be silent
     * @throws IOException if it ended without such a line, or is silent for longer
     */
    List<String> linesUntil(Predicate<String> last, int seconds) throws IOException {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = nextLine(seconds);
            if (line == null) {
                throw complaint("ended without a result");
            }
            lines.add(line);
        } while (!last.test(line));
        return lines;
    }

    /** That it did something else than was wanted, with what it said last. */
    IOException complaint(String deed) {
        return new IOException(program + " " + deed + "; it said: " + tail(log));
    }

    /** The last of these lines. */
    static String tail(List<String> lines) {
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    /** Types a line into it. */
    void say(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    /** Tells it that there is nothing to come. */
    void endInput() throws IOException {
        input.close();
    }

    /** Waits until it has ended by itself, and kills it when it does not. */
    void awaitEnd() {
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Kills it, if it still runs, and waits until it is gone. */
    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException(program + ", process " + process.pid() + ", does not die");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        delete(runtimeFolder);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> inside;
        try (Stream<Path> walk = Files.walk(folder)) {
            inside = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : inside) {
            Files.deleteIfExists(path);
        }
    }
}
