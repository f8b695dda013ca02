package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.Completions.One;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.LongStream;

/** Rings that change their size, with work in all their parts. */
final class ResizeTest {

    private static void nops(Uring ring, int count) {
        for (int i = 0; i < count; i++) {
            ring.control().prepareNop().token(i);
        }
    }

    @Test
    void queuesGrowAndShrinkAndGoOn() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(4))) {
            for (int entries : new int[] {64, 1, 3, 1024, 32768, 8}) {
                ring.resize(entries, 2 * entries);
                int size = Math.max(1, Integer.highestOneBit(2 * entries - 1));
                assertThat(ring.submissionEntries()).isEqualTo(size);
                assertThat(ring.completionEntries()).isGreaterThanOrEqualTo(2 * entries);
                assertThat(ring.free()).isEqualTo(size);
                for (int round = 0; round < 3; round++) {
                    nops(ring, size);
                    assertThat(ring.free()).isZero();
                    List<One> done = Completions.of(ring, size);
                    assertThat(done)
                            .extracting(One::token)
                            .containsExactlyElementsOf(LongStream.range(0, size).boxed().toList());
                }
            }
        }
    }

    @Test
    void whatIsPreparedPendingAndInFlightSurvives() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8));
                EventFd event = EventFd.create()) {
            ring.control().preparePoll(event.descriptor().number(), PollSet.POLLIN).token(100);
            ring.control().prepareTimeout(3_600_000_000_000L, 0, 0).token(101);
            nops(ring, 3);
            assertThat(ring.submit()).isEqualTo(5);
            ring.control().prepareNop().token(3); // prepared only
            ring.resize(64, 256);
            assertThat(Completions.of(ring, 4))
                    .extracting(One::token)
                    .containsExactly(0L, 1L, 2L, 3L);
            event.signal();
            assertThat(Completions.of(ring, 1)).extracting(One::token).containsExactly(100L);
            ring.resize(4, 8);
            ring.control().prepareTimeoutRemove(101).token(102);
            assertThat(Completions.of(ring, 2))
                    .extracting(One::token)
                    .containsExactlyInAnyOrder(101L, 102L);
            assertThat(ring.lostCompletions()).isZero();
        }
    }

    @Test
    void resizedOftenUnderLoad() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(16))) {
            long prepared = 0;
            Completions seen = new Completions();
            for (int round = 0; round < 300; round++) {
                int batch = Math.min(ring.free(), 1 + round % 13);
                for (int i = 0; i < batch; i++) {
                    ring.control().prepareNop().token(prepared++);
                }
                int polled = ring.poll(seen, round % 7);
                assertThat(polled).isNotNegative();
                int entries = 1 << (4 + round % 4);
                if (ring.available() + ring.free() < entries) {
                    ring.resize(entries, 4 * entries);
                }
            }
            int submitted = ring.submit();
            assertThat(submitted).isNotNegative();
            while (seen.all.size() < prepared) {
                assertThat(ring.poll(seen, 1000)).isPositive();
            }
            assertThat(seen.all)
                    .extracting(One::token)
                    .containsExactlyElementsOf(LongStream.range(0, prepared).boxed().toList());
        }
    }

    @Test
    void sizesThatDoNotFitAreRefusedAndChangeNothing() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8))) {
            nops(ring, 8);
            assertThat(ring.submit()).isEqualTo(8);
            assertRefused(ring, 4, 4, Errno.EOVERFLOW, "poll completions first");
            assertRefused(ring, 0, 4, Errno.EINVAL, "1 to 32768 entries");
            assertRefused(ring, 16, 8, Errno.EINVAL, "at least as many completions");
            assertRefused(ring, 1 << 20, 1 << 21, Errno.EINVAL, "1 to 32768 entries");
            assertThat(ring.submissionEntries()).isEqualTo(8);
            assertThat(Completions.of(ring, 8)).hasSize(8);
            nops(ring, 8);
            assertThat(Completions.of(ring, 8)).hasSize(8);
        }
    }

    private static void assertRefused(
            Uring ring, int entries, int completions, int errno, String remedy) {
        assertThatThrownBy(() -> ring.resize(entries, completions))
                .isInstanceOfSatisfying(
                        SystemCallException.class, e -> assertThat(e.errno()).isEqualTo(errno))
                .hasMessageContaining(remedy);
    }

    @Test
    void ringsOfOtherKindsAndHandlersAreRefused() throws Exception {
        try (Uring plain = Uring.open(UringConfig.of(8).plain());
                Uring ring = Uring.open(UringConfig.of(8))) {
            assertRefused(plain, 16, 32, Errno.EINVAL, "open the ring with DEFER_TASKRUN");
            nops(ring, 1);
            assertThat(ring.submitAndWait(1)).isOne();
            CompletionHandler resizing =
                    (token, result, flags) -> {
                        try {
                            ring.resize(16, 32);
                        } catch (SystemCallException e) {
                            throw new AssertionError(e);
                        }
                    };
            assertThatIllegalStateException()
                    .isThrownBy(() -> ring.poll(resizing, 1))
                    .withMessageContaining("A handler cannot resize");
            ring.resize(16, 32);
            assertThat(ring.available()).isZero();
        }
    }

    @Test
    void fullQueueOfKeptCompletionsIsEmptiedFirst() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8).withCompletionEntries(8))) {
            for (int i = 0; i < 3; i++) {
                nops(ring, 8);
                int submitted = ring.submit();
                assertThat(submitted).isIn(8, -Errno.EBUSY);
            }
            int rest = ring.submissionEntries() - ring.free();
            if (rest > 0) {
                assertRefused(ring, 16, 32, Errno.EBUSY, "poll completions first");
            }
            assertThat(Completions.of(ring, 24)).hasSize(24);
            ring.resize(16, 32);
            nops(ring, 16);
            assertThat(Completions.of(ring, 16)).hasSize(16);
        }
    }
}
