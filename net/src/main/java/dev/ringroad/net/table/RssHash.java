package dev.ringroad.net.table;

/**
 * The Toeplitz hash that network adapters spread packets over queues with (Microsoft, "RSS hashing
 * functions"), for those that don't, and to know beforehand where an adapter will put a flow.
 *
 * <p>Memory: 1 KiB for each byte that may be hashed, so 36 KiB; complexity: a table read a byte. No
 * bit of the input is looked at by itself: what each byte contributes was worked out when the hash
 * was made. Immutable.
 *
 * <p>Addresses and ports are in the host's order, as the codecs of {@code net.wire} give them.
 */
public final class RssHash {
    /** Bytes of a key: enough for two IPv6 addresses and two ports. */
    public static final int KEY_BYTES = 40;

    private static final int INPUT_BYTES_MAX = KEY_BYTES - Integer.BYTES;
    private static final int BYTE_VALUES = 256;
    private static final int IPV6_BYTES = 16;

    /** What byte i with value v contributes, at 256 * i + v. */
    private final int[] contributions = new int[INPUT_BYTES_MAX * BYTE_VALUES];

    private RssHash(byte[] key) {
        for (int i = 0; i < INPUT_BYTES_MAX; i++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                contribute(i, 0x80 >>> bit, window(key, i * Byte.SIZE + bit));
            }
        }
    }

    /**
     * With this key.
     *
     * @throws IllegalArgumentException if it has not {@link #KEY_BYTES}
     */
    public static RssHash of(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    "the key has " + key.length + " bytes; it must have " + KEY_BYTES);
        }
        return new RssHash(key);
    }

    /**
     * With a key that repeats every 16 bits, so that both directions of a flow have one hash: what
     * stands 32 bits, or a pair of ports 16 bits, further on contributes the same (Woo and Park,
     * "Scalable TCP Session Monitoring with Symmetric Receive-side Scaling").
     */
    public static RssHash symmetric() {
        byte[] key = new byte[KEY_BYTES];
        for (int i = 0; i < KEY_BYTES; i += 2) {
            key[i] = 0x6D;
            key[i + 1] = 0x5A;
        }
        return new RssHash(key);
    }

    /** The 32 bits of the key from this bit on. */
    private static int window(byte[] key, int bit) {
        long bytes = 0;
        for (int i = 0; i < Integer.BYTES + 1; i++) {
            int at = bit / Byte.SIZE + i;
            bytes = (bytes << Byte.SIZE) | (at < KEY_BYTES ? key[at] & 0xFF : 0);
        }
        return (int) (bytes >>> (Byte.SIZE - bit % Byte.SIZE));
    }

    private void contribute(int inputByte, int bitMask, int window) {
        for (int value = 0; value < BYTE_VALUES; value++) {
            if ((value & bitMask) != 0) {
                contributions[inputByte * BYTE_VALUES + value] ^= window;
            }
        }
    }

    /** Of two IPv4 addresses. */
    public int ipv4(int source, int destination) {
        return ofInt(0, source) ^ ofInt(Integer.BYTES, destination);
    }

    /** Of two IPv4 addresses and two ports, of which the lower 16 bits count. */
    public int ipv4(int source, int destination, int sourcePort, int destinationPort) {
        return ipv4(source, destination)
                ^ ofInt(2 * Integer.BYTES, ports(sourcePort, destinationPort));
    }

    /** Of two IPv6 addresses, two longs each. */
    public int ipv6(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        return ofLong(0, sourceHigh)
                ^ ofLong(Long.BYTES, sourceLow)
                ^ ofLong(IPV6_BYTES, destinationHigh)
                ^ ofLong(IPV6_BYTES + Long.BYTES, destinationLow);
    }

    /** Of two IPv6 addresses and two ports, of which the lower 16 bits count. */
    public int ipv6(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int sourcePort,
            int destinationPort) {
        return ipv6(sourceHigh, sourceLow, destinationHigh, destinationLow)
                ^ ofInt(2 * IPV6_BYTES, ports(sourcePort, destinationPort));
    }

    private static int ports(int source, int destination) {
        return (source << Character.SIZE) | (destination & 0xFFFF);
    }

    private int ofLong(int inputByte, long word) {
        return ofInt(inputByte, (int) (word >>> Integer.SIZE))
                ^ ofInt(inputByte + Integer.BYTES, (int) word);
    }

    private int ofInt(int inputByte, int word) {
        int at = inputByte * BYTE_VALUES;
        return contributions[at + (word >>> 24)]
                ^ contributions[at + BYTE_VALUES + ((word >>> 16) & 0xFF)]
                ^ contributions[at + 2 * BYTE_VALUES + ((word >>> 8) & 0xFF)]
                ^ contributions[at + 3 * BYTE_VALUES + (word & 0xFF)];
    }
}
