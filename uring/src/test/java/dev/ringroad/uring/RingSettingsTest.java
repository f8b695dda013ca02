package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.Completions.One;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;

/** What a ring can be told beside entries, and the flags that it can be made with. */
final class RingSettingsTest {

    private static Uring open() throws Exception {
        return Uring.open(UringConfig.of(8));
    }

    @Test
    void entriesRunWithRegisteredRights() throws Exception {
        try (Uring ring = open()) {
            int id = ring.settings().registerPersonality();
            ring.control().prepareNop().personality(id);
            assertThat(Completions.result(ring)).isZero();
            ring.control().prepareNop().personality(id + 1);
            assertThat(Completions.result(ring)).isEqualTo(-Errno.EINVAL);
            ring.settings().removePersonality(id);
            assertThatThrownBy(() -> ring.settings().removePersonality(id))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("end of personality " + id);
        }
    }

    @Test
    void restrictedRingDoesWhatIsAllowedAndNoMore() throws Exception {
        UringConfig config = UringConfig.of(8).require(SetupFlag.R_DISABLED);
        try (Uring ring = Uring.open(config)) {
            ring.control().prepareNop();
            assertThat(ring.submit()).as("not enabled").isNegative();
            ring.settings()
                    .restrict(
                            new Restrictions(
                                    Set.of(Operation.NOP, Operation.READ),
                                    Set.of(EntryFlag.LINK),
                                    Set.of()));
            ring.settings().enable();
            assertThat(Completions.result(ring)).isZero();
            ring.control().prepareTimeout(1, 0, 0);
            assertThat(Completions.result(ring)).isEqualTo(-Errno.EACCES);
            ring.control().prepareNop().async();
            assertThat(Completions.result(ring)).isEqualTo(-Errno.EACCES);
            ring.control().prepareNop().link();
            ring.control().prepareNop();
            assertThat(Completions.of(ring, 2)).extracting(One::result).containsOnly(0);
            assertThatThrownBy(() -> ring.registerFiles(4))
                    .isInstanceOfSatisfying(
                            SystemCallException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EACCES));
        }
    }

    @Test
    void ringThatBeganCannotBeRestricted() throws Exception {
        try (Uring ring = open()) {
            Restrictions none = new Restrictions(Set.of(), Set.of(), Set.of());
            assertThatThrownBy(() -> ring.settings().restrict(none))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("open the ring with R_DISABLED");
            assertThatThrownBy(() -> ring.settings().enable())
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("open the ring with R_DISABLED");
        }
    }

    @Test
    void workersAreLimited() throws Exception {
        try (Uring ring = open()) {
            RingSettings.Workers before =
                    ring.settings().limitWorkers(new RingSettings.Workers(3, 0));
            assertThat(before.bounded()).isPositive();
            RingSettings.Workers now =
                    ring.settings().limitWorkers(new RingSettings.Workers(before.bounded(), 0));
            assertThat(now.bounded()).isEqualTo(3);
            assertThat(now.unbounded()).isEqualTo(before.unbounded());
        }
    }

    @Test
    void networkIsPolledClocksAreChosenAndWaitsNotCounted() throws Exception {
        try (Uring ring = open()) {
            ring.settings().pollNetwork(50, true);
            ring.settings().stopPollingNetwork();
            ring.settings().measureWaitsBy(RingSettings.CLOCK_BOOT_TIME);
            assertThat(ring.submitAndWait(1, 1_000_000)).isZero();
            ring.settings().measureWaitsBy(RingSettings.CLOCK_MONOTONIC);
            assertThatThrownBy(() -> ring.settings().measureWaitsBy(3))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("one of the two clocks");
            assertThat(ring.settings().countWaitsAsDisk(false)).isTrue();
            ring.control().prepareTimeout(1_000_000, 0, 0);
            assertThat(ring.submitAndWait(1)).isOne();
            assertThat(Completions.result(ring)).isEqualTo(-Errno.ETIME);
            assertThat(ring.settings().countWaitsAsDisk(true)).isTrue();
            assertThat(ring.submitAndWait(1, 1_000_000)).isZero();
        }
    }

    @Test
    void waitForABatchIsContentWithOneOnceItsTimeIsOver() throws Exception {
        long hour = 3_600_000_000_000L;
        try (Uring ring = open()) {
            assertThat(ring.features()).contains(Feature.MIN_TIMEOUT);
            ring.control().prepareTimeout(2_000_000, 0, 0).token(1);
            assertThat(ring.submitAndWait(4, hour, 1_000_000)).isOne();
            assertThat(Completions.of(ring, 1)).extracting(One::token).containsExactly(1L);
            for (int i = 0; i < 4; i++) {
                ring.control().prepareNop().token(i);
            }
            assertThat(ring.submitAndWait(4, hour, 1_000_000_000)).isEqualTo(4);
            assertThat(ring.available()).isEqualTo(4);
        }
    }

    @Test
    void buffersAreClonedFromAnotherRing() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Uring ring = open();
                Uring other = open();
                EventFd event = EventFd.create()) {
            MemorySegment memory = arena.allocate(4096, 4096);
            other.registerBuffers(3).set(2, memory);
            BufferTable clone = ring.cloneBuffers(other, 3);
            assertThat(clone.size()).isEqualTo(3);
            event.signal();
            int number = event.descriptor().number();
            ring.files().prepareReadFixed(number, memory, 0, 8, 0, 2);
            assertThat(Completions.result(ring)).isEqualTo(8);
            ring.files().prepareReadFixed(number, memory, 0, 8, 0, 1);
            assertThat(Completions.result(ring)).as("no buffer there").isEqualTo(-Errno.EFAULT);
            clone.clear(2);
            assertThatThrownBy(() -> ring.cloneBuffers(other, 3))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("clone of buffers");
        }
    }

    @Test
    void pollersAreSharedAndStayOnTheirProcessor() throws Exception {
        UringConfig config = UringConfig.of(8).withPollerCpu(0).withPollerIdleMillis(10);
        try (Uring first = Uring.open(config);
                Uring second =
                        Uring.open(
                                UringConfig.of(8).require(SetupFlag.SQPOLL).withWorkersOf(first))) {
            first.control().prepareNop().token(1);
            second.control().prepareNop().token(2);
            assertThat(Completions.of(first, 1)).containsExactly(new One(1, 0, 0));
            assertThat(Completions.of(second, 1)).containsExactly(new One(2, 0, 0));
        }
    }

    @Test
    void flagsThatWeHaveNoUseForAreRefusedWithAReason() {
        for (SetupFlag flag : List.of(SetupFlag.NO_MMAP, SetupFlag.REGISTERED_FD_ONLY)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> UringConfig.of(8).require(flag))
                    .withMessageContaining("a descriptor to sleep on")
                    .withMessageContaining(flag.name());
        }
    }

    @Test
    void probeKnowsEveryFlagOfThisKernel() throws Exception {
        UringProbe probe = UringProbe.run();
        assertThat(probe.flags())
                .contains(
                        SetupFlag.CLAMP,
                        SetupFlag.ATTACH_WQ,
                        SetupFlag.R_DISABLED,
                        SetupFlag.SQ_AFF,
                        SetupFlag.NO_MMAP,
                        SetupFlag.REGISTERED_FD_ONLY);
        assertThat(UringProbe.run()).as("asked again").isEqualTo(probe);
    }

    @Test
    void whatIsMissingHasAReason() throws Exception {
        assertThat(Missing.reason("CQE_MIXED", "6.18", "6.12.9-amd64"))
                .isEqualTo("CQE_MIXED came with Linux 6.18, and this is 6.12.9-amd64");
        assertThat(Missing.reason("CQE_MIXED", "6.9", "6.12"))
                .isEqualTo("CQE_MIXED is refused by this kernel, though Linux has it since 6.9");
        assertThat(Missing.reason("CQE_MIXED", "5.19", "6.1"))
                .isEqualTo("CQE_MIXED is refused by this kernel, though Linux has it since 5.19");
        Set<SetupFlag> wanted = Set.of(SetupFlag.SUBMIT_ALL, SetupFlag.DEFER_TASKRUN);
        try (Uring ring = Uring.open(new UringConfig(4, 0, Set.of(), wanted, 1000));
                Uring complete = open()) {
            assertThat(ring.leftOut()).containsOnlyKeys(SetupFlag.DEFER_TASKRUN);
            assertThat(ring.leftOut().get(SetupFlag.DEFER_TASKRUN)).contains("DEFER_TASKRUN");
            assertThat(complete.leftOut()).isEmpty();
        }
    }

    @Test
    void mixedCompletionsTakeOneOrTwoPlaces() throws Exception {
        UringConfig config = UringConfig.of(8).require(SetupFlag.CQE_MIXED);
        try (Uring ring = Uring.open(config)) {
            long token = 0;
            for (int round = 0; round < 40; round++) {
                int batch = 1 + round % 5;
                for (int i = 0; i < batch; i++) {
                    boolean large = (round + i) % 3 == 0;
                    if (large) {
                        ring.control().prepareNopLarge(11, 22).token(token + i);
                    } else {
                        ring.control().prepareNop().token(token + i);
                    }
                }
                assertThat(ring.submitAndWait(batch)).isEqualTo(batch);
                long first = token;
                int current = round;
                int[] seen = {0};
                CompletionHandler handler =
                        (own, result, flags) -> {
                            int i = seen[0]++;
                            assertThat(own).isEqualTo(first + i);
                            boolean large = (current + i) % 3 == 0;
                            assertThat((flags & Completion.LARGE) != 0).isEqualTo(large);
                            if (large) {
                                assertThat(ring.completionExtra(0)).isEqualTo(11);
                                assertThat(ring.completionExtra(1)).isEqualTo(22);
                            }
                        };
                while (seen[0] < batch) {
                    int polled = ring.poll(handler, 8);
                    assertThat(polled).isPositive();
                }
                token += batch;
            }
        }
    }
}
