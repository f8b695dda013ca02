package dev.ringroad.testkit.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two networks, {@code 10.1.0.0/24} on the left and {@code 10.2.0.0/24} on the right, each in a
 * namespace with one host, {@code .2}, and {@code ringroad route} at {@code .1} of both in a
 * namespace between them. Nothing else joins them. All is gone after the close.
 */
final class RouterSite implements AutoCloseable {

    /** The host on the right. */
    static final String RIGHT = "10.2.0.2";

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String QUIET =
            "for c in default all; do echo 1 > /proc/sys/net/ipv6/conf/$c/disable_ipv6; done; ";

    private final List<Namespace> namespaces = new ArrayList<>();
    private final Kind kind;
    private Child router;

    /** How the router is joined to its networks. */
    enum Kind {
        /** Queues of a veth pair's end. */
        AF_XDP("afxdp", ""),
        /** Copies of a veth pair's frames, the pair as it comes: whole segments, no checksums. */
        AF_PACKET("afpacket", ""),
        /** Cables to the kernel, which leaves checksums undone. */
        TAP("tap", ""),
        /** The same, with segments of up to 64 KiB on the left only: they have to be cut. */
        TAP_JOINED("tap", ",offload=yes");

        private final String word;
        private final String leftOptions;

        Kind(String word, String leftOptions) {
            this.word = word;
            this.leftOptions = leftOptions;
        }
    }

    RouterSite(Kind kind) throws InterruptedException {
        this.kind = kind;
        try {
            for (int i = 0; i < 3; i++) {
                Namespace namespace = Namespace.create();
                namespaces.add(namespace);
                Child.run(SOON, namespace.command("sh", "-c", QUIET));
            }
            if (!isTap()) {
                layCable(left(), "left");
                layCable(right(), "right");
            }
        } catch (AssertionError | InterruptedException e) {
            close();
            throw e;
        }
    }

    boolean isTap() {
        return kind.word.equals("tap");
    }

    /** The router's end has the same name as the host's. */
    private void layCable(Namespace host, String name) throws InterruptedException {
        inside(
                middle(),
                "ip link add name "
                        + name
                        + " type veth peer name "
                        + name
                        + " netns "
                        + host.name()
                        + "; ip link set dev "
                        + name
                        + " up");
        if (kind == Kind.AF_XDP) {
            // It has frames as they are.
            inside(middle(), "ethtool -K " + name + " gro off tso off gso off");
            inside(host, "ethtool -K " + name + " gro off tso off gso off tx off");
        }
        giveAddress(host, name);
    }

    private static void giveAddress(Namespace host, String name) throws InterruptedException {
        String network = name.equals("left") ? "10.1.0." : "10.2.0.";
        inside(
                host,
                "ip link set dev "
                        + name
                        + " up; ip address add "
                        + network
                        + "2/24 dev "
                        + name
                        + "; ip route add default via "
                        + network
                        + "1");
    }

    Namespace left() {
        return namespaces.get(0);
    }

    Namespace right() {
        return namespaces.get(1);
    }

    /** Where the router is. */
    Namespace middle() {
        return namespaces.get(2);
    }

    /** Starts the router and waits until pings come through. */
    Child start(String... options) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "route",
                                "--port",
                                kind.word + ":left,ip=10.1.0.1/24" + kind.leftOptions,
                                "--port",
                                kind.word + ":right,ip=10.2.0.1/24"));
        arguments.addAll(List.of(options));
        router = Child.start(middle().command(Ringroad.command(arguments)));
        if (isTap()) {
            // Both have to be open before one may move.
            router.awaitOutput("port 1", SOON);
            takeTap(left(), "left");
            takeTap(right(), "right");
        }
        inLeft(
                "for i in $(seq 50); do ping -c 1 -W 1 "
                        + RIGHT
                        + " && exit 0; sleep 0.2; done; exit 1");
        return router;
    }

    /** A TAP comes into being beside the router, and its kernel's end then moves to the host. */
    private void takeTap(Namespace host, String name) throws InterruptedException {
        inside(
                middle(),
                "for i in $(seq 300); do ip link set dev "
                        + name
                        + " netns "
                        + host.name()
                        + " 2>/dev/null && exit 0; sleep 0.1; done; exit 1");
        giveAddress(host, name);
    }

    /** Runs a script on the left; what it printed. */
    String inLeft(String script) throws InterruptedException {
        return inside(left(), script);
    }

    /** Runs a script on the right; what it printed. */
    String inRight(String script) throws InterruptedException {
        return inside(right(), script);
    }

    static String inside(Namespace namespace, String script) throws InterruptedException {
        return Child.run(SOON, namespace.command("sh", "-c", script));
    }

    /** Serves a folder over HTTP on the right, port 8000. */
    Child serve(Path folder) throws IOException, InterruptedException {
        Child server =
                Child.start(
                        right().command(
                                        Path.of(
                                                        System.getProperty("java.home"),
                                                        "bin",
                                                        "jwebserver")
                                                .toString(),
                                        "-b",
                                        RIGHT,
                                        "-p",
                                        "8000",
                                        "-d",
                                        folder.toString()));
        try {
            server.awaitOutput("URL http://" + RIGHT, SOON);
        } catch (AssertionError | InterruptedException e) {
            server.close();
            throw e;
        }
        return server;
    }

    @Override
    public void close() {
        if (router != null) {
            router.close();
        }
        namespaces.forEach(Namespace::close);
        namespaces.clear();
    }
}
