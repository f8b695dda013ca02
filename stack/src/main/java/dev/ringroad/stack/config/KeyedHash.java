package dev.ringroad.stack.config;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;

/**
 * Hashes that nobody outside can predict, because a secret key goes in.
 *
 * <p>{@link #strong} is SipHash-2-4 (Aumasson and Bernstein, 2012) over three words: good enough
 * for initial sequence numbers (RFC 6528), port offsets (RFC 6056) and identifications (RFC 7739).
 * {@link #table} is one widening multiplication: quick enough for every packet, and enough to keep
 * a peer from choosing the slot of a hash table. Immutable; any thread may use it.
 */
public final class KeyedHash {
    private final long key0;
    private final long key1;

    private KeyedHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /**
     * A hash for one purpose.
     *
     * @param seed makes the key reproducible (simulations); null draws it from the system's secure
     *     source
     * @param purpose two purposes of the same seed get unrelated keys
     */
    public static KeyedHash of(@Nullable Long seed, String purpose) {
        if (seed == null) {
            SecureRandom random = new SecureRandom();
            return new KeyedHash(random.nextLong(), random.nextLong());
        }
        KeyedHash derive = new KeyedHash(seed, 0x72696e67726f6164L);
        long label = 0;
        for (int i = 0; i < purpose.length(); i++) {
            label = label * 31 + purpose.charAt(i);
        }
        return new KeyedHash(derive.strong(label, 1, 0), derive.strong(label, 2, 0));
    }

    /** SipHash-2-4 of three words (24 bytes). */
    public long strong(long a, long b, long c) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        for (int word = 0; word < 4; word++) {
            // The fourth word carries the length of the message in its top byte, as the definition
            // asks.
            long m = word == 0 ? a : word == 1 ? b : word == 2 ? c : 24L << 56;
            v3 ^= m;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /** A quick hash of two words for the slots of a table; the high bits are the good ones. */
    public long table(long a, long b) {
        long x = a ^ key0;
        long y = b ^ key1;
        return Math.multiplyHigh(x, y) ^ (x * y);
    }
}
