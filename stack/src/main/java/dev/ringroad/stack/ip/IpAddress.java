package dev.ringroad.stack.ip;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * An internet address of either version in 128 bits. An IPv4 address a.b.c.d is held as
 * ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so that tables, endpoints and connections know one
 * kind of address only.
 *
 * @param high the first eight bytes, in network order
 * @param low the last eight bytes, in network order
 */
public record IpAddress(long high, long low) {
    private static final long V4_PREFIX = 0xffff_0000_0000L;

    /** 0.0.0.0: any IPv4 address, or none yet. */
    public static final IpAddress ANY_V4 = v4(0);

    /** {@code ::}: any IPv6 address, or none yet. */
    public static final IpAddress ANY_V6 = new IpAddress(0, 0);

    /** 127.0.0.1. */
    public static final IpAddress LOOPBACK_V4 = v4(0x7f000001);

    /** {@code ::1}. */
    public static final IpAddress LOOPBACK_V6 = new IpAddress(0, 1);

    /** 255.255.255.255: every host on the link (RFC 919). */
    public static final IpAddress BROADCAST_V4 = v4(-1);

    /** The IPv4 address with these four bytes, in network order. */
    public static IpAddress v4(int bits) {
        return new IpAddress(0, mapped(bits));
    }

    /** The low half of an IPv4 address's 128 bits; its high half is 0. */
    public static long mapped(int bits) {
        return V4_PREFIX | (bits & 0xffff_ffffL);
    }

    /** Whether these 128 bits hold an IPv4 address. */
    public static boolean isV4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /**
     * Reads an IPv4 address in dotted decimals, or an IPv6 address in one of RFC 4291's forms.
     * Names are not looked up.
     *
     * @throws IllegalArgumentException with a sentence when the text is no address
     */
    public static IpAddress parse(String text) {
        try {
            return text.indexOf(':') >= 0 ? parseV6(text) : v4(parseV4(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no internet address; write one like 10.9.0.1 or fd00::1.",
                    e);
        }
    }

    private static int parseV4(String text) {
        int bits = 0;
        int parts = 0;
        int at = 0;
        while (at <= text.length()) {
            int dot = text.indexOf('.', at);
            int end = dot < 0 ? text.length() : dot;
            if (end == at || end - at > 3 || parts == 4) {
                throw new IllegalArgumentException("not four decimal parts");
            }
            int part = 0;
            for (int i = at; i < end; i++) {
                int digit = text.charAt(i) - '0';
                if (digit < 0 || digit > 9) {
                    throw new IllegalArgumentException("not a decimal digit");
                }
                part = part * 10 + digit;
            }
            // A leading zero would mean octal to some readers and decimal to others.
            if (part > 255 || (end - at > 1 && text.charAt(at) == '0')) {
                throw new IllegalArgumentException("part out of range");
            }
            bits = bits << 8 | part;
            parts++;
            at = end + 1;
        }
        if (parts != 4) {
            throw new IllegalArgumentException("not four decimal parts");
        }
        return bits;
    }

    private static IpAddress parseV6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            int[] groups = groups(text, 8);
            if (groups.length != 8) {
                throw new IllegalArgumentException("not eight groups");
            }
            return ofGroups(groups, new int[0]);
        }
        if (text.indexOf("::", gap + 1) >= 0) {
            throw new IllegalArgumentException("more than one ::");
        }
        int[] head = groups(text.substring(0, gap), 7);
        int[] tail = groups(text.substring(gap + 2), 7);
        if (head.length + tail.length > 7) {
            throw new IllegalArgumentException("too many groups");
        }
        return ofGroups(head, tail);
    }

    private static int[] groups(String text, int most) {
        if (text.isEmpty()) {
            return new int[0];
        }
        int[] found = new int[9];
        int count = 0;
        String[] parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (count >= most) {
                throw new IllegalArgumentException("too many groups");
            }
            if (i == parts.length - 1 && part.indexOf('.') >= 0) {
                int v4 = parseV4(part);
                found[count++] = v4 >>> 16;
                found[count++] = v4 & 0xffff;
            } else {
                found[count++] = parseGroup(part);
            }
        }
        return Arrays.copyOf(found, count);
    }

    private static int parseGroup(String part) {
        if (part.isEmpty() || part.length() > 4) {
            throw new IllegalArgumentException("not a group of 16 bits");
        }
        int group = 0;
        for (int i = 0; i < part.length(); i++) {
            int digit = Character.digit(part.charAt(i), 16);
            if (digit < 0 || part.charAt(i) > 'f') {
                throw new IllegalArgumentException("not a hexadecimal digit");
            }
            group = group << 4 | digit;
        }
        return group;
    }

    private static IpAddress ofGroups(int[] head, int[] tail) {
        long[] halves = new long[2];
        for (int i = 0; i < head.length; i++) {
            halves[i >> 2] |= (long) head[i] << (48 - 16 * (i & 3));
        }
        for (int i = 0; i < tail.length; i++) {
            int group = 8 - tail.length + i;
            halves[group >> 2] |= (long) tail[i] << (48 - 16 * (group & 3));
        }
        return new IpAddress(halves[0], halves[1]);
    }

    /** The same address as the JDK knows it, with no scope. */
    public static IpAddress of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return v4((int) bigEndian(bytes, 0, 4));
        }
        return new IpAddress(bigEndian(bytes, 0, 8), bigEndian(bytes, 8, 8));
    }

    private static long bigEndian(byte[] bytes, int at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | (bytes[at + i] & 0xff);
        }
        return value;
    }

    /** The JDK's object for this address: an Inet4Address when {@link #isV4()}. */
    public InetAddress toInetAddress() {
        try {
            if (isV4()) {
                int bits = v4();
                return InetAddress.getByAddress(
                        new byte[] {
                            (byte) (bits >> 24),
                            (byte) (bits >> 16),
                            (byte) (bits >> 8),
                            (byte) bits
                        });
            }
            byte[] bytes = new byte[16];
            for (int i = 0; i < 8; i++) {
                bytes[i] = (byte) (high >> (56 - 8 * i));
                bytes[8 + i] = (byte) (low >> (56 - 8 * i));
            }
            return Inet6Address.getByAddress(null, bytes, -1);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 or 16 bytes is always legal", e);
        }
    }

    /** Whether this is an IPv4 address. */
    public boolean isV4() {
        return isV4(high, low);
    }

    /**
     * The IPv4 address's four bytes in network order; meaningless when {@link #isV4()} is false.
     */
    public int v4() {
        return (int) low;
    }

    /** 4 or 6. */
    public int version() {
        return isV4() ? 4 : 6;
    }

    /** 32 or 128. */
    public int bits() {
        return isV4() ? 32 : 128;
    }

    /** Whether this stands for any address: 0.0.0.0 or ::. */
    public boolean isAny() {
        return high == 0 && (low == 0 || low == V4_PREFIX);
    }

    /** 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291). */
    public boolean isMulticast() {
        return isV4() ? (int) low >>> 28 == 0xe : high >>> 56 == 0xff;
    }

    /**
     * 255.255.255.255; a subnet's broadcast address depends on its prefix, see {@link
     * IpPrefix#broadcast}.
     */
    public boolean isBroadcast() {
        return high == 0 && low == (V4_PREFIX | 0xffff_ffffL);
    }

    /** 127.0.0.0/8 (RFC 1122 section 3.2.1.3) or ::1. */
    public boolean isLoopback() {
        return isV4() ? (int) low >>> 24 == 127 : high == 0 && low == 1;
    }

    /** 169.254.0.0/16 (RFC 3927) or fe80::/10. */
    public boolean isLinkLocal() {
        return isV4() ? (int) low >>> 16 == 0xa9fe : high >>> 54 == 0xfe80 >>> 6;
    }

    /** Dotted decimals, or RFC 5952's form of an IPv6 address. */
    @Override
    public String toString() {
        if (isV4()) {
            return dotted((int) low);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (int) ((i < 4 ? high : low) >>> (48 - 16 * (i & 3))) & 0xffff;
        }
        int bestStart = -1;
        int bestLength = 1; // RFC 5952 section 4.2.2: one group of zeros alone is not shortened
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && groups[i + length] == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    private static String dotted(int bits) {
        return (bits >>> 24)
                + "."
                + (bits >>> 16 & 0xff)
                + "."
                + (bits >>> 8 & 0xff)
                + "."
                + (bits & 0xff);
    }
}
