package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What every {@link AsynchronousFileChannel} does, the JDK's and ours. */
@Timeout(60)
abstract class AsynchronousFileChannelContract {
    @TempDir Path directory;

    abstract AsynchronousFileChannel open(
            Path path, Set<OpenOption> options, ExecutorService handlers) throws IOException;

    abstract AsynchronousFileChannel open(Path path, OpenOption... options) throws IOException;

    /** A handler as a future; it also knows on which thread it was told. */
    static final class Told<V> extends CompletableFuture<V>
            implements CompletionHandler<V, String> {
        volatile String thread = "";
        volatile String attachment = "";

        @Override
        public void completed(V result, String given) {
            tell(given);
            complete(result);
        }

        @Override
        public void failed(Throwable failure, String given) {
            tell(given);
            completeExceptionally(failure);
        }

        private void tell(String given) {
            thread = Thread.currentThread().getName();
            attachment = given;
        }

        V within() throws Exception {
            return get(30, TimeUnit.SECONDS);
        }
    }

    private Path file() {
        return directory.resolve("f");
    }

    private AsynchronousFileChannel fresh() throws IOException {
        return open(file(), READ, WRITE, CREATE);
    }

    private static ByteBuffer text(String text) {
        return FileChannelContract.text(text);
    }

    private static void end(AsynchronousFileChannel channel) throws IOException {
        channel.close();
    }

    private static Throwable causeOf(Future<?> future) throws Exception {
        try {
            Object result = future.get(30, TimeUnit.SECONDS);
            throw new AssertionError("It ended well: " + result);
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    @Test
    void futuresHaveResults() throws Exception {
        try (AsynchronousFileChannel channel = fresh()) {
            assertThat(channel.isOpen()).isTrue();
            assertThat(channel.write(text("hello"), 2).get()).isEqualTo(5);
            ByteBuffer into = ByteBuffer.allocate(10);
            assertThat(channel.read(into, 1).get()).isEqualTo(6);
            assertThat(into.flip()).isEqualTo(text("\0hello"));
            assertThat(channel.read(ByteBuffer.allocateDirect(1), 7).get()).isEqualTo(-1);
            assertThat(channel.read(ByteBuffer.allocate(0), 7).get()).isZero();
            assertThat(channel.write(ByteBuffer.allocate(0), 7).get()).isZero();
            assertThat(channel.size()).isEqualTo(7);
            channel.force(true);
            channel.force(false);
            assertThat(channel.truncate(10)).isSameAs(channel);
            assertThat(channel.size()).isEqualTo(7);
            assertThat(channel.truncate(3).size()).isEqualTo(3);
        }
    }

    @Test
    void handlersAreToldOnTheExecutorsThreads() throws Exception {
        ExecutorService handlers =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name("handler-", 0).factory());
        try (AsynchronousFileChannel channel =
                open(file(), Set.of(READ, WRITE, CREATE), handlers)) {
            Told<Integer> written = new Told<>();
            channel.write(text("handled"), 0, "first", written);
            assertThat(written.within()).isEqualTo(7);
            assertThat(written.attachment).isEqualTo("first");
            assertThat(written.thread).isEqualTo("handler-0");
            Told<Integer> read = new Told<>();
            channel.read(ByteBuffer.allocate(3), 0, "second", read);
            assertThat(read.within()).isEqualTo(3);
            assertThat(read.attachment).isEqualTo("second");
            assertThat(read.thread).isEqualTo("handler-0");
        } finally {
            handlers.shutdown();
        }
    }

    @Test
    void handlersWithoutAnExecutor() throws Exception {
        try (AsynchronousFileChannel channel = fresh()) {
            Told<Integer> written = new Told<>();
            channel.write(text("handled"), 0, "a", written);
            assertThat(written.within()).isEqualTo(7);
            assertThat(written.thread).isNotEqualTo(Thread.currentThread().getName());
            assertThat(written.thread).doesNotContain("files"); // the loop's
        }
    }

    @Test
    void manyOperationsAtOnceMoveTheRightBytes() throws Exception {
        int pieces = 400;
        int pieceBytes = 5_000;
        byte[] data = new byte[pieces * pieceBytes];
        new Random(3).nextBytes(data);
        try (AsynchronousFileChannel channel = fresh()) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < pieces; i++) {
                ByteBuffer from = ByteBuffer.wrap(data, i * pieceBytes, pieceBytes);
                all.add(channel.write(from, (long) i * pieceBytes));
            }
            for (Future<Integer> one : all) {
                assertThat(one.get()).isEqualTo(pieceBytes);
            }
            assertThat(Files.readAllBytes(file())).isEqualTo(data);
            byte[] back = new byte[data.length];
            List<Told<Integer>> reads = new ArrayList<>();
            for (int i = 0; i < pieces; i++) {
                Told<Integer> read = new Told<>();
                ByteBuffer into = ByteBuffer.wrap(back, i * pieceBytes, pieceBytes);
                channel.read(into, (long) i * pieceBytes, "", read);
                reads.add(read);
            }
            for (Told<Integer> read : reads) {
                assertThat(read.within()).isEqualTo(pieceBytes);
            }
            assertThat(back).isEqualTo(data);
        }
    }

    @Test
    void wrongArgumentsAreThrownAtOnce() throws Exception {
        try (AsynchronousFileChannel channel = fresh()) {
            ByteBuffer readOnly = ByteBuffer.allocate(1).asReadOnlyBuffer();
            Told<Integer> told = new Told<>();
            assertThatIllegalArgumentException().isThrownBy(() -> channel.read(readOnly, 0));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> channel.read(readOnly, 0, "", told));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.read(text("x"), -1));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.write(text("x"), -1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> channel.write(text("x"), -1, "", told));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.truncate(-1));
            assertThatNullPointerException().isThrownBy(() -> channel.read(text("x"), 0, "", null));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.lock(-1, 1, false));
            assertThat(told).isNotDone();
        }
        assertThatThrownBy(() -> open(directory.resolve("missing")))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> open(file(), APPEND))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void directionsThatWereNotOpened() throws Exception {
        Files.writeString(file(), "x");
        try (AsynchronousFileChannel channel = open(file())) {
            assertThatThrownBy(() -> channel.write(text("x"), 0))
                    .isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> channel.truncate(0))
                    .isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(channel::lock).isInstanceOf(NonWritableChannelException.class);
        }
        try (AsynchronousFileChannel channel = open(file(), WRITE)) {
            assertThatThrownBy(() -> channel.read(text("x"), 0))
                    .isInstanceOf(NonReadableChannelException.class);
            assertThatThrownBy(() -> channel.tryLock(0, 1, true))
                    .isInstanceOf(NonReadableChannelException.class);
        }
    }

    @Test
    void closedChannelFailsWhatIsBegun() throws Exception {
        AsynchronousFileChannel channel = fresh();
        channel.close();
        channel.close();
        assertThat(channel.isOpen()).isFalse();
        assertThat(causeOf(channel.read(ByteBuffer.allocate(1), 0)))
                .isInstanceOf(ClosedChannelException.class);
        assertThat(causeOf(channel.write(text("x"), 0))).isInstanceOf(ClosedChannelException.class);
        assertThat(causeOf(channel.lock())).isInstanceOf(ClosedChannelException.class);
        Told<Integer> told = new Told<>();
        channel.read(ByteBuffer.allocate(1), 0, "late", told);
        assertThat(causeOf(told)).isInstanceOf(ClosedChannelException.class);
        assertThat(told.attachment).isEqualTo("late");
        assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::tryLock).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.force(true)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.truncate(0)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void locksExcludeEachOther() throws Exception {
        try (AsynchronousFileChannel channel = fresh();
                AsynchronousFileChannel other = open(file(), READ, WRITE)) {
            FileLock lock = channel.lock(0, 10, false).get();
            assertThat(lock.isValid()).isTrue();
            assertThat(lock.acquiredBy()).isSameAs(channel);
            assertThatThrownBy(() -> other.lock(5, 10, false))
                    .isInstanceOf(OverlappingFileLockException.class);
            assertThatThrownBy(() -> channel.tryLock(5, 10, false))
                    .isInstanceOf(OverlappingFileLockException.class);
            Told<FileLock> beside = new Told<>();
            other.lock(10, 5, true, "lock", beside);
            assertThat(beside.within().acquiredBy()).isSameAs(other);
            lock.release();
            assertThat(lock.isValid()).isFalse();
            assertThat(other.tryLock(0, 5, false)).isNotNull();
            end(other);
            assertThat(beside.within().isValid()).isFalse();
            assertThatThrownBy(() -> beside.within().release())
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void directoriesCannotBeRead() throws Exception {
        try (AsynchronousFileChannel channel = open(directory, READ)) {
            assertThat(causeOf(channel.read(ByteBuffer.allocate(1), 0)))
                    .isInstanceOf(IOException.class);
        }
    }
}
