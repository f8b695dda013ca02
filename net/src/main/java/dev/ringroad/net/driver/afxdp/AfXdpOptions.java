package dev.ringroad.net.driver.afxdp;

import dev.ringroad.net.device.DeviceSpec;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What a spec says on an interface: {@code
 * afxdp:NAME[,netns=…][,queue=…][,queues=…][,mode=…][,zero-copy=…][,umem=…][,buffers=…][,busy-poll=…]
 * [,checksum=…][,timestamps=…][,chained=…]}.
 *
 * @param name of the kernel's interface
 * @param namespace that the interface is in, or null for the present one
 * @param firstQueue of the interface
 * @param queues how many, from the first on
 * @param mode where the redirecting program runs
 * @param zeroCopy whether the adapter uses our memory itself
 * @param memory what the memory is called that the port shares with others, or null for its own
 * @param buffers how many there are in that memory, if the port is its first
 * @param busyPollFrames how many the kernel receives at most in a call of ours, or 0 when it is
 *     left to interrupts
 * @param checksum who computes checksums that packets request
 * @param timestamps whether to learn when frames were sent
 * @param chained whether frames may lie in several buffers
 */
record AfXdpOptions(
        String name,
        @Nullable String namespace,
        int firstQueue,
        int queues,
        Mode mode,
        ZeroCopy zeroCopy,
        @Nullable String memory,
        int buffers,
        int busyPollFrames,
        Checksum checksum,
        boolean timestamps,
        boolean chained) {

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

    /** Who computes checksums that packets request. */
    enum Checksum {
        /** We do. */
        SOFTWARE,
        /** The kernel, in its memory of the frame. */
        KERNEL,
        /** The adapter, or the kernel for one that does not. */
        ADAPTER
    }

    /** The interface's name if it is one here; another namespace may have another of that name. */
    @Nullable String visibleName() {
        return namespace == null ? name : null;
    }

    private static final int BUFFERS_MAX = 1 << 18;
    private static final int BUSY_POLL_MAX = 1024;
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
        String memory = spec.take("umem");
        if (memory != null && !memory.matches(PLAIN_NAME)) {
            throw spec.wrong("umem", memory, "a name of letters, digits, dots and dashes");
        }
        int ports = memory == null ? 1 : 2;
        int least = queues * AfXdpQueue.BUFFERS;
        int buffers = spec.takeInt("buffers", ports * least, least, BUFFERS_MAX);
        int busyPoll = spec.takeInt("busy-poll", 0, 0, BUSY_POLL_MAX);
        List<String> computers = List.of("software", "kernel", "adapter");
        Checksum checksum =
                Checksum.values()[
                        computers.indexOf(spec.takeOneOf("checksum", "software", computers))];
        boolean timestamps = spec.takeYesNo("timestamps", false);
        boolean chained = spec.takeYesNo("chained", false);
        return new AfXdpOptions(
                name,
                namespace,
                first,
                queues,
                mode,
                zeroCopy,
                memory,
                buffers,
                busyPoll,
                checksum,
                timestamps,
                chained);
    }
}
