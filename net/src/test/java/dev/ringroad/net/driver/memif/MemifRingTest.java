package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

class MemifRingTest {

    private static final long BASE = 64;

    private final MemorySegment memory = Arena.ofAuto().allocate(4096, 64);

    @Test
    void fieldsLieWhereThePeersLookForThem() {
        MemifRing ring = MemifRing.initialise(memory, BASE, 2);
        ring.headRelease(0x12345);
        ring.tailRelease(0x6789);
        ring.descriptorLow(3, MemifRing.low(1, 2, 0x01020304));
        ring.descriptorHigh(3, 0xFFFF_FFF0L);

        assertThat(memory.get(ValueLayout.JAVA_INT, BASE)).isEqualTo(0x3E31F20);
        assertThat(memory.get(ValueLayout.JAVA_SHORT, BASE + 4)).isEqualTo((short) 1);
        assertThat(memory.get(ValueLayout.JAVA_SHORT, BASE + 6)).isEqualTo((short) 0x2345);
        assertThat(memory.get(ValueLayout.JAVA_SHORT, BASE + 64)).isEqualTo((short) 0x6789);
        long descriptor = BASE + 128 + 3 * 16;
        assertThat(memory.get(ValueLayout.JAVA_SHORT, descriptor)).isEqualTo((short) 1);
        assertThat(memory.get(ValueLayout.JAVA_SHORT, descriptor + 2)).isEqualTo((short) 2);
        assertThat(memory.get(ValueLayout.JAVA_INT, descriptor + 4)).isEqualTo(0x01020304);
        assertThat(memory.get(ValueLayout.JAVA_INT, descriptor + 8)).isEqualTo(0xFFFF_FFF0);
        assertThat(memory.get(ValueLayout.JAVA_INT, descriptor + 12)).isZero();
    }

    @Test
    void descriptorsAreReadAsUnsignedNumbers() {
        MemifRing ring = MemifRing.initialise(memory, BASE, 2);
        long at = BASE + 128;
        memory.set(ValueLayout.JAVA_SHORT, at, (short) 0xFFFF);
        memory.set(ValueLayout.JAVA_SHORT, at + 2, (short) 0xFFFF);
        memory.set(ValueLayout.JAVA_INT, at + 4, -1);
        memory.set(ValueLayout.JAVA_INT, at + 8, -1);
        memory.set(ValueLayout.JAVA_INT, at + 12, -1);

        long low = ring.descriptorLow(0);
        assertThat(MemifRing.hasNext(low)).isTrue();
        assertThat(MemifRing.region(low)).isEqualTo(0xFFFF);
        assertThat(MemifRing.length(low)).isEqualTo(0xFFFF_FFFFL);
        assertThat(MemifRing.offset(ring.descriptorHigh(0))).isEqualTo(0xFFFF_FFFFL);
    }

    @Test
    void anOfferedRingIsChecked() throws Exception {
        MemifRing.initialise(memory, BASE, 2);
        assertThat(MemifRing.offered(memory, BASE, 2).size()).isEqualTo(4);
        assertRefused(0, 2, "cookie");
        assertRefused(BASE + 4, 2, "misaligned");
        assertRefused(BASE, 15, "too big");
        assertRefused(BASE, 255, "too big");
        assertRefused(BASE, 14, "does not fit");
        assertRefused(4096 - 64, 0, "does not fit");
        assertRefused(0xFFFF_FFF8L, 0, "does not fit");
    }

    private void assertRefused(long base, int ringLog2, String why) {
        assertThatThrownBy(() -> MemifRing.offered(memory, base, ringLog2))
                .isInstanceOf(MemifProtocolException.class)
                .hasMessageContaining(why);
    }

    @Test
    void theDoorbellIsWantedBetweenUnmaskAndMask() {
        MemifRing ring = MemifRing.initialise(memory, BASE, 2);
        assertThat(ring.doorbellWanted()).isFalse();
        ring.unmaskInterrupts();
        assertThat(ring.doorbellWanted()).isTrue();
        ring.maskInterrupts();
        assertThat(ring.doorbellWanted()).isFalse();
    }
}
