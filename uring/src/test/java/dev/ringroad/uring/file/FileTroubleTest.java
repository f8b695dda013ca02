package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.UringConfig;
import dev.ringroad.uring.UringThread;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Full disks, closed loops, interrupts, too few buffers, too many threads. */
@Timeout(120)
final class FileTroubleTest {
    @TempDir private Path directory;

    private static UringFiles files(int buffers) throws IOException {
        return UringFiles.start(new FilesConfig(buffers, 4096, TimeUnit.MINUTES.toNanos(5)));
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    private UringFile fifo(UringFiles files) throws Exception {
        Path path = directory.resolve("fifo");
        run("mkfifo", path.toString());
        return files.open(path, READ, WRITE);
    }

    private static void awaitAvailable(UringFiles files, int buffers) {
        while (files.buffersAvailable() != buffers) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whatComesAfterTheCloseReachesNoOtherFile() throws Exception {
        Path other = Files.writeString(directory.resolve("other"), "kept");
        try (UringFiles files = files(4)) {
            UringFile closed = files.open(directory.resolve("closed"), CREATE, WRITE);
            FileHandle handle = closed.handle();
            int number = handle.descriptor().number();
            closed.close();
            try (UringFile next = files.open(other, READ, WRITE)) {
                assertThat(next.handle().descriptor().number()).isEqualTo(number);
                FileRequest late = FileRequest.withoutMemory();
                late.start(handle, FileKind.TRUNCATE, 0, 0, 0);
                assertThat(late.awaitRegardless()).isEqualTo(-Errno.ECANCELED);
                assertThatThrownBy(() -> FileCalls.truncateRegardless(handle, 0))
                        .isInstanceOf(AsynchronousCloseException.class);
                assertThat(next.size()).isEqualTo(4);
            }
        }
    }

    @Test
    void pipeHasNoLengthToSet() throws Exception {
        try (UringFiles files = files(4);
                UringFile pipe = fifo(files)) {
            assertThatThrownBy(() -> pipe.truncate(0))
                    .isInstanceOfSatisfying(
                            SystemCallException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                    .hasMessageContaining("ftruncate");
        }
    }

    private long openHere() throws IOException {
        long count = 0;
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path one : all.toList()) {
                try {
                    count += Files.readSymbolicLink(one).startsWith(directory) ? 1 : 0;
                } catch (IOException _) {
                    count += 0; // closed meanwhile
                }
            }
        }
        return count;
    }

    @Test
    void fullDiskEndsAWriteWhereItIsFull() throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "Needs root: it mounts a small file system.");
        Path small = Files.createDirectory(directory.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small.toString());
        try (UringFiles files = files(8)) {
            fillUp(files, small.resolve("cached"), Set.of(READ, WRITE, CREATE));
            fillUp(files, small.resolve("direct"), Set.of(READ, WRITE, CREATE, UringOption.DIRECT));
        } finally {
            run("umount", small.toString());
        }
    }

    private static void fillUp(UringFiles files, Path path, Set<OpenOption> options)
            throws IOException {
        byte[] data = new byte[1 << 20];
        new Random(7).nextBytes(data);
        try (UringFile file = files.open(path, options)) {
            ByteBuffer from = ByteBuffer.wrap(data);
            assertThatThrownBy(() -> file.writeFully(from, 100))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ENOSPC")
                    .hasMessageContaining("free space");
            int written = from.position();
            assertThat(written).isBetween(200_000, 262_144);
            ByteBuffer back = ByteBuffer.allocate(written);
            file.readFully(back, 100);
            assertThat(back.array()).isEqualTo(Arrays.copyOf(data, written));
        } finally {
            Files.delete(path);
        }
    }

    @Test
    void closedLoopIsToldToWhoUsesIt() throws Exception {
        UringThread thread = UringThread.start("loop", UringConfig.of(16), 64, 0);
        UringFiles files = UringFiles.on(thread.loop(), FilesConfig.usual());
        Path path = directory.resolve("f");
        UringFile file = files.open(path, READ, WRITE, CREATE);
        thread.close();
        assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("loop")
                .hasMessageContaining("Remedy");
        assertThatThrownBy(() -> files.open(path)).hasMessageContaining("closed");
        file.close();
        assertThat(openHere()).isZero();
        files.close();
        assertThatThrownBy(() -> UringFiles.on(thread.loop(), FilesConfig.usual()))
                .hasMessageContaining("closed");
    }

    @Test
    void closingTheFilesEndsEverythingThatIsPending() throws Exception {
        UringFiles files = files(4);
        UringFile file = fifo(files);
        UringFile other = files.open(directory.resolve("f"), READ, WRITE, CREATE);
        List<CompletableFuture<Integer>> reads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            reads.add(file.beginRead(ByteBuffer.allocate(1), 0));
        }
        awaitAvailable(files, 0);
        files.close();
        for (CompletableFuture<Integer> read : reads) {
            assertThat(read)
                    .failsWithin(30, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withCauseExactlyInstanceOf(AsynchronousCloseException.class);
        }
        assertThat(other.isOpen()).isFalse();
        assertThat(openHere()).isZero();
        assertThatThrownBy(() -> files.open(directory.resolve("f"))).hasMessageContaining("closed");
    }

    @Test
    void interruptEndsAReadAndLeavesTheFileOpen() throws Exception {
        try (UringFiles files = files(4);
                UringFile file = fifo(files)) {
            for (Thread.Builder kind : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
                CompletableFuture<Throwable> thrown = new CompletableFuture<>();
                CompletableFuture<Boolean> pending = new CompletableFuture<>();
                Thread reader =
                        kind.start(
                                () -> {
                                    ByteBuffer into = ByteBuffer.allocate(1);
                                    thrown.complete(catchThrowable(() -> file.read(into, 0)));
                                    pending.complete(Thread.currentThread().isInterrupted());
                                });
                awaitAvailable(files, 3);
                reader.interrupt();
                assertThat(thrown.get()).isExactlyInstanceOf(InterruptedIOException.class);
                assertThat(pending.get()).isTrue();
                awaitAvailable(files, 4);
            }
            assertThat(file.write(ByteBuffer.allocate(1), 0)).isOne();
            assertThat(file.read(ByteBuffer.allocate(8), 0)).isOne();
        }
    }

    @Test
    void waitForABufferIsBoundedAndCanBeInterrupted() throws Exception {
        try (UringFiles files =
                        UringFiles.start(
                                new FilesConfig(2, 4096, TimeUnit.MILLISECONDS.toNanos(200)));
                UringFile file = fifo(files)) {
            List<CompletableFuture<Integer>> reads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                reads.add(file.beginRead(ByteBuffer.allocate(1), 0));
            }
            awaitAvailable(files, 0);
            assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
                    .hasMessageContaining("None of the 2 buffers")
                    .hasMessageContaining("FilesConfig");
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
                    .isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            reads.forEach(read -> read.cancel(true));
            awaitAvailable(files, 2);
        }
    }

    /** Blocks that tell where they belong, and whether they are whole. */
    private static ByteBuffer block(int index, int version, int bytes) {
        ByteBuffer block = ByteBuffer.allocate(bytes);
        new Random(index * 31L + version).nextBytes(block.array());
        CRC32C sum = new CRC32C();
        sum.update(block.putInt(0, index).array(), 0, bytes - Integer.BYTES);
        return block.putInt(bytes - Integer.BYTES, (int) sum.getValue());
    }

    private static void requireWhole(ByteBuffer block, int index) {
        int bytes = block.capacity();
        CRC32C sum = new CRC32C();
        sum.update(block.array(), 0, bytes - Integer.BYTES);
        assertThat(block.getInt(0)).isEqualTo(index);
        assertThat(block.getInt(bytes - Integer.BYTES)).isEqualTo((int) sum.getValue());
    }

    @Test
    void thousandsOfVirtualThreadsShareEightBuffers() throws Exception {
        int bytes = 10_000; // three pieces
        for (boolean direct : new boolean[] {true, false}) {
            Set<OpenOption> options =
                    direct
                            ? Set.of(READ, WRITE, CREATE, UringOption.DIRECT)
                            : Set.of(READ, WRITE, CREATE);
            try (UringFiles files = files(8);
                    UringFile file = files.open(directory.resolve("load-" + direct), options)) {
                int threads = direct ? 300 : 3_000;
                List<Callable<Void>> all = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    int own = i;
                    all.add(
                            () -> {
                                for (int version = 0; version < 3; version++) {
                                    long at = (long) own * bytes;
                                    file.writeFully(block(own, version, bytes), at);
                                    ByteBuffer back = ByteBuffer.allocate(bytes);
                                    file.readFully(back, at);
                                    assertThat(back.array())
                                            .isEqualTo(block(own, version, bytes).array());
                                    requireWhole(back, own);
                                }
                                return null;
                            });
                }
                runAll(all);
                assertThat(file.size()).isEqualTo((long) threads * bytes);
                assertThat(files.buffersAvailable()).isEqualTo(8);
            }
        }
        assertThat(openHere()).isZero();
    }

    private static void runAll(List<Callable<Void>> all) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> one : threads.invokeAll(all)) {
                Object ignored = one.get();
            }
        }
    }

    @Test
    void filesOpenedAndClosedBesideReadersNeverMixUp() throws Exception {
        Path quiet = Files.write(directory.resolve("quiet"), new byte[4096]);
        Path loud = Files.write(directory.resolve("loud"), block(1, 1, 4096).array());
        try (UringFiles files = files(8)) {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                Path path = i % 2 == 0 ? quiet : loud;
                byte[] expected = Files.readAllBytes(path);
                all.add(
                        () -> {
                            for (int round = 0; round < 50; round++) {
                                UringFile file = files.open(path);
                                ByteBuffer into = ByteBuffer.allocate(4096);
                                CompletableFuture<Integer> read = file.beginRead(into, 0);
                                if (round % 2 == 0) {
                                    file.close(); // under the read
                                }
                                try {
                                    assertThat(read.get()).isEqualTo(4096);
                                    assertThat(into.array()).isEqualTo(expected);
                                } catch (ExecutionException e) {
                                    assertThat(e).hasCauseInstanceOf(IOException.class);
                                }
                                file.close();
                            }
                            return null;
                        });
            }
            runAll(all);
        }
        assertThat(openHere()).isZero();
    }

    @Test
    void tooManyOpenFilesAreTold() throws Exception {
        try (JavaChild child =
                JavaChild.start(
                        List.of("prlimit", "--nofile=64:64"),
                        List.of("-XX:-MaxFDLimit"),
                        FileHoarder.class.getName(),
                        Files.writeString(directory.resolve("f"), "x").toString())) {
            assertThat(child.output())
                    .contains("EMFILE")
                    .contains("ulimit -n")
                    .contains("and again");
        }
    }

    @Test
    void configurationsThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FilesConfig(0, 4096, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new FilesConfig(1, 4095, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new FilesConfig(1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new FilesConfig(1, 4096, -1));
    }
}
