package dev.ringroad.bench.rings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.bench.dpdk.DpdkOutput;

import org.junit.jupiter.api.Test;

import java.io.IOException;

class DpdkRingTestTest {
    private static final String OUTPUT =
            """
            EAL: TSC frequency is ~2600000 KHz
            ### Testing single element enq/deq ###
            legacy APIs: SP/SC: single: 19.36
            ### Testing burst enq/deq ###
            legacy APIs: SP/SC: burst (size: 8): 29.50
            ### Testing bulk enq/deq ###
            legacy APIs: SP/SC: bulk (size: 8): 27.36
            legacy APIs: MP/MC: bulk (size: 32): 71.13
            ### Testing empty bulk deq ###
            legacy APIs: SP/SC: bulk (size: 8): 9.61
            ### Testing using two physical cores ###
            legacy APIs: SP/SC: bulk (size: 8): 16.05
            ### Testing single element enq/deq ###
            elem APIs: element size 16B: SP/SC: single: 14.11""";

    private static DpdkRingTest having(String said) {
        return new DpdkRingTest(new DpdkOutput("ring_perf_autotest", said.lines().toList()));
    }

    @Test
    void readsEachFigureWhereItBelongs() throws Exception {
        DpdkRingTest test = having(OUTPUT);
        assertThat(test.cyclesANano()).isEqualTo(2.6);
        assertThat(test.cycles(new RingCase(true, 1, false, 1))).isEqualTo(19.36);
        assertThat(test.cycles(new RingCase(false, 1, false, 8))).isEqualTo(27.36);
        assertThat(test.cycles(new RingCase(false, 1, true, 32))).isEqualTo(71.13);
        assertThat(test.cycles(new RingCase(false, 2, false, 8))).isEqualTo(16.05);
    }

    @Test
    void saysWhatThePeerSaidInsteadOfAFigure() {
        DpdkRingTest test = having("EAL: no memory");
        assertThatThrownBy(() -> test.cycles(new RingCase(false, 2, true, 8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no memory");
        assertThatThrownBy(test::cyclesANano).isInstanceOf(IOException.class);
    }
}
