package dev.ringroad.stack.ip;

/**
 * The addresses that share their first bits (RFC 4632). As an interface's address, the bits behind
 * the prefix are kept: 10.9.0.1/24 is the host .1 in the network 10.9.0.0/24; {@link #network()}
 * clears them.
 *
 * @param address a member of the prefix
 * @param length how many bits are shared: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record IpPrefix(IpAddress address, int length) {
    /** Everything in IPv4. */
    public static final IpPrefix DEFAULT_V4 = new IpPrefix(IpAddress.ANY_V4, 0);

    /** Refuses a length that the address's version does not have. */
    public IpPrefix {
        if (length < 0 || length > address.bits()) {
            throw new IllegalArgumentException(
                    "A prefix of "
                            + address
                            + " has 0 to "
                            + address.bits()
                            + " bits, not "
                            + length
                            + ".");
        }
    }

    /**
     * Reads {@code 10.9.0.1/24} or {@code fd00::1/64}.
     *
     * @throws IllegalArgumentException with a sentence when the text is no prefix
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' has no prefix length; write it behind a slash, like 10.9.0.1/24.");
        }
        IpAddress address = IpAddress.parse(text.substring(0, slash));
        int length;
        try {
            length = Integer.parseInt(text.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' has no number behind the slash; write it like 10.9.0.1/24.", e);
        }
        return new IpPrefix(address, length);
    }

    /** How many of the 128 bits are shared. */
    public int length128() {
        return address.isV4() ? length + 96 : length;
    }

    /** The mask of the first eight bytes. */
    public long maskHigh() {
        int bits = length128();
        return bits >= 64 ? -1L : bits == 0 ? 0 : -1L << (64 - bits);
    }

    /** The mask of the last eight bytes. */
    public long maskLow() {
        int bits = length128() - 64;
        return bits >= 64 ? -1L : bits <= 0 ? 0 : -1L << (64 - bits);
    }

    /** Whether the address shares this prefix; an IPv4 address is never in an IPv6 prefix. */
    public boolean contains(IpAddress other) {
        return contains(other.high(), other.low());
    }

    /** The same without an object. */
    public boolean contains(long high, long low) {
        return ((high ^ address.high()) & maskHigh()) == 0
                && ((low ^ address.low()) & maskLow()) == 0
                && IpAddress.isV4(high, low) == address.isV4();
    }

    /** The same prefix with the bits behind it cleared. */
    public IpPrefix network() {
        return new IpPrefix(
                new IpAddress(address.high() & maskHigh(), address.low() & maskLow()), length);
    }

    /**
     * The IPv4 network's directed broadcast address (RFC 922), or 255.255.255.255 where there is
     * none: prefixes of 31 (RFC 3021) and 32 bits, and IPv6.
     */
    public IpAddress broadcast() {
        if (!address.isV4() || length >= 31) {
            return IpAddress.BROADCAST_V4;
        }
        return new IpAddress(0, address.low() | ~maskLow());
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
