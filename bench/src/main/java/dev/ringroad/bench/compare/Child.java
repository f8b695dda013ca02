package dev.ringroad.bench.compare;

import dev.ringroad.workloads.Ready;
import dev.ringroad.workloads.ResultLine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A program started for one run: its lines are read as they come, and it never outlives the
 * comparison.
 *
 * <p>Its standard input stays open until it ends or we do, so that it notices even when we are
 * killed.
 */
final class Child implements AutoCloseable {
    private static final int TAIL_LINES = 15;
    private static final Set<Child> LIVING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> LIVING.forEach(Child::close), "end children"));
    }

    private final String name;
    private final Process process;
    private final CountDownLatch readyOrOver = new CountDownLatch(1);
    private final List<ResultLine> results = new ArrayList<>();
    private final Deque<String> tail = new ArrayDeque<>();
    private final Thread outputReader;
    private final Thread errorReader;
    private volatile int port = -1;

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
        outputReader = reader(process.getInputStream(), true);
        errorReader = reader(process.getErrorStream(), false);
    }

    static Child start(String name, List<String> command) throws ComparisonException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .keySet()
                .removeAll(Set.of("JDK_JAVA_OPTIONS", "RINGROAD_NET", "RINGROAD_PROFILE"));
        try {
            Child child = new Child(name, builder.start());
            LIVING.add(child);
            child.outputReader.start();
            child.errorReader.start();
            return child;
        } catch (IOException e) {
            throw new ComparisonException(
                    "The " + name + " could not be started: " + e.getMessage(), e);
        }
    }

    private Thread reader(InputStream stream, boolean output) {
        Thread thread =
                new Thread(() -> read(stream, output), name + (output ? " output" : " errors"));
        thread.setDaemon(true);
        return thread;
    }

    private void read(InputStream stream, boolean output) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                take(line, output);
            }
        } catch (IOException e) {
            // the program was ended while it wrote
        } finally {
            if (output) {
                readyOrOver.countDown();
            }
        }
    }

    private void take(String line, boolean output) {
        int readyPort = output ? Ready.port(line) : -1;
        if (readyPort >= 0) {
            port = readyPort;
            readyOrOver.countDown();
            return;
        }
        synchronized (this) {
            if (output) {
                ResultLine.parse(line).ifPresent(results::add);
            } else {
                tail.addLast(line);
                if (tail.size() > TAIL_LINES) {
                    tail.removeFirst();
                }
            }
        }
    }

    /** Tells a client that waits for it where its server listens. */
    void sendPort(int serverPort) {
        try {
            OutputStream input = process.getOutputStream();
            input.write((serverPort + "\n").getBytes(StandardCharsets.US_ASCII));
            input.flush();
        } catch (IOException e) {
            // it has ended already; how is told by whoever waits for its end
        }
    }

    /** The port that the server announces, within the time or with an exception. */
    int awaitPort(long millis) throws ComparisonException, InterruptedException {
        boolean said = readyOrOver.await(millis, TimeUnit.MILLISECONDS);
        if (port < 0) {
            throw failure(said ? "ended before it listened" : "did not listen in time");
        }
        return port;
    }

    /** Waits for an orderly end; another end or none in time is an exception. */
    void awaitEnd(long millis) throws ComparisonException, InterruptedException {
        if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
            throw failure("did not end within " + millis / 1000 + " seconds");
        }
        outputReader.join(millis);
        errorReader.join(millis);
        if (process.exitValue() != 0) {
            throw failure("failed with exit code " + process.exitValue());
        }
    }

    boolean failed() {
        return !process.isAlive() && process.exitValue() != 0;
    }

    synchronized List<ResultLine> results() {
        return List.copyOf(results);
    }

    ComparisonException failure(String what) throws InterruptedException {
        if (!process.isAlive()) {
            errorReader.join(1000);
        }
        synchronized (this) {
            String said =
                    tail.isEmpty()
                            ? " It said nothing."
                            : " Its last lines:\n  " + String.join("\n  ", tail);
            return new ComparisonException("The " + name + " " + what + "." + said);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        LIVING.remove(this);
    }
}
