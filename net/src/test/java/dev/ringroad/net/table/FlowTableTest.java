package dev.ringroad.net.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** FlowTable against a HashMap. */
class FlowTableTest {
    private static final long ABSENT = FlowTable.ABSENT;

    private enum What {
        PUT,
        REMOVE,
        TOUCH
    }

    private record Step(What what, long number, long value) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.of(What.class),
                        Arbitraries.longs().between(0, 40),
                        Arbitraries.longs().greaterOrEqual(ABSENT + 1))
                .as(Step::new)
                .list()
                .ofMaxSize(200);
    }

    private static long[] key(int longs, long number) {
        long[] key = new long[longs];
        for (int i = 0; i < longs; i++) {
            key[i] = number / (i + 1);
        }
        key[0] = number;
        return key;
    }

    @Property(tries = 300)
    void holdsWhatAMapHolds(
            @ForAll("steps") List<Step> steps,
            @ForAll @IntRange(min = 1, max = FlowTable.KEY_LONGS_MAX) int keyLongs) {
        FlowTable table = new FlowTable(keyLongs, 41);
        Map<Long, Long> model = new HashMap<>();
        for (Step step : steps) {
            long[] key = key(keyLongs, step.number());
            Long expected = model.get(step.number());
            switch (step.what()) {
                case PUT -> {
                    assertThat(table.put(key, 0, step.value(), 0)).isTrue();
                    model.put(step.number(), step.value());
                }
                case REMOVE -> {
                    assertThat(table.remove(key, 0)).isEqualTo(expected != null);
                    model.remove(step.number());
                }
                case TOUCH ->
                        assertThat(table.touch(key, 0, 1))
                                .isEqualTo(expected == null ? ABSENT : expected);
            }
        }
        assertThat(table.count()).isEqualTo(model.size());
        long[] keys = new long[42 * keyLongs];
        for (int i = 0; i < 42; i++) {
            System.arraycopy(key(keyLongs, i), 0, keys, i * keyLongs, keyLongs);
        }
        long[] values = new long[42];
        assertThat(table.lookup(keys, 0, 42, values)).isEqualTo(model.size());
        for (int i = 0; i < 42; i++) {
            assertThat(values[i]).isEqualTo(model.getOrDefault((long) i, ABSENT));
            assertThat(table.lookup(keys, i * keyLongs)).isEqualTo(values[i]);
        }
    }

    @Example
    void moreThanNineTenthsOfTheSlotsFillAndAFullTableRefuses() {
        FlowTable table = new FlowTable(2, 7_000);
        int held = 0;
        while (table.put(key(2, held), 0, held, 0)) {
            held++;
        }
        assertThat(held).isGreaterThan(table.slots() * 9 / 10);
        assertThat(table.count()).isEqualTo(held);
        assertThat(table.lookup(key(2, held), 0)).isEqualTo(ABSENT);
        for (int i = 0; i < held; i++) {
            assertThat(table.lookup(key(2, i), 0)).isEqualTo(i);
        }
        assertThat(table.put(key(2, 0), 0, 77, 0)).as("a flow that is there").isTrue();
        assertThat(table.remove(key(2, 5), 0)).isTrue();
        assertThat(table.lookup(key(2, 0), 0)).isEqualTo(77);
        assertThat(table.lookup(key(2, 5), 0)).isEqualTo(ABSENT);

        table.clear();
        assertThat(table.count()).isZero();
        assertThat(table.lookup(key(2, 6), 0)).isEqualTo(ABSENT);
    }

    @Example
    void expiresWhatWasNotSeenForLong() {
        FlowTable table = new FlowTable(1, 100);
        for (int i = 0; i < 50; i++) {
            table.put(key(1, i), 0, 1000 + i, i);
        }
        table.touch(key(1, 3), 0, 60);
        List<Long> gone = new ArrayList<>();
        FlowTable.Expired note = (keys, at, value) -> gone.add(keys[at] + 1000 * (value - 1000));

        int removed = 0;
        for (int looked = 0; looked < table.slots(); looked += 16) {
            removed += table.expire(60, 50, 16, note);
        }
        // Seen at 0 to 9, but for 3, is more than 50 before 60.
        assertThat(removed).isEqualTo(9);
        assertThat(gone)
                .containsExactlyInAnyOrder(
                        0L, 1001L, 2002L, 4004L, 5005L, 6006L, 7007L, 8008L, 9009L);
        assertThat(table.count()).isEqualTo(41);
        assertThat(table.lookup(key(1, 3), 0)).isEqualTo(1003);
        assertThat(table.lookup(key(1, 9), 0)).isEqualTo(ABSENT);
    }

    @Example
    void refusesWhatItCannotHold() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FlowTable(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new FlowTable(9, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new FlowTable(1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FlowTable(8, 1 << 28))
                .withMessageContaining("more than an array holds");
        FlowTable table = new FlowTable(2, 4);
        assertThatIllegalArgumentException().isThrownBy(() -> table.put(key(2, 1), 0, ABSENT, 0));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> table.lookup(new long[3], 2));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> table.lookup(new long[4], 0, 3, new long[3]));
    }

    /**
     * In a table nearly full, whose flows are moved about all the time, those that stay are always
     * found, and no flow has another's value.
     */
    @Example
    void readersMissNothingThatStays() throws InterruptedException {
        FlowTable table = new FlowTable(2, 1 << 10);
        int staying = table.slots() * 6 / 10;
        int coming = table.slots() * 3 / 10;
        for (int i = 0; i < staying; i++) {
            table.put(key(2, i), 0, i, 0);
        }
        AtomicLong refused = new AtomicLong();
        AtomicReference<String> wrong = new AtomicReference<>("");
        Thread writer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int round = 0; round < 150; round++) {
                                        long base = 1_000_000L + 10_000L * (round % 3);
                                        for (int i = 0; i < coming; i++) {
                                            if (!table.put(key(2, base + i), 0, base + i, 0)) {
                                                refused.incrementAndGet();
                                            }
                                        }
                                        for (int i = 0; i < coming; i++) {
                                            table.remove(key(2, base + i), 0);
                                        }
                                    }
                                });
        while (writer.isAlive() && wrong.get().isEmpty()) {
            for (int i = 0; i < staying; i++) {
                if (table.lookup(key(2, i), 0) != i) {
                    wrong.set("the flow that stays, " + i);
                }
            }
            for (long number = 1_000_000; number < 1_000_000 + coming; number++) {
                long value = table.lookup(key(2, number), 0);
                if (value != ABSENT && value != number) {
                    wrong.set(number + " with the value of " + value);
                }
            }
        }
        writer.join();
        assertThat(wrong.get()).isEmpty();
        assertThat(refused.get()).isZero();
        assertThat(table.count()).isEqualTo(staying);
    }
}
