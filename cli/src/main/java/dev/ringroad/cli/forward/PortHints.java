package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.Machine;
import dev.ringroad.net.device.DeviceSpec;

import java.util.Optional;

/**
 * What to know of a port that looks right, and lets pings through and little else: the other end of
 * a virtual cable leaves checksums and the cutting of segments to an adapter that is not there.
 */
final class PortHints {

    private PortHints() {}

    /** What to tell before the port is opened, as one sentence; nothing for most ports. */
    static Optional<String> of(DeviceSpec spec, Machine machine) {
        if (!isVirtual(spec.address(), machine)) {
            return Optional.empty();
        }
        return switch (spec.kind()) {
            case "afxdp" -> Optional.of(checksums(spec.address()));
            case "afpacket" ->
                    spec.options().containsKey("offload")
                            ? Optional.empty()
                            : Optional.of(segments(spec.address()));
            default -> Optional.empty();
        };
    }

    /** One of this network namespace that no adapter is behind. */
    private static boolean isVirtual(String name, Machine machine) {
        String folder = "sys/class/net/" + name;
        return !name.contains("/") && machine.exists(folder) && !machine.exists(folder + "/device");
    }

    private static String checksums(String name) {
        return name
                + " is virtual: TCP and UDP from its other end fail while that end leaves checksums"
                + " undone. Remedy: ethtool -K NAME tx off there, or afpacket:"
                + name
                + ", which completes them.";
    }

    private static String segments(String name) {
        return name
                + " is virtual: segments longer than its MTU are dropped. Remedy: offload=yes, or"
                + " ethtool -K NAME tso off gso off at its other end.";
    }
}
