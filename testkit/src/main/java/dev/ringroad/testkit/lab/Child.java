package dev.ringroad.testkit.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that a lab started: what it prints is kept, and it is ended when the lab closes it.
 *
 * <p>Standard error joins standard output. One thread reads for as long as the child lives.
 */
public final class Child implements AutoCloseable {
    private static final long LINES_POLL_MILLIS = 20;

    private final List<String> command;
    private final Process process;
    private final StringBuilder output = new StringBuilder();
    private final Thread reader;

    private Child(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        this.reader =
                Thread.ofPlatform()
                        .daemon()
                        .name("output of " + command.getFirst())
                        .unstarted(this::read);
    }

    /** Starts a command with nothing on its standard input. */
    public static Child start(List<String> command) throws IOException {
        return start(command, Map.of());
    }

    /** Starts a command with variables added to its environment. */
    public static Child start(List<String> command, Map<String, String> environment)
            throws IOException {
        Child child = launch(command, environment);
        child.process.getOutputStream().close();
        return child;
    }

    /** Starts a command that reads what is written to {@link #input}. */
    public static Child startTyping(List<String> command) throws IOException {
        return launch(command, Map.of());
    }

    private static Child launch(List<String> command, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Child child = new Child(List.copyOf(command), builder.start());
        child.reader.start();
        return child;
    }

    /** Its standard input. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    output.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            synchronized (output) {
                output.append("(reading the output failed: ").append(e.getMessage()).append(")\n");
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** All that it has printed so far. */
    public String output() {
        synchronized (output) {
            return output.toString();
        }
    }

    /**
     * Waits until the output contains a text.
     *
     * @throws AssertionError with the output when the child ends or the time is over before that
     */
    public void awaitOutput(String text, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!output().contains(text)) {
            if (!process.isAlive() && !output().contains(text)) {
                reader.join();
                if (output().contains(text)) {
                    return;
                }
                throw new AssertionError("It ended without printing '" + text + "': " + report());
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("It did not print '" + text + "' in time: " + report());
            }
            Thread.sleep(LINES_POLL_MILLIS);
        }
    }

    /**
     * Waits for the end.
     *
     * @return the exit code
     * @throws AssertionError with the output when the time is over before that
     */
    public int awaitExit(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("It did not end in time: " + report());
        }
        reader.join();
        return process.exitValue();
    }

    /** Sends SIGKILL, as a crash would look from outside. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Sends SIGTERM; what the child then prints is still read. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** Ends the child and whatever it started, gently first. */
    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    /** The command, its state and its output, for a failure's message. */
    public String report() {
        String state = process.isAlive() ? "running" : "exit code " + process.exitValue();
        return String.join(" ", command) + "\n(" + state + ") printed:\n" + output();
    }

    /**
     * Runs a command to its end.
     *
     * @return what it printed
     * @throws AssertionError when it does not end with 0
     */
    public static String run(Duration atMost, String... command) throws InterruptedException {
        return run(atMost, List.of(command));
    }

    /** The same for a command in a list. */
    public static String run(Duration atMost, List<String> command) throws InterruptedException {
        try (Child child = start(command)) {
            if (child.awaitExit(atMost) != 0) {
                throw new AssertionError(child.report());
            }
            return child.output();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
