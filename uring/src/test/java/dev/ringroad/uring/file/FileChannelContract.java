package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/** What every {@link FileChannel} does, the JDK's and ours. */
@Timeout(60)
abstract class FileChannelContract {
    @TempDir Path directory;

    abstract FileChannel open(Path path, OpenOption... options) throws IOException;

    private Path file() {
        return directory.resolve("f");
    }

    private FileChannel fresh() throws IOException {
        return open(file(), READ, WRITE, CREATE);
    }

    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(FileChannel channel, int bytes, long position) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(bytes);
        int read = channel.read(into, position);
        return read < 0 ? "end" : new String(into.array(), 0, read, StandardCharsets.UTF_8);
    }

    /** Earlier than its block ends. */
    private static void end(FileChannel channel) throws IOException {
        channel.close();
    }

    @Test
    void relativeCallsMoveThePosition() throws Exception {
        try (FileChannel channel = fresh()) {
            assertThat(channel.write(text("hello"))).isEqualTo(5);
            assertThat(channel.write(text(" world"))).isEqualTo(6);
            assertThat(channel.position()).isEqualTo(11);
            assertThat(channel.position(6)).isSameAs(channel);
            ByteBuffer into = ByteBuffer.allocate(8);
            assertThat(channel.read(into)).isEqualTo(5);
            assertThat(into.flip()).isEqualTo(text("world"));
            assertThat(channel.read(ByteBuffer.allocateDirect(8))).isEqualTo(-1);
            assertThat(channel.position()).isEqualTo(11);
            assertThat(channel.size()).isEqualTo(11);
        }
    }

    @Test
    void positionalCallsLeaveThePosition() throws Exception {
        try (FileChannel channel = fresh()) {
            assertThat(channel.write(text("far"), 10)).isEqualTo(3);
            assertThat(channel.position()).isZero();
            assertThat(read(channel, 3, 10)).isEqualTo("far");
            assertThat(read(channel, 10, 11)).isEqualTo("ar");
            assertThat(read(channel, 10, 13)).isEqualTo("end");
            assertThat(read(channel, 10, 1L << 40)).isEqualTo("end");
            assertThat(channel.read(ByteBuffer.allocate(0), 0)).isZero();
        }
    }

    @Test
    void buffersAreScatteredAndGathered() throws Exception {
        try (FileChannel channel = fresh()) {
            ByteBuffer[] parts = {text("ab"), text(""), text("cde")};
            assertThat(channel.write(parts)).isEqualTo(5);
            assertThat(channel.position(1).read(ByteBuffer.allocate(0))).isZero();
            ByteBuffer[] into = {ByteBuffer.allocate(1), ByteBuffer.allocate(9)};
            assertThat(channel.read(into)).isEqualTo(4);
            assertThat(into[0].flip()).isEqualTo(text("b"));
            assertThat(into[1].flip()).isEqualTo(text("cde"));
            assertThat(channel.read(into)).isEqualTo(-1);
            assertThatThrownBy(() -> channel.read(into, 1, 2))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void truncatingShortensAndNeverLengthens() throws Exception {
        try (FileChannel channel = fresh()) {
            int ignored = channel.write(text("0123456789"));
            assertThat(channel.truncate(20)).isSameAs(channel);
            assertThat(channel.size()).isEqualTo(10);
            assertThat(channel.position()).isEqualTo(10);
            channel.truncate(4);
            assertThat(channel.size()).isEqualTo(4);
            assertThat(channel.position()).isEqualTo(4);
            channel.position(7);
            ignored = channel.write(text("x"));
            assertThat(Files.readString(file())).isEqualTo("0123\0\0\0x");
            channel.position(50).truncate(30);
            assertThat(channel.position()).isEqualTo(30);
            channel.force(true);
            channel.force(false);
        }
    }

    @Test
    void appendingWritesAtTheEnd() throws Exception {
        Files.writeString(file(), "ab");
        try (FileChannel channel = open(file(), APPEND)) {
            assertThat(channel.position()).isEqualTo(2);
            assertThat(channel.position(0).write(text("cd"))).isEqualTo(2);
            assertThat(channel.position()).isEqualTo(4);
            Files.writeString(file(), "ef", APPEND);
            assertThat(channel.write(text("gh"))).isEqualTo(2);
            assertThat(channel.position()).isEqualTo(8);
        }
        assertThat(Files.readString(file())).isEqualTo("abcdefgh");
    }

    @Test
    void transfersBetweenChannels() throws Exception {
        byte[] data = new byte[300_000];
        new Random(1).nextBytes(data);
        try (FileChannel channel = fresh();
                FileChannel other = open(directory.resolve("g"), READ, WRITE, CREATE)) {
            var source = Channels.newChannel(new ByteArrayInputStream(data));
            assertThat(channel.transferFrom(source, 0, 200_000)).isEqualTo(200_000);
            assertThat(channel.transferFrom(source, 200_000, 200_000)).isEqualTo(100_000);
            assertThat(channel.position()).isZero();
            ByteArrayOutputStream sink = new ByteArrayOutputStream();
            assertThat(channel.transferTo(100, 400_000, Channels.newChannel(sink)))
                    .isEqualTo(299_900);
            assertThat(sink.toByteArray()).isEqualTo(Arrays.copyOfRange(data, 100, 300_000));
            assertThat(channel.transferTo(300_000, 1, other)).isZero();
            assertThat(channel.transferTo(10, 90_000, other)).isEqualTo(90_000);
            assertThat(other.position()).isEqualTo(90_000);
            other.position(0);
            assertThat(channel.transferFrom(other, 0, 5)).isEqualTo(5);
            assertThat(other.position()).isEqualTo(5);
            assertThatIllegalArgumentException().isThrownBy(() -> channel.transferTo(-1, 1, other));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> channel.transferFrom(other, 0, -1));
        }
    }

    @Test
    void mapsTheFile() throws Exception {
        try (FileChannel channel = fresh();
                Arena arena = Arena.ofConfined()) {
            int ignored = channel.write(text("mapped"));
            MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, 6);
            map.put(0, (byte) 'M');
            assertThat(read(channel, 6, 0)).isEqualTo("Mapped");
            MemorySegment segment = channel.map(FileChannel.MapMode.READ_ONLY, 3, 3, arena);
            assertThat(segment.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'p');
            end(channel);
            assertThat(map.get(1)).isEqualTo((byte) 'a');
            assertThatThrownBy(() -> channel.map(FileChannel.MapMode.READ_ONLY, 0, 1))
                    .isInstanceOf(ClosedChannelException.class);
        }
        try (FileChannel channel = open(file())) {
            assertThatThrownBy(() -> channel.map(FileChannel.MapMode.READ_WRITE, 0, 1))
                    .isInstanceOf(NonWritableChannelException.class);
        }
    }

    @Test
    void locksExcludeEachOther() throws Exception {
        try (FileChannel channel = fresh();
                FileChannel other = open(file(), READ, WRITE)) {
            FileLock lock = channel.lock(0, 10, false);
            assertThat(lock.isValid()).isTrue();
            assertThat(lock.isShared()).isFalse();
            assertThat(lock.acquiredBy()).isSameAs(channel);
            assertThat(lock.channel()).isSameAs(channel);
            assertThat(lock.overlaps(9, 1)).isTrue();
            assertThatThrownBy(() -> channel.lock(5, 10, false))
                    .isInstanceOf(OverlappingFileLockException.class);
            assertThatThrownBy(() -> other.tryLock(5, 10, true))
                    .isInstanceOf(OverlappingFileLockException.class);
            FileLock beside = other.tryLock(10, 5, true);
            assertThat(beside).isNotNull();
            lock.release();
            assertThat(lock.isValid()).isFalse();
            assertThat(other.tryLock(0, 5, false)).isNotNull();
            end(other);
            assertThat(beside.isValid()).isFalse();
            assertThatThrownBy(beside::release).isInstanceOf(ClosedChannelException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> channel.lock(-1, 1, false));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.tryLock(0, -1, false));
        }
        try (FileChannel readOnly = open(file())) {
            assertThatThrownBy(() -> readOnly.lock(0, 1, false))
                    .isInstanceOf(NonWritableChannelException.class);
            assertThat(readOnly.tryLock(0, 1, true)).isNotNull();
        }
        try (FileChannel writeOnly = open(file(), WRITE)) {
            assertThatThrownBy(() -> writeOnly.tryLock(0, 1, true))
                    .isInstanceOf(NonReadableChannelException.class);
        }
    }

    @Test
    void closedChannelRefusesEverything() throws Exception {
        FileChannel channel = fresh();
        channel.close();
        channel.close();
        assertThat(channel.isOpen()).isFalse();
        ByteBuffer buffer = ByteBuffer.allocate(1);
        assertThatThrownBy(() -> channel.read(buffer)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.read(buffer, 0))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.write(buffer)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.write(buffer, 0))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::position).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.position(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.truncate(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.force(true)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::lock).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::tryLock).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.transferTo(0, 1, channel))
                .isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void directionsThatWereNotOpened() throws Exception {
        Files.writeString(file(), "x");
        ByteBuffer buffer = ByteBuffer.allocate(1);
        try (FileChannel channel = open(file())) {
            assertThatThrownBy(() -> channel.write(buffer))
                    .isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> channel.write(buffer, 0))
                    .isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> channel.truncate(0))
                    .isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> channel.transferFrom(channel, 0, 1))
                    .isInstanceOf(NonWritableChannelException.class);
        }
        try (FileChannel channel = open(file(), WRITE)) {
            assertThatThrownBy(() -> channel.read(buffer))
                    .isInstanceOf(NonReadableChannelException.class);
            assertThatThrownBy(() -> channel.read(buffer, 0))
                    .isInstanceOf(NonReadableChannelException.class);
            assertThatThrownBy(() -> channel.transferTo(0, 1, channel))
                    .isInstanceOf(NonReadableChannelException.class);
        }
    }

    @Test
    void wrongArguments() throws Exception {
        try (FileChannel channel = fresh()) {
            ByteBuffer readOnly = ByteBuffer.allocate(1).asReadOnlyBuffer();
            int ignored = channel.write(text("x"), 0);
            assertThatIllegalArgumentException().isThrownBy(() -> channel.read(readOnly));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.read(readOnly, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.read(text("x"), -1));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.write(text("x"), -1));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.position(-1));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.truncate(-1));
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void filesThatCannotBeOpened() throws Exception {
        Files.writeString(file(), "x");
        assertThatThrownBy(() -> open(directory.resolve("missing"), READ))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> open(file(), CREATE_NEW, WRITE))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> open(directory, WRITE)).isInstanceOf(FileSystemException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> open(file(), READ, APPEND));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(file(), TRUNCATE_EXISTING, APPEND));
        try (FileChannel channel = open(directory, READ)) {
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void interruptBeforeACallClosesTheChannel() throws Exception {
        FileChannel channel = fresh();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> channel.write(text("x")))
                .isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(channel.isOpen()).isFalse();
    }

    private FileChannel fifo() throws Exception {
        Path path = directory.resolve("fifo");
        Process made = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
        assertThat(made.waitFor()).isZero();
        return open(path, READ, WRITE);
    }

    private static void awaitBlocked(Thread thread) {
        // In the kernel or parked; either way it has been put to sleep for want of data.
        long end = System.nanoTime() + 200_000_000;
        while (System.nanoTime() < end && thread.isAlive()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void interruptDuringAReadClosesTheChannel() throws Exception {
        try (FileChannel channel = fifo()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> interrupted = new AtomicReference<>();
            Thread reader =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        thrown.set(catchThrowable(() -> channel.read(text("x"))));
                                        interrupted.set(Thread.currentThread().isInterrupted());
                                    });
            awaitBlocked(reader);
            reader.interrupt();
            reader.join();
            assertThat(thrown.get()).isExactlyInstanceOf(ClosedByInterruptException.class);
            assertThat(interrupted).hasValue(true);
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void closingEndsAReadThatIsPending() throws Exception {
        try (FileChannel channel = fifo()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread reader =
                    Thread.ofPlatform()
                            .start(() -> thrown.set(catchThrowable(() -> channel.read(text("x")))));
            awaitBlocked(reader);
            end(channel);
            reader.join();
            assertThat(thrown.get()).isExactlyInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    void fileCutWhileItIsReadEndsEarlier() throws Exception {
        byte[] data = new byte[1 << 20];
        new Random(2).nextBytes(data);
        Files.write(file(), data);
        try (FileChannel channel = open(file(), READ, WRITE)) {
            Thread cutter =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = 1 << 20; i >= 0; i -= 4096) {
                                            truncate(i);
                                        }
                                    });
            ByteBuffer into = ByteBuffer.allocate(1 << 20);
            int read;
            do {
                read = channel.read(into.clear(), 0);
                for (int i = 0; i < read; i += 509) {
                    assertThat(into.get(i)).isIn(data[i], (byte) 0);
                }
            } while (read > 0);
            cutter.join();
            assertThat(read).isEqualTo(-1);
        }
    }

    private void truncate(long size) {
        try (FileChannel other = FileChannel.open(file(), WRITE)) {
            var _ = other.truncate(size);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
