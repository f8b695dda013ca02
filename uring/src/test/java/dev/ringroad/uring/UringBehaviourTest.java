package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.uring.Completions.One;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How entries get on with each other: chains, drains, races, fairness, ends. */
@Timeout(60)
final class UringBehaviourTest {
    private static final long HOUR = 3_600_000_000_000L;
    private static final int O_RDONLY = 0;
    private static final int O_DIRECT = 040000;

    @TempDir private Path directory;

    private static Map<Long, Integer> results(List<One> all) {
        Map<Long, Integer> results = new HashMap<>();
        for (One one : all) {
            assertThat(results.put(one.token(), one.result()))
                    .as("one completion of " + one.token())
                    .isNull();
        }
        return results;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void chainIsCancelledBehindTheMemberThatFails(int failing) throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8))) {
            for (int i = 0; i < 5; i++) {
                Submission one = ring.control().prepareNop(i == failing ? -Errno.EIO : 0);
                one.token(i);
                if (i < 4) {
                    one.link();
                }
            }
            Map<Long, Integer> results = results(Completions.of(ring, 5));
            for (int i = 0; i < 5; i++) {
                int expected = i < failing ? 0 : i == failing ? -Errno.EIO : -Errno.ECANCELED;
                assertThat(results.get((long) i)).as("member " + i).isEqualTo(expected);
            }
        }
    }

    @Test
    void hardChainGoesOnWhoeverFails() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8))) {
            for (int i = 0; i < 5; i++) {
                ring.control().prepareNop(i % 2 == 0 ? -Errno.EIO : 0).token(i).hardLink();
            }
            ring.control().prepareNop().token(5);
            Map<Long, Integer> results = results(Completions.of(ring, 6));
            assertThat(results).containsEntry(4L, -Errno.EIO).containsEntry(5L, 0);
        }
    }

    @Test
    void timeoutInTheMiddleOfAChainCancelsTheRest() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8));
                EventFd event = EventFd.create()) {
            ring.control().prepareNop().token(1).link();
            ring.control().preparePoll(event.descriptor().number(), PollSet.POLLIN).token(2).link();
            ring.control().prepareLinkTimeout(1_000_000, 0).token(3).link();
            ring.control().prepareNop().token(4);
            Map<Long, Integer> results = results(Completions.of(ring, 4));
            assertThat(results)
                    .containsEntry(1L, 0)
                    .containsEntry(2L, -Errno.ECANCELED)
                    .containsEntry(3L, -Errno.ETIME)
                    .containsEntry(4L, -Errno.ECANCELED);
        }
    }

    @Test
    void chainWithSilentMembersTellsOfItsLastAndOfFailures() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(8))) {
            for (int round = 0; round < 100; round++) {
                ring.control().prepareNop().token(1).skipOnSuccess().link();
                ring.control().prepareNop().token(2).skipOnSuccess().link();
                ring.control().prepareNop().token(3);
                assertThat(Completions.of(ring, 1)).containsExactly(new One(3, 0, 0));
                ring.control().prepareNop(-Errno.EIO).token(1).skipOnSuccess().hardLink();
                ring.control().prepareNop().token(2);
                assertThat(results(Completions.of(ring, 2))).containsEntry(1L, -Errno.EIO);
            }
        }
    }

    @Test
    void drainedEntryIsBehindAllBeforeAndBeforeAllBehind() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(64))) {
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 10; i++) {
                    ring.control().prepareTimeout(100_000L * (10 - i), 0, 0).token(i);
                }
                ring.control().prepareNop().token(10).drain();
                ring.control().prepareNop().token(11);
                List<One> all = Completions.of(ring, 12);
                assertThat(all.get(10).token()).isEqualTo(10);
                assertThat(all.get(11).token()).isEqualTo(11);
            }
        }
    }

    @Test
    void racingCancelsLeaveOneTerminalCompletionEach() throws Exception {
        try (Uring ring = Uring.open(UringConfig.of(256).withCompletionEntries(4096));
                EventFd event = EventFd.create()) {
            int number = event.descriptor().number();
            int pairs = 5_000;
            Map<Long, Integer> ends = new HashMap<>();
            CompletionHandler handler =
                    (token, result, flags) -> {
                        assertThat(Completion.isLast(flags)).isTrue();
                        assertThat(ends.put(token, result)).as("token " + token).isNull();
                    };
            for (int i = 0; i < pairs; i++) {
                switch (i % 3) {
                    case 0 -> ring.control().preparePoll(number, PollSet.POLLIN).token(i);
                    case 1 -> ring.control().prepareTimeout(i % 7 * 1_000L, 0, 0).token(i);
                    default -> ring.control().prepareNop().token(i).async();
                }
                ring.control().prepareCancel(i, 0).token(pairs + i);
                if (ring.free() < 2) {
                    assertThat(ring.submit()).isNotNegative();
                    int polled = ring.poll(handler, 1000);
                    assertThat(polled).isNotNegative();
                }
            }
            assertThat(ring.submit()).isNotNegative();
            while (ends.size() < 2 * pairs) {
                int waited = ring.submitAndWait(1, 1_000_000_000);
                assertThat(waited).isNotNegative();
                assertThat(ring.poll(handler, 1000)).as("progress").isPositive();
            }
            assertThat(ring.submitAndWait(1, 1_000_000)).isZero();
            assertThat(ring.available()).isZero();
            for (int i = 0; i < pairs; i++) {
                assertThat(ends.get((long) i)).isIn(0, -Errno.ECANCELED, -Errno.ETIME);
                assertThat(ends.get((long) (pairs + i))).isIn(0, -Errno.ENOENT, -Errno.EALREADY);
            }
        }
    }

    @Test
    void multishotReceivesOfManySocketsAllGetOn() throws Exception {
        int sockets = 8;
        int messages = 200;
        try (Uring ring = Uring.open(UringConfig.of(64));
                BufferGroup group = ring.registerBufferGroup(1, 16, 64, false)) {
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < sockets; i++) {
                pairs.add(new Pair(ring));
            }
            for (int i = 0; i < sockets; i++) {
                arm(ring, pairs.get(i), i);
            }
            int[] received = new int[sockets];
            int[] expected = {0};
            CompletionHandler handler =
                    (token, result, flags) -> {
                        int socket = (int) token;
                        if ((flags & Completion.BUFFER) != 0) {
                            received[socket] += result;
                            group.giveBack(Completion.bufferId(flags));
                            group.publish();
                        } else {
                            assertThat(result).isEqualTo(-Errno.ENOBUFS);
                        }
                        if (Completion.isLast(flags)) {
                            arm(ring, pairs.get(socket), socket);
                        }
                    };
            for (int round = 0; round < messages; round++) {
                for (Pair pair : pairs) {
                    pair.write("message of 21 bytes !");
                }
                expected[0] += 21;
                long end = System.nanoTime() + 10_000_000_000L;
                while (!allAre(received, expected[0])) {
                    assertThat(System.nanoTime()).as("all get on").isLessThan(end);
                    int submitted = ring.submitAndWait(1, 100_000_000);
                    assertThat(submitted).isNotNegative();
                    int polled = ring.poll(handler, 64);
                    assertThat(polled).isNotNegative();
                }
            }
            ring.control().prepareCancelAny().token(99);
            assertThat(Completions.of(ring, sockets + 1)).hasSize(sockets + 1);
            for (Pair pair : pairs) {
                pair.close();
            }
        }
    }

    private static void arm(Uring ring, Pair pair, int token) {
        ring.sockets().prepareReceiveMultishot(pair.socket, 1, 0).token(token);
    }

    private static boolean allAre(int[] values, int expected) {
        for (int value : values) {
            if (value != expected) {
                return false;
            }
        }
        return true;
    }

    @Test
    void descriptorClosedUnderAPendingReadLeavesTheReadItsCompletion() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(UringConfig.of(8))) {
            Pair pair = new Pair(ring);
            MemorySegment into = arena.allocate(16);
            ring.sockets().prepareReceive(pair.socket, into, 0, 16, 0).token(1);
            assertThat(ring.submit()).isOne();
            ring.files().prepareClose(pair.socket).token(2);
            assertThat(Completions.of(ring, 1)).containsExactly(new One(2, 0, 0));
            // The kernel holds the connection for the request, which still gets its data.
            pair.write("late");
            assertThat(Completions.result(ring)).isEqualTo(4);
            assertThat(Segments.text(into, 0, 4)).isEqualTo("late");
            ring.sockets().prepareReceive(pair.socket, into, 0, 16, 0).token(3);
            assertThat(Completions.result(ring)).isEqualTo(-Errno.EBADF);
            pair.peer.close();
        }
    }

    @Test
    void readsAtTheEndOfAFileAreShort() throws Exception {
        Path path = directory.resolve("short");
        Files.write(path, new byte[10_000]);
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(UringConfig.of(8))) {
            MemorySegment name = arena.allocateFrom(path.toString());
            ring.files().prepareOpenAt(FileOperations.WORKING_DIRECTORY, name, O_RDONLY, 0);
            int file = Completions.result(ring);
            MemorySegment into = arena.allocate(8192);
            for (int position = 0; position <= 12_288; position += 4096) {
                ring.files().prepareRead(file, into, 0, 8192, position);
                int expected = Math.clamp(10_000 - position, 0, 8192);
                assertThat(Completions.result(ring)).isEqualTo(expected);
            }
            ring.files().prepareClose(file);
            assertThat(Completions.result(ring)).isZero();
        }
    }

    @Test
    void devicesThatCannotBePolledSaySo() throws Exception {
        Path path = directory.resolve("polled");
        Files.write(path, new byte[8192]);
        try (Arena arena = Arena.ofConfined();
                Uring opener = Uring.open(UringConfig.of(8));
                Uring ring = Uring.open(UringConfig.of(8).require(SetupFlag.IOPOLL))) {
            MemorySegment name = arena.allocateFrom(path.toString());
            opener.files()
                    .prepareOpenAt(FileOperations.WORKING_DIRECTORY, name, O_RDONLY | O_DIRECT, 0);
            int file = Completions.result(opener);
            assertThat(file).as("O_DIRECT here").isNotNegative();
            ring.files().prepareRead(file, arena.allocate(4096, 4096), 0, 4096, 0);
            // 4096 where the drive has queues for polling, such as NVMe with poll_queues.
            assertThat(Completions.result(ring)).isIn(4096, -Errno.EOPNOTSUPP);
            opener.files().prepareClose(file);
            assertThat(Completions.result(opener)).isZero();
        }
    }

    @Test
    void ringsEndWithWorkOfAllKindsInFlight() throws Exception {
        try (Arena arena = Arena.ofShared();
                EventFd event = EventFd.create()) {
            for (int round = 0; round < 50; round++) {
                Uring ring = Uring.open(UringConfig.of(32));
                MemorySegment eight = arena.allocate(8);
                int number = event.descriptor().number();
                ring.control().prepareTimeout(HOUR, 0, 0);
                ring.control().preparePollMultishot(number, PollSet.POLLIN);
                ring.files().prepareRead(number, eight, 0, 8, 0);
                ring.files().prepareRead(number, eight, 0, 8, 0).async();
                ring.control().preparePoll(number, PollSet.POLLIN).link();
                ring.control().prepareLinkTimeout(HOUR, 0);
                ring.control().prepareNop().drain();
                if (round % 2 == 0) {
                    assertThat(ring.submit()).isPositive();
                }
                ring.close();
                assertThat(ring.descriptor().isOpen()).isFalse();
            }
        }
    }
}
