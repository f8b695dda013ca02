package dev.ringroad.net.driver.tap;

import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.MacAddress;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/**
 * What a spec says on a TAP: {@code tap:NAME[,host=ADDRESS/PREFIX][,mtu=…][,mac=…][,offload=…]}.
 *
 * @param name of the kernel's interface
 * @param host the address that the kernel's end gets, or null to leave that end alone
 * @param hostPrefixBits of its network
 * @param mtu in bytes, or 0 to take the interface's
 * @param macAddress of our end
 * @param offload what to leave to the other end
 */
record TapOptions(
        String name,
        @Nullable InetAddress host,
        int hostPrefixBits,
        int mtu,
        MacAddress macAddress,
        Level offload) {

    /** How much work to leave to the other end of the cable. */
    enum Level {
        /** Nothing: every frame is complete, no larger than the MTU. */
        NONE,
        /** Checksums; what goes through memory only does not need any. */
        CHECKSUM,
        /** Checksums, and TCP segments of up to 64 KiB in both directions. */
        SEGMENTATION
    }

    private static final int MTU_MIN = 68;
    private static final int MTU_MAX = 65521;
    private static final int NAME_BYTES_MAX = 15;
    private static final String UNSAID = "checksum";

    static TapOptions take(DeviceSpec spec) {
        String name = spec.address();
        if (!name.matches("[A-Za-z0-9_.-]{1," + NAME_BYTES_MAX + "}")
                || name.equals(".")
                || name.equals("..")) {
            throw spec.wrong("name", name, "1 to 15 of A-Z a-z 0-9 _ . - , such as rr0");
        }
        InetAddress host = null;
        int prefixBits = 0;
        String hostText = spec.take("host");
        if (hostText != null) {
            int slash = hostText.indexOf('/');
            host = parseHost(spec, hostText, slash);
            prefixBits = parsePrefix(spec, hostText, slash, host);
        }
        int mtu = spec.takeInt("mtu", 0, MTU_MIN, MTU_MAX);
        MacAddress ours = MacAddress.locallyAdministered(("tap:" + name).hashCode());
        MacAddress mac = spec.takeMacAddress("mac", ours);
        Level level = level(spec.takeOneOf("offload", UNSAID, List.of("yes", "no", UNSAID)));
        return new TapOptions(name, host, prefixBits, mtu, mac, level);
    }

    private static Level level(String offload) {
        return switch (offload) {
            case "yes" -> Level.SEGMENTATION;
            case "no" -> Level.NONE;
            default -> Level.CHECKSUM;
        };
    }

    private static InetAddress parseHost(DeviceSpec spec, String text, int slash) {
        try {
            InetAddress address =
                    InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            if (slash > 0 && !address.isAnyLocalAddress() && !address.isMulticastAddress()) {
                return address;
            }
        } catch (IllegalArgumentException _) {
            // Told below, in our own words.
        }
        throw hostIsWrong(spec, text);
    }

    private static int parsePrefix(DeviceSpec spec, String text, int slash, InetAddress address) {
        int bitsMax = address instanceof Inet4Address ? 32 : 128;
        try {
            int bits = Integer.parseInt(text, slash + 1, text.length(), 10);
            if (bits >= 1 && bits <= bitsMax) {
                return bits;
            }
        } catch (NumberFormatException _) {
            // Told below, in our own words.
        }
        throw hostIsWrong(spec, text);
    }

    private static RuntimeException hostIsWrong(DeviceSpec spec, String text) {
        return spec.wrong(
                "host",
                text,
                "the address of the kernel's end with its prefix, such as 10.9.1.1/24");
    }
}
