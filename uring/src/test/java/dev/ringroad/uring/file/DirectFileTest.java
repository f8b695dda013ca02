package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Past the page cache at any position, with any length, and what refuses it. */
@Timeout(120)
final class DirectFileTest {
    private static final UringOption DIRECT = UringOption.DIRECT;

    @TempDir private Path directory; // on a disk, where there is one
    private UringFiles files;

    @BeforeEach
    void start() throws Exception {
        files = UringFiles.start(new FilesConfig(8, 16384, Long.MAX_VALUE));
    }

    @AfterEach
    void stop() {
        assertThat(files.buffersAvailable()).isEqualTo(8);
        files.close();
    }

    private UringFile fresh() throws IOException {
        return files.open(directory.resolve("f"), READ, WRITE, CREATE, DIRECT);
    }

    private static byte[] random(int seed, int bytes) {
        byte[] data = new byte[bytes];
        new Random(seed).nextBytes(data);
        return data;
    }

    private byte[] content() throws IOException {
        return Files.readAllBytes(directory.resolve("f"));
    }

    @Test
    void fileSystemSaysWhatToAlignTo() throws Exception {
        try (UringFile file = fresh()) {
            assertThat(file.isDirect()).as(file.fallback().orElse("")).isTrue();
            assertThat(file.alignment()).isBetween(512, 65536);
            assertThat(file.fallback()).isEmpty();
        }
    }

    @Test
    void unalignedWritesKeepWhatLiesAround() throws Exception {
        byte[] model = random(1, 50_001);
        Files.write(directory.resolve("f"), model);
        try (UringFile file = fresh()) {
            int[][] ranges = {{0, 1}, {511, 2}, {4095, 4098}, {1, 40_000}, {50_000, 1}, {12288, 7}};
            for (int[] range : ranges) {
                byte[] data = random(range[0], range[1]);
                assertThat(file.write(ByteBuffer.wrap(data), range[0])).isEqualTo(range[1]);
                System.arraycopy(data, 0, model, range[0], range[1]);
                assertThat(content()).isEqualTo(model);
                ByteBuffer back = ByteBuffer.allocate(range[1]);
                assertThat(file.read(back, range[0])).isEqualTo(range[1]);
                assertThat(back.array()).isEqualTo(data);
            }
            assertThat(file.size()).isEqualTo(50_001);
            ByteBuffer all = ByteBuffer.allocate(60_000);
            assertThat(file.read(all, 0)).isEqualTo(50_001);
            assertThat(Arrays.copyOf(all.array(), 50_001)).isEqualTo(model);
            assertThat(file.read(ByteBuffer.allocate(10), 50_001)).isEqualTo(-1);
        }
    }

    @Test
    void endIsWhereTheLastByteIs() throws Exception {
        try (UringFile file = fresh()) {
            file.writeFully(ByteBuffer.wrap(new byte[] {1, 2, 3}), 10);
            assertThat(file.size()).isEqualTo(13);
            file.writeFully(ByteBuffer.wrap(new byte[] {4}), 20_000);
            assertThat(file.size()).isEqualTo(20_001);
            file.truncate(12);
            assertThat(content()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2);
            file.truncate(14);
            file.writeFully(ByteBuffer.wrap(new byte[] {5}), 13);
            assertThat(content()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 5);
        }
    }

    @Test
    void appendsBehindTheTrueEnd() throws Exception {
        Path path = directory.resolve("f");
        try (UringFile file = files.open(path, CREATE, APPEND, DIRECT)) {
            assertThat(file.isDirect()).isTrue();
            for (int i = 0; i < 20; i++) {
                file.writeFully(ByteBuffer.wrap(random(i, 777)), 0);
            }
        }
        byte[] content = content();
        assertThat(content).hasSize(20 * 777);
        for (int i = 0; i < 20; i++) {
            assertThat(Arrays.copyOfRange(content, i * 777, (i + 1) * 777))
                    .isEqualTo(random(i, 777));
        }
    }

    @Test
    void neighboursInABlockDoNotLoseEachOthersBytes() throws Exception {
        int writers = 16;
        int stripe = 61; // many to a block, and all of them cross borders
        int rounds = 40;
        byte[] model = new byte[writers * stripe * rounds];
        try (UringFile file = fresh();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                int own = writer;
                for (int round = 0; round < rounds; round++) {
                    byte[] data = random(own * 1000 + round, stripe);
                    System.arraycopy(data, 0, model, (round * writers + own) * stripe, stripe);
                }
                all.add(
                        threads.submit(
                                () -> {
                                    for (int round = 0; round < rounds; round++) {
                                        file.writeFully(
                                                ByteBuffer.wrap(random(own * 1000 + round, stripe)),
                                                (long) (round * writers + own) * stripe);
                                    }
                                    return null;
                                }));
            }
            for (Future<?> one : all) {
                Object ignored = one.get();
            }
        }
        assertThat(content()).isEqualTo(model);
    }

    @Test
    void writingOnlyStillReadsTheEdges() throws Exception {
        Files.write(directory.resolve("f"), new byte[] {1, 2, 3});
        try (UringFile file = files.open(directory.resolve("f"), WRITE, DIRECT)) {
            file.writeFully(ByteBuffer.wrap(new byte[] {9}), 1);
        }
        assertThat(content()).containsExactly(1, 9, 3);
    }

    @Test
    void fileSystemInMemoryIsReadAndWrittenAllTheSame() throws Exception {
        Path path = Files.createTempFile(Path.of("/dev/shm"), "ringroad", "direct");
        try (UringFile file = files.open(path, READ, WRITE, DIRECT)) {
            // Since Linux 6.6 it takes O_DIRECT; before, this is the page cache, and says so.
            assertThat(file.isDirect()).isEqualTo(file.fallback().isEmpty());
            byte[] data = random(5, 70_000);
            file.writeFully(ByteBuffer.wrap(data), 3);
            ByteBuffer back = ByteBuffer.allocate(data.length);
            file.readFully(back, 3);
            assertThat(back.array()).isEqualTo(data);
            assertThat(file.size()).isEqualTo(70_003);
        } finally {
            Files.delete(path);
        }
    }

    @Test
    void refusalFallsBackWithAReasonUnlessDirectIsRequired() throws Exception {
        Path path = Path.of("/proc/version");
        try (UringFile file = files.open(path, READ, DIRECT)) {
            assertThat(file.isDirect()).isFalse();
            assertThat(file.alignment()).isOne();
            assertThat(file.fallback())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("O_DIRECT"));
            ByteBuffer into = ByteBuffer.allocate(5);
            file.readFully(into, 0);
            assertThat(new String(into.array(), StandardCharsets.UTF_8)).isEqualTo("Linux");
        }
        assertThatThrownBy(() -> files.open(path, READ, UringOption.DIRECT_REQUIRED))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("required")
                .hasMessageContaining("Remedy");
    }

    @Test
    void newFileIsNewOnTheDirectWayToo() throws Exception {
        Path path = directory.resolve("new");
        files.open(path, WRITE, CREATE_NEW, DIRECT).close();
        assertThatThrownBy(() -> files.open(path, WRITE, CREATE_NEW, DIRECT))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void refusedNewFileLeavesNothingBehind() throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "Needs root: it mounts a file system without direct I/O.");
        run("mount", "-t", "ramfs", "ramfs", directory.toString());
        try {
            Path path = directory.resolve("new");
            assertThatThrownBy(
                            () -> files.open(path, WRITE, CREATE_NEW, UringOption.DIRECT_REQUIRED))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("required");
            assertThat(path).doesNotExist();
            Files.writeString(path, "kept");
            assertThatThrownBy(
                            () -> files.open(path, WRITE, CREATE_NEW, UringOption.DIRECT_REQUIRED))
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThatThrownBy(() -> files.open(path, WRITE, CREATE, UringOption.DIRECT_REQUIRED))
                    .isInstanceOf(FileSystemException.class);
            assertThat(path).hasContent("kept");
            Path other = directory.resolve("other");
            try (UringFile file = files.open(other, WRITE, CREATE_NEW, DIRECT)) {
                assertThat(file.isDirect()).isFalse();
            }
            assertThat(other).exists();
        } finally {
            run("umount", directory.toString());
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }
}
