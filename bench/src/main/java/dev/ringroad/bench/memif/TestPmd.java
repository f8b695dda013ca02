package dev.ringroad.bench.memif;

import dev.ringroad.bench.machine.Programs;
import dev.ringroad.net.driver.memif.MemifRole;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * DPDK's testpmd as a process of its own with ports that are no hardware, told what to do over its
 * standard input. Hugepages are used when enough of them are free, ordinary pages when not.
 */
public final class TestPmd implements AutoCloseable {

    /** What testpmd does with its ports. */
    public enum Mode {
        /** Passes packets on as they are, from one port of a pair to the other. */
        IO("io"),
        /** Takes packets and forgets them. */
        RX_ONLY("rxonly"),
        /** Sends 64-byte packets as fast as it can. */
        TX_ONLY("txonly"),
        /** Sends each packet back with its Ethernet addresses exchanged. */
        MAC_SWAP("macswap"),
        /** Answers ARP requests and pings. */
        ICMP_ECHO("icmpecho");

        private final String word;

        Mode(String word) {
            this.word = word;
        }
    }

    /** What a port has counted since it was opened. */
    public record Statistics(long received, long transmitted) {}

    private static final String PROGRAM = "dpdk-testpmd";
    private static final long HUGEPAGES_MIN = 256;
    private static final int PATIENCE_SECONDS = 30;
    private static final Pattern FREE = Pattern.compile("HugePages_Free:\\s+(\\d+)");
    private static final Pattern RECEIVED = Pattern.compile("RX-packets: (\\d+)\\s+RX-missed.*");
    private static final Pattern TRANSMITTED = Pattern.compile("TX-packets: (\\d+)\\s+TX-errors.*");
    private static final Pattern FORWARDING = Pattern.compile(".* packet forwarding - ports=.*");
    private static final Pattern STATISTICS_END = Pattern.compile("#{60,}");

    private final Process process;
    private final Writer commands;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> log = new ArrayList<>();

    private TestPmd(Process process) {
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** What is missing to run testpmd here, in a sentence; null when nothing is. */
    public static @Nullable String missing() {
        return Programs.missing(PROGRAM, "dpdk-dev");
    }

    /**
     * Starts testpmd with one memif port and waits until it forwards. A client connects at its
     * start and never again, so its server has to listen before.
     *
     * @param role of testpmd
     * @param cpu that it runs on
     * @throws IOException if it does not start; the message has what it said
     */
    public static TestPmd start(
            MemifRole role, String socketPath, boolean zeroCopy, Mode mode, int cpu)
            throws IOException {
        String port =
                "net_memif,role="
                        + (role == MemifRole.SERVER ? "server" : "client")
                        + ",id=0,socket="
                        + socketPath
                        + ",socket-abstract=no"
                        + (zeroCopy ? ",zero-copy=yes" : "");
        return start(List.of(port), mode, cpu);
    }

    /**
     * Starts testpmd and waits until it forwards.
     *
     * @param devices what its ports are, in the words of DPDK's --vdev
     * @param cpu that it runs on
     * @param arguments more of testpmd's own, such as {@code --rxq=2}
     * @throws IOException if it does not start; the message has what it said
     */
    public static TestPmd start(List<String> devices, Mode mode, int cpu, String... arguments)
            throws IOException {
        return start(List.of(), devices, mode, cpu, arguments);
    }

    /**
     * The same, started by another command, such as one that enters a network namespace.
     *
     * @param starter the words before the program's own
     */
    public static TestPmd start(
            List<String> starter, List<String> devices, Mode mode, int cpu, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(starter);
        // Without a terminal testpmd would keep its answers until it ends.
        command.addAll(List.of("stdbuf", "-oL", PROGRAM, "--no-pci", "--single-file-segments"));
        command.addAll(
                enoughHugepages() ? List.of("--in-memory") : List.of("--no-huge", "-m", "256"));
        command.add(
                "--file-prefix=ringroad" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        command.add("--lcores=0@" + cpu + ",1@" + cpu);
        devices.forEach(device -> command.add("--vdev=" + device));
        command.addAll(List.of("--", "-i", "--auto-start", "--nb-cores=1"));
        // What was sent to it before it forwards is not to be lost, and it is not to wait for us.
        command.addAll(List.of("--no-flush-rx", "--disable-link-check"));
        command.addAll(List.of("--total-num-mbufs=8192", "--forward-mode=" + mode.word));
        command.addAll(List.of(arguments));
        TestPmd started =
                new TestPmd(new ProcessBuilder(command).redirectErrorStream(true).start());
        Thread reader = new Thread(started::readLines, "testpmd output");
        reader.setDaemon(true);
        reader.start();
        try {
            started.await(FORWARDING);
            return started;
        } catch (IOException e) {
            started.close();
            throw e;
        }
    }

    private static boolean enoughHugepages() {
        try {
            Matcher free = FREE.matcher(Files.readString(Path.of("/proc/meminfo")));
            return free.find() && Long.parseLong(free.group(1)) >= HUGEPAGES_MIN;
        } catch (IOException e) {
            return false;
        }
    }

    private void readLines() {
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("(the output ended: " + e.getMessage() + ")");
        }
    }

    /** The next line that matches; what came before is forgotten. */
    private Matcher await(Pattern pattern) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            String line;
            try {
                line = lines.poll(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + PROGRAM, e);
            }
            if (line != null) {
                log.add(line);
                Matcher matcher = pattern.matcher(line.strip());
                if (matcher.matches()) {
                    return matcher;
                }
            } else if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new IOException(
                        PROGRAM
                                + (process.isAlive() ? " did not say " : " ended without saying ")
                                + pattern
                                + "; it said: "
                                + String.join(
                                        "\n",
                                        log.subList(Math.max(0, log.size() - 30), log.size())));
            }
        }
    }

    private void say(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    /** Ends forwarding; packets that it has in hand are sent or dropped by then. */
    public void stopForwarding() throws IOException {
        say("stop");
        await(Pattern.compile("Done\\."));
    }

    /** What the first port has counted. */
    public Statistics statistics() throws IOException {
        return statistics(0);
    }

    /** What a port has counted. */
    public Statistics statistics(int port) throws IOException {
        say("show port stats " + port);
        long received = Long.parseLong(await(RECEIVED).group(1));
        long transmitted = Long.parseLong(await(TRANSMITTED).group(1));
        await(STATISTICS_END);
        return new Statistics(received, transmitted);
    }

    /** Kills it as a crash would, without a farewell to its peer, and waits until it is gone. */
    public void kill() throws IOException {
        process.destroyForcibly();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(PROGRAM + ", process " + process.pid() + ", does not die");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets it quit, and kills it when it does not. */
    @Override
    public void close() {
        try {
            say("quit");
        } catch (IOException e) {
            // It is gone already, which is what was wanted.
        }
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
