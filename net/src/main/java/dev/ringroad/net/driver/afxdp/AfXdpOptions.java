package dev.ringroad.net.driver.afxdp;

import dev.ringroad.net.device.DeviceSpec;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What a spec says on an interface: {@code
 * afxdp:NAME[,netns=…][,queue=…][,queues=…][,mode=…][,zero-copy=…]}.
 *
 * @param name of the kernel's interface
 * @param namespace that the interface is in, or null for the present one
 * @param firstQueue of the interface
 * @param queues how many, from the first on
 * @param mode where the redirecting program runs
 * @param zeroCopy whether the adapter uses our memory itself
 */
record AfXdpOptions(
        String name,
        @Nullable String namespace,
        int firstQueue,
        int queues,
        Mode mode,
        ZeroCopy zeroCopy) {

    /** Where the redirecting program runs. */
    enum Mode {
        /** In the driver if it can, else in the kernel. */
        BEST,
        NATIVE,
        GENERIC
    }

    /** Whether the adapter uses our memory itself. */
    enum ZeroCopy {
        /** If it can. */
        BEST,
        REQUIRED,
        NONE
    }

    private static final int QUEUE_MAX = 1023;
    private static final int QUEUES_MAX = 64;
    private static final String PLAIN_NAME = "[A-Za-z0-9_.-]{1,64}";

    static AfXdpOptions take(DeviceSpec spec) {
        String name = spec.address();
        if (!name.matches("[^/:%\\s]{1,15}") || name.equals(".") || name.equals("..")) {
            throw spec.wrong("name", name, "an interface's, such as eth0");
        }
        String namespace = spec.take("netns");
        if (namespace != null && (!namespace.matches(PLAIN_NAME) || namespace.startsWith("."))) {
            throw spec.wrong("netns", namespace, "a name that `ip netns list` shows");
        }
        int first = spec.takeInt("queue", 0, 0, QUEUE_MAX);
        int queues = spec.takeInt("queues", 1, 1, QUEUES_MAX);
        Mode mode =
                switch (spec.takeOneOf("mode", "best", List.of("best", "native", "generic"))) {
                    case "native" -> Mode.NATIVE;
                    case "generic" -> Mode.GENERIC;
                    default -> Mode.BEST;
                };
        String asked = spec.takeOneOf("zero-copy", "best", List.of("best", "yes", "no"));
        ZeroCopy zeroCopy =
                switch (asked) {
                    case "yes" -> ZeroCopy.REQUIRED;
                    case "no" -> ZeroCopy.NONE;
                    default -> ZeroCopy.BEST;
                };
        if (mode == Mode.GENERIC && zeroCopy == ZeroCopy.REQUIRED) {
            throw spec.wrong("zero-copy", asked, "best or no in generic mode");
        }
        return new AfXdpOptions(name, namespace, first, queues, mode, zeroCopy);
    }
}
