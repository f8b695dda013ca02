package dev.ringroad.net.device;

import dev.ringroad.net.wire.EthernetHeader;

/**
 * An Ethernet address.
 *
 * @param bits the 48 bits, the first byte on the wire being the highest
 */
public record MacAddress(long bits) {

    /** The address of everybody. */
    public static final MacAddress BROADCAST = new MacAddress(EthernetHeader.BROADCAST);

    private static final int TEXT_LENGTH = 17;
    private static final long LOCALLY_ADMINISTERED = 0x0200_0000_0000L;
    private static final long GROUP = 0x0100_0000_0000L;

    /** Checks that there are no more than 48 bits. */
    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("an Ethernet address has 48 bits: " + bits);
        }
    }

    /**
     * Reads an address written as {@code 02:00:5e:10:00:01}.
     *
     * @throws SpecException when it is written otherwise
     */
    public static MacAddress parse(String text) {
        if (text.length() != TEXT_LENGTH) {
            throw malformed(text);
        }
        long bits = 0;
        for (int i = 0; i < TEXT_LENGTH; i++) {
            char c = text.charAt(i);
            if (i % 3 == 2) {
                if (c != ':') {
                    throw malformed(text);
                }
                continue;
            }
            int digit = Character.digit(c, 16);
            if (digit < 0 || c > 'f') {
                throw malformed(text);
            }
            bits = bits << 4 | digit;
        }
        return new MacAddress(bits);
    }

    /** An address that no manufacturer gives away, the same one for the same seed. */
    public static MacAddress locallyAdministered(long seed) {
        long mixed = seed * 0x9E37_79B9_7F4A_7C15L;
        mixed ^= mixed >>> 32;
        mixed *= 0xD6E8_FEB8_6659_FD93L;
        mixed ^= mixed >>> 32;
        return new MacAddress((mixed & 0xFFFF_FFFF_FFFFL & ~GROUP) | LOCALLY_ADMINISTERED);
    }

    /** Whether it stands for more than one station. */
    public boolean isGroup() {
        return EthernetHeader.isGroup(bits);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(TEXT_LENGTH);
        for (int shift = 44; shift >= 0; shift -= 4) {
            text.append(Character.forDigit((int) (bits >>> shift) & 0xF, 16));
            if (shift % 8 == 0 && shift != 0) {
                text.append(':');
            }
        }
        return text.toString();
    }

    private static SpecException malformed(String text) {
        return new SpecException(
                "\"" + text + "\" is not an Ethernet address; write it like 02:00:5e:10:00:01");
    }
}
