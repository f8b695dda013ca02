package dev.ringroad.stack.config;

import java.util.Locale;

/**
 * What the owner of a stack wants most. Every other number is derived from it unless told
 * otherwise.
 */
public enum Profile {
    /** Answer at once: spin while somebody waits, short delayed acknowledgements. */
    LATENCY,
    /** Move many bytes: large buffers and bursts, acknowledgements held back a little. */
    THROUGHPUT,
    /** Burn little CPU and follow the kernel's habits: sleep soon, conservative timers. */
    SAFE;

    /**
     * The profile of this name, whatever its case.
     *
     * @throws IllegalArgumentException with a sentence that lists the names
     */
    public static Profile parse(String name) {
        for (Profile profile : values()) {
            if (profile.name().equalsIgnoreCase(name)) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "Unknown profile '" + name + "'. Choose latency, throughput or safe.");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
