package dev.ringroad.bench.compare;

import java.nio.file.Path;
import java.util.List;

/** Two user-space stacks with a memif between them, installed under the programs by the agent. */
public final class MemifRoad implements Road {
    private static final String SERVER_ADDRESS = "10.9.0.1";
    private static final String CLIENT_ADDRESS = "10.9.0.2";
    private static final int PREFIX_LENGTH = 24;

    private final Path agentJar;
    private final Path socketDirectory;

    /**
     * A road for the agent in this jar.
     *
     * @param socketDirectory private to this comparison; the road makes sockets in it and leaves
     *     its removal to the caller
     */
    public MemifRoad(Path agentJar, Path socketDirectory) {
        this.agentJar = agentJar;
        this.socketDirectory = socketDirectory;
    }

    @Override
    public String name() {
        return "Ringroad over memif";
    }

    @Override
    public boolean runsInJava() {
        return true;
    }

    @Override
    public String serverAddress() {
        return SERVER_ADDRESS;
    }

    @Override
    public List<String> jvmArguments(End end, Traffic traffic, int run) {
        boolean server = end == End.SERVER;
        String spec =
                "memif:"
                        + socketDirectory.resolve("run" + run + ".sock")
                        + (server ? ",role=server" : ",role=client")
                        + ",ip="
                        + (server ? SERVER_ADDRESS : CLIENT_ADDRESS)
                        + "/"
                        + PREFIX_LENGTH
                        + ","
                        + options(traffic)
                        + (server ? "" : clientOptions(traffic));
        return List.of(
                "-javaagent:" + agentJar + "=profile=" + profile(traffic) + ";net=" + spec,
                "--enable-native-access=ALL-UNNAMED");
    }

    @Override
    public String settings(Traffic traffic) {
        String client = clientOptions(traffic);
        return "profile "
                + profile(traffic)
                + ", device options "
                + options(traffic)
                + (client.isEmpty() ? "" : ", at the client also " + client.substring(1));
    }

    private static String profile(Traffic traffic) {
        return traffic == Traffic.ROUND_TRIPS ? "latency" : "throughput";
    }

    /** The kernel's loopback has large packets and no checksums; so may the stream. */
    private static String options(Traffic traffic) {
        return switch (traffic) {
            case ROUND_TRIPS, REQUESTS -> "ring=10,buffer=2048,mtu=1500,checksum=no";
            case STREAM -> "ring=8,buffer=65536,mtu=65000,checksum=no";
        };
    }

    /** A memif client can lend its own packets to the ring; that saves the stream a copy. */
    private static String clientOptions(Traffic traffic) {
        return traffic == Traffic.STREAM ? ",zero-copy=yes" : "";
    }
}
