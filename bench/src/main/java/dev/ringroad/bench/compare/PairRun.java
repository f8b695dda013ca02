package dev.ringroad.bench.compare;

import dev.ringroad.workloads.ResultLine;
import dev.ringroad.workloads.TcpEchoServer;

import org.HdrHistogram.Histogram;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Runs server and client of a setting once, as two processes. */
final class PairRun {
    private static final long START_MILLIS = 30_000;
    private static final long SLACK_MILLIS = 30_000;
    private static final long SERVER_END_MILLIS = 5_000;
    private static final int MILLIS_FACTOR = 4;
    private static final int HTTP_WARM_UPS = 2;

    /** The same for both roads; on one processor the JVM would choose this collector anyway. */
    static final List<String> JVM_OPTIONS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-Xmx512m",
                    "-XX:-UsePerfData",
                    "-Dsun.net.httpserver.nodelay=true");

    private final Path java;
    private final Processors processors;
    private final Pace pace;
    private final String classPath;
    private int runs;

    PairRun(Path java, Processors processors, Pace pace) {
        this.java = java;
        this.processors = processors;
        this.pace = pace;
        classPath =
                List.of(TcpEchoServer.class, Histogram.class).stream()
                        .map(PairRun::home)
                        .collect(Collectors.joining(":"));
    }

    private static String home(Class<?> program) {
        try {
            return Path.of(program.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All result lines of both ends. */
    List<ResultLine> run(Setting setting) throws ComparisonException, InterruptedException {
        runs++;
        String name = " (" + setting.words() + ")";
        // Both JVMs start together; the client waits for the port of the server's.
        try (Child server = Child.start("server" + name, command(setting, End.SERVER));
                Child client = Child.start("client" + name, command(setting, End.CLIENT))) {
            client.sendPort(server.awaitPort(START_MILLIS));
            try {
                client.awaitEnd(START_MILLIS + millisMax(setting));
            } catch (ComparisonException e) {
                throw server.failed() ? server.failure("failed, and its client with it") : e;
            }
            server.awaitEnd(SERVER_END_MILLIS);
            List<ResultLine> lines = new ArrayList<>(client.results());
            lines.addAll(server.results());
            return lines;
        }
    }

    private long millisMax(Setting setting) {
        int sizes = setting.workload().traffic() == Traffic.ROUND_TRIPS ? Workload.SIZES.size() : 1;
        return SLACK_MILLIS
                + (long) MILLIS_FACTOR * sizes * (warmUpMillis(setting) + pace.millis());
    }

    /** The more code a workload runs, the longer the compilers take. */
    private int warmUpMillis(Setting setting) {
        int usual = setting.road().runsInJava() ? pace.warmUpMillis() : pace.peerWarmUpMillis();
        return switch (setting.workload().traffic()) {
            case ROUND_TRIPS, STREAM -> usual;
            // The JDK's HTTP server is most of the code on any road.
            case REQUESTS -> HTTP_WARM_UPS * pace.warmUpMillis();
        };
    }

    private List<String> command(Setting setting, End end) {
        Workload workload = setting.workload();
        List<String> command = new ArrayList<>(setting.placement().prefix(end, processors));
        command.add(java.toString());
        command.addAll(JVM_OPTIONS);
        command.addAll(setting.road().jvmArguments(end, workload.traffic(), runs));
        command.addAll(List.of("-cp", classPath));
        command.add((end == End.SERVER ? workload.server() : workload.client()).getName());
        command.add("lifeline=stdin");
        command.add("host=" + setting.road().serverAddress());
        command.add(end == End.SERVER ? "port=0" : "port=stdin");
        command.add("mode=" + workload.mode().word());
        command.add("warm-up=" + pace.warmUpRoundTrips());
        command.add("warm-up-millis=" + warmUpMillis(setting));
        command.add("millis=" + pace.millis());
        if (end == End.CLIENT && workload.traffic() == Traffic.ROUND_TRIPS) {
            command.add(
                    "bytes="
                            + Workload.SIZES.stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(",")));
        }
        return command;
    }
}
