package dev.ringroad.bench.compare;

import java.util.List;

/** The kernel's own TCP/IP over its loopback interface. */
public final class KernelLoopback implements Road {
    /** The machine's own loopback. */
    public KernelLoopback() {}

    @Override
    public String name() {
        return "kernel loopback";
    }

    @Override
    public String serverAddress() {
        return "127.0.0.1";
    }

    @Override
    public List<String> jvmArguments(End end, Traffic traffic, int run) {
        return List.of();
    }

    @Override
    public String settings(Traffic traffic) {
        return "the kernel's defaults, MTU 65536";
    }
}
