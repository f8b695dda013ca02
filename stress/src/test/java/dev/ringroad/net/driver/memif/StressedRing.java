package dev.ringroad.net.driver.memif;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A ring of one slot and eight bytes of payload behind it, small enough to be made a million times.
 */
final class StressedRing {

    private static final long PAYLOAD_AT = MemifRing.byteSize(0);

    private final MemorySegment memory =
            MemorySegment.ofArray(new long[(int) (PAYLOAD_AT / Long.BYTES) + 1]);
    final MemifRing ring = MemifRing.initialise(memory, 0, 0);

    long payload() {
        return memory.get(ValueLayout.JAVA_LONG, PAYLOAD_AT);
    }

    void payload(long value) {
        memory.set(ValueLayout.JAVA_LONG, PAYLOAD_AT, value);
    }
}
