package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.uring.Completions.One;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Selector;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Time-outs, links, cancelling, polling, messages, futexes and processes, against the kernel. */
final class ControlOperationsTest {
    private static final long MILLI = 1_000_000;
    private static final long HOUR = 3_600_000_000_000L;

    private final Arena arena = Arena.ofConfined();
    private Uring ring;
    private ControlOperations control;

    @BeforeEach
    void open() throws Exception {
        ring = Uring.open(UringConfig.of(16));
        control = ring.control();
    }

    @AfterEach
    void close() {
        ring.close();
        arena.close();
    }

    private static One by(List<One> all, long token) {
        return all.stream().filter(one -> one.token() == token).findFirst().orElseThrow();
    }

    @Test
    void timeoutsEndByTimeOrByCompletions() {
        control.prepareTimeout(MILLI, 0, 0).token(1);
        assertThat(Completions.result(ring)).isEqualTo(-Errno.ETIME);
        control.prepareTimeout(HOUR, 2, 0).token(2);
        control.prepareNop().token(3);
        control.prepareNop().token(4);
        assertThat(by(Completions.of(ring, 3), 2).result()).isZero();
    }

    @Test
    void absoluteTimeoutOfThePastIsOverAtOnce() {
        control.prepareTimeout(1, 0, ControlOperations.TIMEOUT_ABSOLUTE);
        assertThat(Completions.result(ring)).isEqualTo(-Errno.ETIME);
    }

    @Test
    void multishotTimeoutsComeSoOften() {
        control.prepareTimeout(MILLI, 3, ControlOperations.TIMEOUT_MULTISHOT).token(5);
        List<One> all = Completions.of(ring, 3);
        assertThat(all).extracting(One::result).containsOnly(-Errno.ETIME);
        assertThat(all)
                .extracting(one -> Completion.isLast(one.flags()))
                .containsExactly(false, false, true);
    }

    @Test
    void timeoutsAreUpdatedAndRemoved() {
        control.prepareTimeout(HOUR, 0, 0).token(1);
        control.prepareTimeoutUpdate(1, MILLI, 0).token(2);
        List<One> all = Completions.of(ring, 2);
        assertThat(by(all, 2).result()).isZero();
        assertThat(by(all, 1).result()).isEqualTo(-Errno.ETIME);
        control.prepareTimeout(HOUR, 0, 0).token(3);
        control.prepareTimeoutRemove(3).token(4);
        all = Completions.of(ring, 2);
        assertThat(by(all, 3).result()).isEqualTo(-Errno.ECANCELED);
        assertThat(by(all, 4).result()).isZero();
        control.prepareTimeoutRemove(3);
        assertThat(Completions.result(ring)).isEqualTo(-Errno.ENOENT);
        assertThatIllegalArgumentException().isThrownBy(() -> control.prepareTimeout(-1, 0, 0));
    }

    @Test
    void linkTimeoutCancelsWhatItIsLinkedTo() throws Exception {
        try (EventFd event = EventFd.create()) {
            MemorySegment eight = arena.allocate(8);
            int number = event.descriptor().number();
            ring.files().prepareRead(number, eight, 0, 8, 0).token(1).link();
            control.prepareLinkTimeout(MILLI, 0).token(2);
            List<One> all = Completions.of(ring, 2);
            assertThat(by(all, 1).result()).isIn(-Errno.ECANCELED, -Errno.EINTR);
            assertThat(by(all, 2).result()).isEqualTo(-Errno.ETIME);

            event.signal();
            ring.files().prepareRead(number, eight, 0, 8, 0).token(1).link();
            control.prepareLinkTimeout(HOUR, 0).token(2);
            all = Completions.of(ring, 2);
            assertThat(by(all, 1).result()).isEqualTo(8);
            assertThat(by(all, 2).result()).isEqualTo(-Errno.ECANCELED);
        }
    }

    @Test
    void chainBreaksWhereAnEntryFailsUnlessTheLinkIsHard() {
        MemorySegment eight = arena.allocate(8);
        ring.files().prepareRead(999, eight, 0, 8, 0).token(1).link();
        control.prepareNop().token(2);
        control.prepareNop().token(3);
        List<One> all = Completions.of(ring, 3);
        assertThat(by(all, 1).result()).isEqualTo(-Errno.EBADF);
        assertThat(by(all, 2).result()).isEqualTo(-Errno.ECANCELED);
        assertThat(by(all, 3).result()).as("not of the chain").isZero();

        ring.files().prepareRead(999, eight, 0, 8, 0).token(1).hardLink();
        control.prepareNop().token(2);
        all = Completions.of(ring, 2);
        assertThat(by(all, 2).result()).isZero();
    }

    @Test
    void drainWaitsForAllBefore() throws Exception {
        try (EventFd event = EventFd.create()) {
            control.preparePoll(event.descriptor().number(), PollSet.POLLIN).token(1);
            control.prepareNop().token(2).drain();
            assertThat(ring.submit()).isEqualTo(2);
            assertThat(ring.submitAndWait(1, 5 * MILLI)).isZero();
            assertThat(ring.available()).isZero();
            event.signal();
            assertThat(Completions.of(ring, 2)).extracting(One::token).containsExactly(1L, 2L);
        }
    }

    @Test
    void successCanBeSilentButFailureNot() {
        control.prepareNop().token(1).skipOnSuccess();
        ring.files().prepareClose(999).token(2).skipOnSuccess();
        control.prepareNop().token(3);
        assertThat(Completions.of(ring, 2)).extracting(One::token).containsExactly(2L, 3L);
    }

    @Test
    void pollsOnceAndAgainAndAgain() throws Exception {
        try (EventFd event = EventFd.create()) {
            int number = event.descriptor().number();
            control.preparePollMultishot(number, PollSet.POLLIN).token(1);
            assertThat(ring.submit()).isEqualTo(1);
            for (int i = 0; i < 3; i++) {
                event.signal();
                One one = Completions.of(ring, 1).getFirst();
                assertThat(one.result()).isEqualTo(PollSet.POLLIN);
                assertThat(Completion.isLast(one.flags())).isFalse();
                event.drain();
            }
            control.preparePollRemove(1).token(2);
            List<One> all = Completions.of(ring, 2);
            assertThat(by(all, 1).result()).isEqualTo(-Errno.ECANCELED);
            assertThat(by(all, 2).result()).isZero();

            control.preparePoll(number, PollSet.POLLIN).token(3);
            control.preparePollUpdate(3, PollSet.POLLOUT).token(4);
            all = Completions.of(ring, 2);
            assertThat(by(all, 3).result()).isEqualTo(PollSet.POLLOUT);
        }
    }

    @Test
    void cancelsByTokenByDescriptorAndAll() throws Exception {
        try (EventFd event = EventFd.create()) {
            int number = event.descriptor().number();
            for (int token = 1; token <= 5; token++) {
                control.preparePoll(number, PollSet.POLLIN).token(token);
            }
            control.prepareCancel(3, 0).token(10);
            List<One> all = Completions.of(ring, 2);
            assertThat(by(all, 3).result()).isEqualTo(-Errno.ECANCELED);
            assertThat(by(all, 10).result()).isZero();
            control.prepareCancel(3, 0).token(11);
            assertThat(Completions.result(ring)).isEqualTo(-Errno.ENOENT);
            control.prepareCancelDescriptor(number, 0).token(12);
            all = Completions.of(ring, 2);
            assertThat(by(all, 12).result()).isZero();
            control.prepareTimeout(HOUR, 0, 0).token(6);
            control.prepareCancelAny().token(13);
            all = Completions.of(ring, 5);
            assertThat(by(all, 13).result()).isEqualTo(4);
            assertThat(all).extracting(One::token).contains(6L);
        }
    }

    @Test
    void messagesReachAnotherRing() throws Exception {
        try (Uring other = Uring.open(UringConfig.of(4))) {
            control.prepareMessage(other.descriptor().number(), 77, 88).token(1);
            assertThat(Completions.result(ring)).isZero();
            assertThat(Completions.of(other, 1)).containsExactly(new One(88, 77, 0));
        }
    }

    @Test
    void registeredFilesAreSentToAnotherRing() throws Exception {
        try (Uring other = Uring.open(UringConfig.of(4));
                EventFd event = EventFd.create()) {
            ring.registerFiles(2).set(1, event.descriptor().number());
            other.registerFiles(4);
            control.prepareSendFile(other.descriptor().number(), 1, 55, 3).token(1);
            assertThat(Completions.result(ring)).isZero();
            assertThat(Completions.of(other, 1)).containsExactly(new One(55, 0, 0));
            event.signal();
            MemorySegment eight = arena.allocate(8);
            other.files().prepareRead(3, eight, 0, 8, 0).fixedFile();
            assertThat(Completions.result(other)).isEqualTo(8);
            assertThat(eight.get(JAVA_LONG, 0)).isEqualTo(1);
        }
    }

    @Test
    void futexesWaitAndWake() {
        MemorySegment futex = arena.allocate(8, 8);
        futex.set(JAVA_INT, 4, 1);
        control.prepareFutexWait(futex, 4, 2).token(1);
        assertThat(Completions.result(ring)).isEqualTo(-Errno.EAGAIN);
        control.prepareFutexWait(futex, 4, 1).token(2);
        assertThat(ring.submit()).isEqualTo(1);
        control.prepareFutexWake(futex, 4, 5).token(3);
        List<One> all = Completions.of(ring, 2);
        assertThat(by(all, 2).result()).isZero();
        assertThat(by(all, 3).result()).isEqualTo(1);
    }

    @Test
    void childProcessesAreWaitedFor() throws Exception {
        Process child = new ProcessBuilder("sleep", "600").start();
        try {
            MemorySegment info = arena.allocate(128, 8);
            int pidType = 1; // P_PID
            int stopped = 2; // WSTOPPED: whoever exits is the JDK's to wait for
            control.prepareWaitProcess(pidType, (int) child.pid(), info, stopped);
            assertThat(ring.submit()).isEqualTo(1);
            assertThat(ring.available()).isZero();
            new ProcessBuilder("kill", "-STOP", Long.toString(child.pid())).start().waitFor();
            assertThat(Completions.result(ring)).isZero();
            assertThat(info.get(JAVA_INT, 16)).isEqualTo((int) child.pid()); // si_pid
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void nopsAnswerWhatTheyAreTold() {
        control.prepareNop(77).token(1);
        assertThat(Completions.result(ring)).isEqualTo(77);
        control.prepareNop(-Errno.EIO).token(1).link();
        control.prepareNop().token(2);
        List<One> all = Completions.of(ring, 2);
        assertThat(by(all, 1).result()).isEqualTo(-Errno.EIO);
        assertThat(by(all, 2).result()).isEqualTo(-Errno.ECANCELED);
    }

    @Test
    void linkTimeoutsAreUpdated() throws Exception {
        try (EventFd event = EventFd.create()) {
            control.preparePoll(event.descriptor().number(), PollSet.POLLIN).token(1).link();
            control.prepareLinkTimeout(HOUR, 0).token(2);
            assertThat(ring.submit()).isEqualTo(2);
            control.prepareLinkTimeoutUpdate(2, MILLI, 0).token(3);
            List<One> all = Completions.of(ring, 3);
            assertThat(by(all, 1).result()).isEqualTo(-Errno.ECANCELED);
            assertThat(by(all, 2).result()).isEqualTo(-Errno.ETIME);
            assertThat(by(all, 3).result()).isZero();
        }
    }

    @Test
    void otherClocksTimeOutToo() {
        control.prepareTimeout(MILLI, 0, ControlOperations.TIMEOUT_BOOT_TIME).token(1);
        control.prepareTimeout(
                        1,
                        0,
                        ControlOperations.TIMEOUT_REAL_TIME | ControlOperations.TIMEOUT_ABSOLUTE)
                .token(2);
        assertThat(Completions.of(ring, 2)).extracting(One::result).containsOnly(-Errno.ETIME);
    }

    @Test
    void messagesCarryFlags() throws Exception {
        try (Uring other = Uring.open(UringConfig.of(4))) {
            control.prepareMessage(other.descriptor().number(), 5, 6, 0x70000).token(1);
            assertThat(Completions.result(ring)).isZero();
            assertThat(Completions.of(other, 1)).containsExactly(new One(6, 5, 0x70000));
        }
    }

    @Test
    void oneOfSeveralFutexesWakes() {
        MemorySegment futexes = arena.allocate(12, 8);
        MemorySegment waiters = arena.allocate(3L * ControlOperations.FUTEX_WAITER_BYTES, 8);
        for (int i = 0; i < 3; i++) {
            futexes.setAtIndex(JAVA_INT, i, i);
            ControlOperations.setFutexWaiter(waiters, i, futexes, 4L * i, i);
        }
        control.prepareFutexWaitAny(waiters, 3).token(1);
        assertThat(ring.submit()).isOne();
        control.prepareFutexWake(futexes, 8, 1).token(2);
        List<One> all = Completions.of(ring, 2);
        assertThat(by(all, 2).result()).isOne();
        assertThat(by(all, 1).result()).as("which").isEqualTo(2);
    }

    // A selector of the JDK is one; the descriptors of all of them.
    private static NavigableSet<Integer> epolls() throws IOException {
        NavigableSet<Integer> numbers = new TreeSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                if (Files.isSymbolicLink(one)
                        && Files.readSymbolicLink(one).endsWith("anon_inode:[eventpoll]")) {
                    numbers.add(Integer.valueOf(one.getFileName().toString()));
                }
            }
        }
        return numbers;
    }

    @Test
    void epollIsFilledAndAsked() throws Exception {
        try (EventFd event = EventFd.create();
                Selector selector = Selector.open()) {
            int epoll = epolls().last();
            assertThat(selector.isOpen()).isTrue();
            int number = event.descriptor().number();
            int add = ControlOperations.EPOLL_ADD;
            control.prepareEpollControl(epoll, add, number, PollSet.POLLIN, 0x1234_5678L);
            assertThat(Completions.result(ring)).isZero();
            MemorySegment events = arena.allocate(4L * EpollEvent.BYTES, 8);
            control.prepareEpollWait(epoll, events).token(1);
            assertThat(ring.submit()).isOne();
            assertThat(ring.available()).isZero();
            event.signal();
            assertThat(Completions.result(ring)).isOne();
            assertThat(events.get(JAVA_INT, 0)).isEqualTo(PollSet.POLLIN);
            assertThat(events.get(JAVA_LONG_UNALIGNED, EpollEvent.DATA_AT)).isEqualTo(0x1234_5678L);
            int remove = ControlOperations.EPOLL_REMOVE;
            control.prepareEpollControl(epoll, remove, number, 0, 0);
            assertThat(Completions.result(ring)).isZero();
            control.prepareEpollControl(epoll, remove, number, 0, 0);
            assertThat(Completions.result(ring)).isEqualTo(-Errno.ENOENT);
        }
    }

    @Test
    void cancelsAtOnceWithoutAnEntry() throws Exception {
        try (EventFd event = EventFd.create()) {
            int number = event.descriptor().number();
            control.preparePoll(number, PollSet.POLLIN).token(1);
            control.preparePoll(number, PollSet.POLLIN).token(2);
            control.preparePoll(number, PollSet.POLLIN).token(3);
            assertThat(ring.submit()).isEqualTo(3);
            assertThat(ring.cancelNow(2, 0, HOUR)).isZero();
            assertThat(Completions.of(ring, 1)).containsExactly(new One(2, -Errno.ECANCELED, 0));
            assertThat(ring.cancelNow(2, 0, HOUR)).isEqualTo(-Errno.ENOENT);
            assertThat(ring.cancelDescriptorNow(number, ControlOperations.CANCEL_ALL, HOUR))
                    .isNotNegative();
            assertThat(Completions.of(ring, 2)).extracting(One::token).contains(1L, 3L);
        }
    }
}
