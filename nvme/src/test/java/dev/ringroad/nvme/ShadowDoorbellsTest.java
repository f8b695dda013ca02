package dev.ringroad.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.memory.DmaMemory;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

class ShadowDoorbellsTest {
    private static final int PAGE = 4096;
    private static final long REGISTER = 0x1008;

    private final MemorySegment memory = Arena.ofAuto().allocate(2 * PAGE, PAGE);
    private final ShadowDoorbells doorbells =
            new ShadowDoorbells(DmaMemory.contiguous(memory, 0x5000, () -> {}), PAGE);

    private void event(int value) {
        memory.set(ValueLayout.JAVA_INT, PAGE + 8, value);
    }

    @Test
    void theValueIsToldAndTheRegisterWrittenOnlyWhereTheControllerAsksForIt() {
        event(5);

        assertThat(doorbells.announce(REGISTER, 3, 5)).as("up to the event").isFalse();
        assertThat(memory.get(ValueLayout.JAVA_INT, 8)).isEqualTo(5);
        assertThat(doorbells.announce(REGISTER, 5, 6)).as("past the event").isTrue();
        assertThat(doorbells.announce(REGISTER, 6, 9)).as("long past it").isFalse();
    }

    @Test
    void aRingThatBeginsAgainPassesItsEventToo() {
        event(30);

        assertThat(doorbells.announce(REGISTER, 31, 1)).isFalse();
        assertThat(doorbells.announce(REGISTER, 30, 31)).isTrue();
        event(0);
        assertThat(doorbells.announce(REGISTER, 0xfffe, 2)).isTrue();
    }

    @Test
    void onlyQueuesWhoseDoorbellsFitArePlaced() {
        assertThat(doorbells.covers(511, 4)).isTrue();
        assertThat(doorbells.covers(512, 4)).isFalse();
    }
}
