package dev.ringroad.bench.compare;

import dev.ringroad.workloads.HttpLoad;
import dev.ringroad.workloads.HttpServerProgram;
import dev.ringroad.workloads.Mode;
import dev.ringroad.workloads.StreamSink;
import dev.ringroad.workloads.StreamSource;
import dev.ringroad.workloads.TcpEchoServer;
import dev.ringroad.workloads.TcpRoundTrips;
import dev.ringroad.workloads.UdpEchoServer;
import dev.ringroad.workloads.UdpRoundTrips;

import java.util.List;

/** A pair of programs, server and client, and how they wait. */
public enum Workload {
    /** TCP round trips, both ends blocking. */
    TCP_BLOCKING(
            "tcp", Mode.BLOCKING, Traffic.ROUND_TRIPS, TcpEchoServer.class, TcpRoundTrips.class),
    /** TCP round trips, both ends non-blocking and spinning. */
    TCP_SPINNING(
            "tcp", Mode.SPINNING, Traffic.ROUND_TRIPS, TcpEchoServer.class, TcpRoundTrips.class),
    /** UDP round trips, both ends blocking. */
    UDP_BLOCKING(
            "udp", Mode.BLOCKING, Traffic.ROUND_TRIPS, UdpEchoServer.class, UdpRoundTrips.class),
    /** UDP round trips, both ends non-blocking and spinning. */
    UDP_SPINNING(
            "udp", Mode.SPINNING, Traffic.ROUND_TRIPS, UdpEchoServer.class, UdpRoundTrips.class),
    /** One TCP stream of 64 KiB writes. */
    STREAM("tcp stream", Mode.BLOCKING, Traffic.STREAM, StreamSink.class, StreamSource.class),
    /** Requests to the JDK's own HTTP server over a few keep-alive connections. */
    HTTP("http", Mode.BLOCKING, Traffic.REQUESTS, HttpServerProgram.class, HttpLoad.class);

    /** The message sizes of round trips, in bytes. */
    public static final List<Integer> SIZES = List.of(64, 1024);

    private final String protocol;
    private final Mode mode;
    private final Traffic traffic;
    private final Class<?> server;
    private final Class<?> client;

    Workload(String protocol, Mode mode, Traffic traffic, Class<?> server, Class<?> client) {
        this.protocol = protocol;
        this.mode = mode;
        this.traffic = traffic;
        this.server = server;
        this.client = client;
    }

    /** What travels, in a word. */
    public String protocol() {
        return protocol;
    }

    /** How both ends wait. */
    public Mode mode() {
        return mode;
    }

    /** What the traffic asks of a road. */
    public Traffic traffic() {
        return traffic;
    }

    Class<?> server() {
        return server;
    }

    Class<?> client() {
        return client;
    }

    /** The workload in plain words. */
    public String words() {
        return switch (traffic) {
            case ROUND_TRIPS -> protocol + " round trips, " + mode.word();
            case STREAM -> "tcp stream of 64 KiB writes";
            case REQUESTS -> "http requests";
        };
    }
}
