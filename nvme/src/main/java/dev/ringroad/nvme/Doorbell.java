package dev.ringroad.nvme;

import dev.ringroad.core.pci.Mmio;

import org.jspecify.annotations.Nullable;

/**
 * Where a controller is told how far a ring has got. With a {@link ShadowDoorbells} it is told in
 * memory, and the register is written only when the controller asks for that. Owned by its queue's
 * thread.
 */
final class Doorbell {
    private final Mmio registers;
    private final long at;
    private @Nullable ShadowDoorbells shadow;
    private int last;
    private long rings;

    /**
     * @param at where the register is
     */
    Doorbell(Mmio registers, long at) {
        this.registers = registers;
        this.at = at;
    }

    /** Begins at 0 again, as the queue was made anew. */
    void reset(@Nullable ShadowDoorbells shadowNow) {
        shadow = shadowNow;
        last = 0;
    }

    /** Shows the controller everything that was stored before. */
    void ring(int value) {
        ShadowDoorbells memory = shadow;
        if (memory == null || memory.announce(at, last, value)) {
            rings++;
            registers.writeInt(at, value);
        }
        last = value;
    }

    /** How often the register was written. */
    long rings() {
        return rings;
    }
}
