package dev.ringroad.net.driver.afpacket;

import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.MacAddress;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What a spec says on an interface: {@code
 * afpacket:NAME[,netns=…][,queues=…][,ring=…][,promiscuous=…][,mac=…][,offload=…]}.
 *
 * @param name of the kernel's interface
 * @param namespace that the interface is in, or null for the present one
 * @param queues that share its frames
 * @param ring how received frames are handed over
 * @param promiscuous whether frames for other stations are received, or null for whether they have
 *     to be
 * @param macAddress of the device, or null for the interface's
 * @param offload whether TCP segments of up to 64 KiB are exchanged
 */
record AfPacketOptions(
        String name,
        @Nullable String namespace,
        int queues,
        Ring ring,
        @Nullable Boolean promiscuous,
        @Nullable MacAddress macAddress,
        boolean offload) {

    /** How the kernel hands received frames over. */
    enum Ring {
        /** In blocks, when one is full or a millisecond old: the most frames a second. */
        BLOCKS,
        /** Each by itself, at once. */
        FRAMES
    }

    private static final int QUEUES_MAX = 64;
    private static final String PLAIN_NAME = "[A-Za-z0-9_.-]{1,64}";

    static AfPacketOptions take(DeviceSpec spec) {
        String name = spec.address();
        if (!name.matches("[^/:%\\s]{1,15}") || name.equals(".") || name.equals("..")) {
            throw spec.wrong("name", name, "an interface's, such as eth0");
        }
        String namespace = spec.take("netns");
        if (namespace != null && (!namespace.matches(PLAIN_NAME) || namespace.startsWith("."))) {
            throw spec.wrong("netns", namespace, "a name that `ip netns list` shows");
        }
        int queues = spec.takeInt("queues", 1, 1, QUEUES_MAX);
        String ring = spec.takeOneOf("ring", "frames", List.of("frames", "blocks"));
        Boolean promiscuous =
                spec.options().containsKey("promiscuous")
                        ? (Boolean) spec.takeYesNo("promiscuous", false)
                        : null;
        MacAddress mac =
                spec.options().containsKey("mac")
                        ? spec.takeMacAddress("mac", MacAddress.locallyAdministered(0))
                        : null;
        boolean offload = spec.takeYesNo("offload", false);
        return new AfPacketOptions(
                name,
                namespace,
                queues,
                ring.equals("blocks") ? Ring.BLOCKS : Ring.FRAMES,
                promiscuous,
                mac,
                offload);
    }
}
