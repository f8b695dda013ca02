package dev.ringroad.bench.dpdk;

import dev.ringroad.net.driver.memif.MemifRole;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private static final int MEGABYTES = 256;
    private static final int SILENT_SECONDS_MAX = 30;
    private static final Pattern RECEIVED = Pattern.compile("RX-packets: (\\d+)\\s+RX-missed.*");
    private static final Pattern TRANSMITTED = Pattern.compile("TX-packets: (\\d+)\\s+TX-errors.*");
    private static final Pattern FORWARDING = Pattern.compile(".* packet forwarding - ports=.*");
    private static final Pattern STATISTICS_END = Pattern.compile("#{60,}");
    private static final Pattern STOPPED = Pattern.compile("Done\\.");

    private final DpdkProcess process;

    private TestPmd(DpdkProcess process) {
        this.process = process;
    }

    /** What is missing to run testpmd here, in a sentence; null when nothing is. */
    public static @Nullable String missing() {
        return DpdkProcess.missing(PROGRAM);
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
        // One thread of its own for the commands, and one that forwards.
        command.addAll(DpdkProcess.command(PROGRAM, MEGABYTES, List.of(cpu, cpu)));
        command.add("--single-file-segments");
        devices.forEach(device -> command.add("--vdev=" + device));
        command.addAll(List.of("--", "-i", "--auto-start", "--nb-cores=1"));
        // What was sent to it before it forwards is not to be lost, and it is not to wait for us.
        command.addAll(List.of("--no-flush-rx", "--disable-link-check"));
        command.addAll(List.of("--total-num-mbufs=8192", "--forward-mode=" + mode.word));
        command.addAll(List.of(arguments));
        TestPmd started = new TestPmd(DpdkProcess.start(PROGRAM, command, Map.of()));
        try {
            started.await(FORWARDING);
            return started;
        } catch (IOException e) {
            started.close();
            throw e;
        }
    }

    /** The next line that matches; what came before is forgotten. */
    private Matcher await(Pattern pattern) throws IOException {
        String line = process.nextLine(SILENT_SECONDS_MAX);
        while (line != null) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.matches()) {
                return matcher;
            }
            line = process.nextLine(SILENT_SECONDS_MAX);
        }
        throw process.complaint("ended without saying " + pattern);
    }

    /** Ends forwarding; packets that it has in hand are sent or dropped by then. */
    public void stopForwarding() throws IOException {
        process.say("stop");
        await(STOPPED);
    }

    /** What the first port has counted. */
    public Statistics statistics() throws IOException {
        return statistics(0);
    }

    /** What a port has counted. */
    public Statistics statistics(int port) throws IOException {
        process.say("show port stats " + port);
        long received = Long.parseLong(await(RECEIVED).group(1));
        long transmitted = Long.parseLong(await(TRANSMITTED).group(1));
        await(STATISTICS_END);
        return new Statistics(received, transmitted);
    }

    /** Kills it as a crash would, without a farewell to its peer, and waits until it is gone. */
    public void kill() throws IOException {
        process.close();
    }

    /** Lets it quit, and kills it when it does not. */
    @Override
    public void close() {
        try {
            process.say("quit");
        } catch (IOException e) {
            // It is gone already, which is what was wanted.
        }
        process.awaitEnd();
        try {
            process.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
