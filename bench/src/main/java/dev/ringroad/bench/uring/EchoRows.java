package dev.ringroad.bench.uring;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.machine.OwnJvm;
import dev.ringroad.bench.machine.ProcessorPair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Messages a second of 64 bytes through an echo server on one processor, from a load on another:
 * ours beside Netty on io_uring and on epoll, and beside a plain selector. Each server is a JVM of
 * its own that lives through all rounds; in a round each has its turn at each number of
 * connections, so that what the machine does meanwhile meets all of them.
 */
record EchoRows(ProcessorPair cpus) {
    private static final int[] CONNECTIONS = {1, 64, 1000};
    private static final int CONNECTIONS_MAX = 1024;
    private static final int FIRST_WARM_UP_MILLIS = 1000;
    private static final double THOUSAND = 1e3;

    /** One server and what was measured of it, by number of connections and round. */
    private record Server(
            String name, EchoProcess process, int port, List<List<EchoFigure>> figures) {

        static Server start(String name, List<String> command, int cpu) throws IOException {
            EchoProcess process = EchoProcess.start(name, command, cpu);
            try {
                List<List<EchoFigure>> figures = new ArrayList<>();
                for (int ignored : CONNECTIONS) {
                    figures.add(new ArrayList<>());
                }
                return new Server(name, process, process.port(), figures);
            } catch (Throwable t) {
                process.close();
                throw t;
            }
        }

        double rate(int number) {
            return Median.of(figures.get(number).stream().mapToDouble(EchoFigure::rate));
        }
    }

    /** Measures all rows; the peers have to be beside the command. */
    List<BenchRow> measure(boolean quick, Consumer<String> progress) throws IOException {
        EchoPeers peers = EchoPeers.find();
        String netty = "Netty " + peers.nettyVersion();
        List<Server> servers = new ArrayList<>();
        try (EchoProcess load =
                EchoProcess.start(
                        "The load",
                        OwnJvm.command(List.of("-XX:+UseSerialGC"), EchoLoadProgram.class),
                        cpus.second())) {
            List<String> ours =
                    OwnJvm.command(List.of("-XX:+UseSerialGC"), EchoServerProgram.class);
            ours.add(Integer.toString(CONNECTIONS_MAX));
            start(servers, "Ringroad", ours);
            start(servers, netty + " io_uring", peers.command("NettyEcho", "io_uring"));
            start(servers, netty + " epoll", peers.command("NettyEcho", "epoll"));
            start(servers, "NIO selector", peers.command("NioEcho"));
            rounds(servers, load, quick, progress);
        } finally {
            servers.forEach(server -> server.process().close());
        }
        return rows(servers);
    }

    private void start(List<Server> servers, String name, List<String> command) throws IOException {
        servers.add(Server.start(name, command, cpus.first()));
    }

    private static void rounds(
            List<Server> servers, EchoProcess load, boolean quick, Consumer<String> progress)
            throws IOException {
        for (Server server : servers) {
            for (int connections : CONNECTIONS) {
                EchoFigure ignored = figure(load, server, connections, FIRST_WARM_UP_MILLIS, 1);
            }
        }
        int counted = quick ? 500 : 1000;
        for (int round = 0; round < (quick ? 5 : 11); round++) {
            for (int i = 0; i < CONNECTIONS.length; i++) {
                StringBuilder words = new StringBuilder();
                for (Server server : servers) {
                    EchoFigure figure = figure(load, server, CONNECTIONS[i], counted / 2, counted);
                    server.figures().get(i).add(figure);
                    words.append(words.isEmpty() ? "" : "; ").append(words(server.name(), figure));
                }
                progress.accept("echo, " + CONNECTIONS[i] + " connections: " + words);
            }
        }
    }

    private static EchoFigure figure(
            EchoProcess load, Server server, int connections, int warmUpMillis, int countedMillis)
            throws IOException {
        String answer =
                load.ask(
                        server.port()
                                + " "
                                + connections
                                + " "
                                + warmUpMillis
                                + " "
                                + countedMillis);
        EchoFigure figure = EchoFigure.parse(answer);
        if (figure == null) {
            throw new IOException("The load answered for " + server.name() + ": " + answer);
        }
        return figure;
    }

    private static String words(String name, EchoFigure figure) {
        return String.format(
                Locale.ROOT,
                "%s %.1f k/s (p50 %.0f us, p99 %.0f us)",
                name,
                figure.rate() / THOUSAND,
                figure.medianNanos() / THOUSAND,
                figure.tailNanos() / THOUSAND);
    }

    private static List<BenchRow> rows(List<Server> servers) {
        Server ours = servers.getFirst();
        List<BenchRow> rows = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS.length; i++) {
            String connections =
                    CONNECTIONS[i] == 1 ? "1 connection" : CONNECTIONS[i] + " connections";
            for (Server peer : servers.subList(1, servers.size())) {
                rows.add(
                        BenchRow.of(
                                "io_uring echo, " + connections + ", beside " + peer.name(),
                                "k messages/s",
                                ours.rate(i) / THOUSAND,
                                peer.rate(i) / THOUSAND,
                                peer.name(),
                                Better.HIGHER));
            }
        }
        return rows;
    }
}
