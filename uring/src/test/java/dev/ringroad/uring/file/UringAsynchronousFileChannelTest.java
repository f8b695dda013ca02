package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Ours; and what the JDK's cannot do: a read that is pending can be cancelled, and closed. */
final class UringAsynchronousFileChannelTest extends AsynchronousFileChannelContract {
    private UringFiles files;

    @BeforeEach
    void start() throws Exception {
        files = UringFiles.start(new FilesConfig(8, 4096, Long.MAX_VALUE));
    }

    @AfterEach
    void stop() {
        files.close();
    }

    @Override
    AsynchronousFileChannel open(Path path, Set<OpenOption> options, ExecutorService handlers)
            throws IOException {
        return UringAsynchronousFileChannel.open(files, path, options, handlers);
    }

    @Override
    AsynchronousFileChannel open(Path path, OpenOption... options) throws IOException {
        return UringAsynchronousFileChannel.open(files, path, options);
    }

    private AsynchronousFileChannel fifo() throws Exception {
        Path path = directory.resolve("fifo");
        Process made = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
        assertThat(made.waitFor()).isZero();
        return open(path, READ, WRITE);
    }

    private void awaitBuffers(int available) {
        while (files.buffersAvailable() != available) {
            Thread.onSpinWait();
        }
    }

    @Test
    void cancelledFutureGivesItsBufferBack() throws Exception {
        try (AsynchronousFileChannel channel = fifo()) {
            Future<Integer> read = channel.read(ByteBuffer.allocate(1), 0);
            awaitBuffers(7);
            assertThat(read.cancel(true)).isTrue();
            assertThat(read.isCancelled()).isTrue();
            awaitBuffers(8);
            assertThat(channel.isOpen()).isTrue();
            assertThat(channel.write(ByteBuffer.allocate(1), 0).get()).isOne();
            assertThat(channel.read(ByteBuffer.allocate(1), 0).get()).isOne();
        }
    }

    @Test
    void closingFailsWhatIsPending() throws Exception {
        AsynchronousFileChannel channel = fifo();
        Future<Integer> read = channel.read(ByteBuffer.allocate(1), 0);
        Told<Integer> told = new Told<>();
        channel.read(ByteBuffer.allocate(1), 0, "", told);
        awaitBuffers(6);
        channel.close();
        assertThatThrownBy(read::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(told::within)
                .isInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(AsynchronousCloseException.class);
        awaitBuffers(8);
    }

    @Test
    void lockOfAnotherProcessIsWaitedFor() throws Exception {
        Path path = directory.resolve("locked");
        try (AsynchronousFileChannel channel = open(path, READ, WRITE, CREATE);
                JavaChild other =
                        JavaChild.start(
                                List.of(),
                                List.of(),
                                LockHolder.class.getName(),
                                path.toString())) {
            assertThat(other.line()).isEqualTo("locked");
            assertThat(channel.tryLock()).isNull();
            Future<FileLock> lock = channel.lock(0, 10, false);
            assertThatThrownBy(() -> channel.lock(9, 2, false))
                    .isInstanceOf(OverlappingFileLockException.class);
            Future<FileLock> none = channel.lock(1L << 50, 1, false);
            assertThat(none.cancel(true)).isTrue();
            assertThat(lock.isDone()).isFalse();
            other.goOn();
            assertThat(lock.get().isValid()).isTrue();
            assertThat(other.output()).isEmpty();
        }
    }
}
