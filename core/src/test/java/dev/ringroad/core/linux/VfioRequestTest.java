package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;

final class VfioRequestTest {
    private final int[] words = new int[16];

    private void capability(int at, int id, int next) {
        words[at / 4] = id | 1 << 16;
        words[at / 4 + 1] = next;
    }

    private int find(int first, int id) {
        return VfioRequest.capability(MemorySegment.ofArray(words), first, id);
    }

    @Test
    void aCapabilityIsFoundInItsChain() {
        capability(16, 3, 40);
        capability(40, 1, 0);

        assertThat(find(16, 3)).isEqualTo(16);
        assertThat(find(16, 1)).isEqualTo(40);
        assertThat(find(16, 2)).isZero();
        assertThat(find(0, 3)).isZero();
    }

    @Test
    void aChainThatRunsInACircleOrOutsideEnds() {
        capability(16, 3, 24);
        capability(24, 4, 16);
        assertThat(find(16, 1)).isZero();

        capability(24, 4, 60);
        assertThat(find(16, 1)).isZero();
        capability(24, 4, -8);
        assertThat(find(16, 1)).isZero();
    }
}
