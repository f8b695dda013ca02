package dev.ringroad.bench.veth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pair of veth interfaces, called {@code left} and {@code right}, each in a network namespace of
 * its own in which the kernel says nothing by itself. Closing it takes all of it away.
 */
public final class Cable implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    /** One end of a cable. */
    public enum Side {
        LEFT,
        RIGHT;

        /** What the interface is called. */
        String word() {
            return this == LEFT ? "left" : "right";
        }
    }

    private static final AtomicInteger MADE = new AtomicInteger();

    private final String name =
            "ringroad-bench-" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet();

    private Cable() {}

    /** What the namespace of an end is called, as {@code ip netns} lists it. */
    String namespace(Side side) {
        return name + "-" + side.word();
    }

    /**
     * Makes one; needs root.
     *
     * @throws IOException if it cannot be made; nothing of it is left then
     */
    public static Cable make() throws IOException {
        return make("type veth");
    }

    /** The same with another sort of interface, as {@code ip link add} knows them. */
    static Cable make(String sort) throws IOException {
        Cable cable = new Cable();
        try {
            for (Side side : Side.values()) {
                run(List.of("ip", "netns", "add", cable.namespace(side)));
                cable.inside(side, "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
            }
            cable.inside(
                    Side.LEFT,
                    "ip link add left "
                            + sort
                            + " peer name right netns "
                            + cable.namespace(Side.RIGHT));
            for (Side side : Side.values()) {
                cable.inside(side, "ip link set " + side.word() + " up");
            }
            return cable;
        } catch (IOException e) {
            cable.close();
            throw e;
        }
    }

    /** The words that start a command beside an end. */
    List<String> starter(Side side) {
        return List.of("nsenter", "--net=/run/netns/" + namespace(side));
    }

    /** What opens an end in a spec: {@code KIND:NAME,netns=NAMESPACE}. */
    public String spec(String kind, Side side) {
        return kind + ":" + side.word() + ",netns=" + namespace(side);
    }

    private void inside(Side side, String script) throws IOException {
        run(List.of("ip", "netns", "exec", namespace(side), "sh", "-ec", script));
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a cable is made or taken away", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** With a namespace go the interfaces in it. */
    @Override
    public void close() {
        for (Side side : Side.values()) {
            try {
                run(List.of("ip", "netns", "delete", namespace(side)));
            } catch (IOException e) {
                // It was never made, or somebody else has taken it away.
                continue;
            }
        }
    }
}
