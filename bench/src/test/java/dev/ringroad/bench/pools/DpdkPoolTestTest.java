package dev.ringroad.bench.pools;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class DpdkPoolTestTest {

    private static final Offset<Double> NEAR = Offset.offset(0.01);

    private final DpdkPoolTest test = new DpdkPoolTest();

    /** Reads the figures that all rows need; the answer is whether more are wanted. */
    private boolean readAll(String... parts) {
        boolean more = true;
        for (String part : parts) {
            more = test.read("start performance test (" + part + ")");
            for (int cores = 1; cores <= 2; cores++) {
                for (int bulk : new int[] {1, 8, 32}) {
                    for (int kept : new int[] {32, 128, 512}) {
                        more = test.read(figure(cores, bulk, bulk, kept, 0, 100_000L * bulk));
                        more = test.read(figure(cores, bulk, bulk, kept, 1, 1));
                        more = test.read(figure(cores, bulk, 4, kept, 0, 1));
                    }
                }
            }
        }
        return more;
    }

    private static String figure(int cores, int get, int put, int kept, int constant, long rate) {
        return "mempool_autotest cache=512 cores="
                + cores
                + " n_get_bulk="
                + get
                + " n_put_bulk="
                + put
                + " n_keep="
                + kept
                + " constant_n="
                + constant
                + " rate_persec="
                + rate;
    }

    @Test
    void givesTheCyclesOfEachCoreForAnObject() {
        test.read("EAL: TSC frequency is ~10000 KHz");
        assertThat(readAll("without cache", "with cache")).isTrue();
        assertThat(readAll("with user-owned cache")).isFalse();
        for (PoolCase one : PoolCase.all()) {
            assertThat(test.cycles(one))
                    .as(one.words())
                    .isCloseTo(100.0 * one.cores() / one.bulk(), NEAR);
        }
    }

    @Test
    void endsWhenTheTestWouldTakeAnHour() {
        test.read("EAL: TSC frequency is ~2600000 KHz");
        assertThat(test.read("start performance test (without cache)")).isFalse();
    }
}
