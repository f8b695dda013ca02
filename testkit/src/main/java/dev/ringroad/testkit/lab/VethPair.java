package dev.ringroad.testkit.lab;

import java.time.Duration;

/**
 * A cable between two network interfaces of the kernel, each in a namespace of its own in which the
 * kernel says nothing by itself; deleted on close.
 */
public final class VethPair implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Namespace left;
    private final Namespace right;

    private VethPair(Namespace left, Namespace right) {
        this.left = left;
        this.right = right;
    }

    /** Makes a pair called {@code left} and {@code right}, both up; needs root. */
    public static VethPair create() throws InterruptedException {
        return create("");
    }

    /**
     * The same.
     *
     * @param options of both ends, as {@code ip link add} takes them
     */
    public static VethPair create(String options) throws InterruptedException {
        Namespace left = Namespace.create();
        Namespace right = Namespace.create();
        VethPair pair = new VethPair(left, right);
        String quiet = "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; ";
        pair.inLeft(
                quiet
                        + "ip link add left "
                        + options
                        + " type veth peer name right "
                        + options
                        + " netns "
                        + right.name());
        pair.inRight(
                quiet
                        + "echo 1 > /proc/sys/net/ipv6/conf/right/disable_ipv6; ip link set right up");
        pair.inLeft("echo 1 > /proc/sys/net/ipv6/conf/left/disable_ipv6; ip link set left up");
        return pair;
    }

    /** Where the interface {@code left} is. */
    public Namespace left() {
        return left;
    }

    /** Where the interface {@code right} is. */
    public Namespace right() {
        return right;
    }

    /** Runs a shell's script beside the interface {@code left}; what it printed. */
    public String inLeft(String script) throws InterruptedException {
        return Child.run(SOON, left.command("sh", "-c", script));
    }

    /** Runs a shell's script beside the interface {@code right}; what it printed. */
    public String inRight(String script) throws InterruptedException {
        return Child.run(SOON, right.command("sh", "-c", script));
    }

    @Override
    public void close() {
        try (right) {
            left.close();
        }
    }
}
