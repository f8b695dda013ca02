package dev.ringroad.net.virtio;

import org.jspecify.annotations.Nullable;

import java.util.StringJoiner;

/** Bits in words, for messages. */
final class BitNames {

    private BitNames() {}

    /**
     * The names of the bits that are set; the number of one that has no name.
     *
     * @param names by bit, 64 of them, null for none
     */
    static String of(long bits, @Nullable String[] names) {
        StringJoiner words = new StringJoiner(", ");
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((bits >>> bit & 1) != 0) {
                String name = names[bit];
                words.add(name == null ? "bit " + bit : name);
            }
        }
        return words.length() == 0 ? "none" : words.toString();
    }
}
