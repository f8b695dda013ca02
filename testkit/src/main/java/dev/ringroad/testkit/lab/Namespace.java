package dev.ringroad.testkit.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace of a lab's own, with its loopback up; deleted on close with all devices in
 * it.
 */
public final class Namespace implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final AtomicInteger MADE = new AtomicInteger();

    private final String name;

    private Namespace(String name) {
        this.name = name;
    }

    /** Makes one; needs root. */
    public static Namespace create() throws InterruptedException {
        String name = "ringroad-" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet();
        Child.run(SOON, "ip", "netns", "add", name);
        Namespace namespace = new Namespace(name);
        Child.run(SOON, namespace.command("ip", "link", "set", "lo", "up"));
        return namespace;
    }

    /** As {@code ip netns} lists it. */
    public String name() {
        return name;
    }

    /** The command line that runs a command inside. */
    public List<String> command(String... command) {
        return command(List.of(command));
    }

    /** The same for a command in a list. */
    public List<String> command(List<String> command) {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", name));
        line.addAll(command);
        return line;
    }

    /** Moves a network interface of this process's namespace inside. */
    public void adopt(String networkInterface) throws InterruptedException {
        Child.run(SOON, "ip", "link", "set", networkInterface, "netns", name);
    }

    @Override
    public void close() {
        try {
            Child.run(SOON, "ip", "netns", "delete", name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
