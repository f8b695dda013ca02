package dev.ringroad.bench.uring;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.workloads.Ready;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server or the load, on one processor with all its threads, until it is closed. */
final class EchoProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;

    private final String name;
    private final Process process;
    private final BufferedReader output;
    private final Writer input;

    private EchoProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        output = process.inputReader(StandardCharsets.UTF_8);
        input = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Starts a program; it has the processor from its first thread on, since it inherits it. */
    static EchoProcess start(String name, List<String> command, int cpu) throws IOException {
        BitSet own = Affinity.allowedCpus();
        Affinity.pinCurrentThread(cpu);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
            return new EchoProcess(name, builder.start());
        } finally {
            Affinity.allowCurrentThread(own);
        }
    }

    /** Waits until a server says where it listens. */
    int port() throws IOException {
        return Ready.port(line());
    }

    /** Sends a line and waits for the answer. */
    String ask(String line) throws IOException {
        input.write(line);
        input.write('\n');
        input.flush();
        return line();
    }

    private String line() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException(name + " has ended; what it wrote to standard error says why");
        }
        return line;
    }

    @Override
    public void close() {
        try {
            input.close(); // its sign to end
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // It has ended already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
