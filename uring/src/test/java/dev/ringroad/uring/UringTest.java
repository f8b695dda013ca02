package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.Completions.One;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Set;

/** The ring itself, with entries that do nothing. */
final class UringTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 1000, 32768})
    void everySizeOfRingCarriesMoreEntriesThanItHas(int entries) throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(entries))) {
            assertThat(ring.submissionEntries()).isGreaterThanOrEqualTo(entries);
            long token = 0;
            for (int round = 0; round < 3; round++) {
                int batch = ring.free();
                long first = token;
                for (int i = 0; i < batch; i++) {
                    ring.control().prepareNop().token(token++);
                }
                List<One> done = Completions.of(ring, batch);
                assertThat(done).hasSize(batch);
                for (int i = 0; i < batch; i++) {
                    assertThat(done.get(i)).isEqualTo(new One(first + i, 0, 0));
                }
            }
            assertThat(ring.lostCompletions()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 32769, 1 << 20})
    void sizesThatNoKernelTakesAreRefused(int entries) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UringConfig.of(entries))
                .withMessageContaining("1 to 32768 entries, not " + entries);
    }

    @Test
    void fullQueueSaysSoAndLosesNothing() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(2))) {
            ring.control().prepareNop().token(1);
            ring.control().prepareNop().token(2);
            assertThat(ring.free()).isZero();
            assertThatIllegalStateException()
                    .isThrownBy(() -> ring.control().prepareNop())
                    .withMessageContaining("submit() them first");
            assertThat(Completions.of(ring, 2)).extracting(One::token).containsExactly(1L, 2L);
        }
    }

    @Test
    void completionsBeyondTheQueueAreKeptAndShownLater() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8).withCompletionEntries(8))) {
            for (int i = 0; i < 40; i++) {
                ring.control().prepareNop().token(i);
                if (ring.free() == 0) {
                    assertThat(ring.submit()).isEqualTo(8);
                }
            }
            List<One> done = Completions.of(ring, 40);
            assertThat(done).extracting(One::token).hasSize(40).doesNotHaveDuplicates();
            assertThat(ring.lostCompletions()).isZero();
        }
    }

    @Test
    void pollShowsNoMoreThanItsLimitAndKeepsTheOthers() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8))) {
            for (int i = 0; i < 5; i++) {
                ring.control().prepareNop().token(i);
            }
            assertThat(ring.submitAndWait(5)).isEqualTo(5);
            Completions seen = new Completions();
            assertThat(ring.poll(seen, 2)).isEqualTo(2);
            assertThat(ring.available()).isEqualTo(3);
            assertThat(ring.poll(seen, 10)).isEqualTo(3);
            assertThat(ring.poll(seen, 10)).isZero();
            assertThat(seen.all).extracting(One::token).containsExactly(0L, 1L, 2L, 3L, 4L);
        }
    }

    @Test
    void handlerThatThrowsLosesOnlyWhatItHasSeen() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8))) {
            for (int i = 0; i < 3; i++) {
                ring.control().prepareNop().token(i);
            }
            assertThat(ring.submitAndWait(3)).isEqualTo(3);
            assertThatThrownBy(
                            () ->
                                    ring.poll(
                                            (token, result, flags) -> {
                                                throw new IllegalStateException("no");
                                            },
                                            3))
                    .hasMessage("no");
            Completions rest = new Completions();
            assertThat(ring.poll(rest, 3)).isEqualTo(2);
            assertThat(rest.all).extracting(One::token).containsExactly(1L, 2L);
        }
    }

    @Test
    void handlerMayPrepareAndSubmit() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(2))) {
            int[] left = {1000};
            CompletionHandler again =
                    (token, result, flags) -> {
                        if (--left[0] > 0) {
                            ring.control().prepareNop();
                        }
                    };
            ring.control().prepareNop();
            while (left[0] > 0) {
                assertThat(ring.submitAndWait(1)).isEqualTo(1);
                assertThat(ring.poll(again, 8)).isEqualTo(1);
            }
        }
    }

    @Test
    void waitEndsInTimeWhenNothingCompletes() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(2))) {
            assertThat(ring.submitAndWait(1, 1_000_000)).isZero();
            assertThat(ring.available()).isZero();
        }
    }

    @Test
    void otherThreadsAreRefused() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(2))) {
            ring.control().prepareNop();
            int[] answer = {0};
            Thread other = Thread.ofPlatform().start(() -> answer[0] = ring.submit());
            other.join();
            assertThat(answer[0]).isNegative();
            assertThat(Completions.result(ring)).isZero();
        }
    }

    @Test
    void welcomeFlagsThatTheKernelRefusesFallAway() throws Exception {
        // Every kernel refuses DEFER_TASKRUN without SINGLE_ISSUER.
        UringConfig config =
                new UringConfig(
                        4,
                        0,
                        Set.of(),
                        Set.of(SetupFlag.SUBMIT_ALL, SetupFlag.DEFER_TASKRUN),
                        1000);
        try (Uring ring = Uring.open(config);
                Uring plain = Uring.open(config.plain())) {
            assertThat(ring.flags()).containsExactly(SetupFlag.SUBMIT_ALL);
            assertThat(plain.flags()).isEmpty();
            plain.control().prepareNop().token(9);
            assertThat(Completions.of(plain, 1)).containsExactly(new One(9, 0, 0));
        }
    }

    @Test
    void flagsThatExcludeEachOtherAreRefusedWithARemedy() {
        UringConfig config =
                UringConfig.of(4).plain().require(SetupFlag.DEFER_TASKRUN); // without SINGLE_ISSUER
        assertThatThrownBy(() -> Uring.open(config))
                .isInstanceOfSatisfying(
                        SystemCallException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .hasMessageContaining("ringroad uring probe");
    }

    @Test
    void kernelThreadTakesEntriesWithoutACall() throws Exception {
        UringConfig config = UringConfig.of(64).require(SetupFlag.SQPOLL).withPollerIdleMillis(1);
        try (Uring ring = Uring.open(config)) {
            for (int round = 0; round < 50; round++) {
                for (int i = 0; i < 4; i++) {
                    ring.control().prepareNop().token(i);
                }
                List<One> done = Completions.of(ring, 4);
                assertThat(done).extracting(One::token).containsExactly(0L, 1L, 2L, 3L);
                if (round % 10 == 9) {
                    Thread.sleep(5); // its thread falls asleep
                }
            }
        }
    }

    @Test
    void largeEntriesAndCompletions() throws Exception {
        UringConfig config = UringConfig.of(8).require(SetupFlag.SQE128).require(SetupFlag.CQE32);
        try (Uring ring = Uring.open(config)) {
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 8; i++) {
                    ring.control().prepareNop().token(100 + i);
                }
                List<One> done = Completions.of(ring, 8);
                for (int i = 0; i < 8; i++) {
                    assertThat(done.get(i).token()).isEqualTo(100 + i);
                }
            }
        }
    }

    @Test
    void closingTwiceAndWithRequestsInFlight() throws Exception {
        Uring ring = Uring.open(UringConfig.of(8));
        ring.control().prepareTimeout(3_600_000_000_000L, 0, 0);
        assertThat(ring.submit()).isEqualTo(1);
        ring.close();
        ring.close();
        assertThat(ring.descriptor().isOpen()).isFalse();
    }

    @Test
    void threadMayOpenRingsWithoutEndAndEachIsRegistered() throws Exception {
        for (int i = 0; i < 100; i++) {
            try (Uring ring = Uring.open(UringConfig.of(4))) {
                assertThat(ring.isRegistered()).as("ring " + i).isTrue();
            }
        }
    }

    @Test
    void probeKnowsWhatTheRingUses() throws Exception {
        UringProbe probe = UringProbe.run();
        assertThat(probe.operations())
                .contains(Operation.NOP, Operation.READ, Operation.SEND_ZC, Operation.FUTEX_WAIT);
        assertThat(probe.features()).contains(Feature.NODROP, Feature.EXT_ARG);
        assertThat(probe.flags()).contains(SetupFlag.SINGLE_ISSUER, SetupFlag.DEFER_TASKRUN);
    }
}
