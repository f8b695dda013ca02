package dev.ringroad.core.pci;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a function is: {@code 0000:3b:00.0}.
 *
 * @param domain 0 to 0xffffffff as Linux has it, in practice 0 to 0xffff
 * @param bus 0 to 255
 * @param device 0 to 31
 * @param function 0 to 7
 */
public record PciAddress(int domain, int bus, int device, int function)
        implements Comparable<PciAddress> {
    private static final Pattern TEXT =
            Pattern.compile("(?:([0-9a-fA-F]{4,8}):)?([0-9a-fA-F]{2}):([0-9a-fA-F]{2})\\.([0-7])");

    public PciAddress {
        if (bus < 0 || bus > 255 || device < 0 || device > 31 || function < 0 || function > 7) {
            throw new IllegalArgumentException(
                    "No PCI function has bus "
                            + bus
                            + ", device "
                            + device
                            + ", function "
                            + function);
        }
    }

    /** Whether {@link #parse} can read it. */
    public static boolean isOne(String text) {
        return TEXT.matcher(text).matches();
    }

    /**
     * Reads {@code DDDD:BB:DD.F} or {@code BB:DD.F}, hexadecimal.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static PciAddress parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no PCI address. Remedy: write it as 0000:3b:00.0.");
        }
        int domain = matcher.group(1) == null ? 0 : Integer.parseUnsignedInt(matcher.group(1), 16);
        return new PciAddress(
                domain,
                Integer.parseInt(matcher.group(2), 16),
                Integer.parseInt(matcher.group(3), 16),
                Integer.parseInt(matcher.group(4), 16));
    }

    @Override
    public int compareTo(PciAddress other) {
        int domains = Integer.compareUnsigned(domain, other.domain);
        return domains != 0 ? domains : Integer.compare(routingId(), other.routingId());
    }

    /** Bus, device and function as they travel: 8, 5 and 3 bits. */
    public int routingId() {
        return bus << 8 | device << 3 | function;
    }

    @Override
    public String toString() {
        return String.format("%04x:%02x:%02x.%d", domain, bus, device, function);
    }
}
