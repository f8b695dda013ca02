package dev.ringroad.uring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.EOFException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Blocking calls and futures of a file, and what is asked of it in vain. */
@Timeout(60)
final class UringFileTest {
    private static final StandardOpenOption READ = StandardOpenOption.READ;
    private static final StandardOpenOption WRITE = StandardOpenOption.WRITE;
    private static final StandardOpenOption CREATE = StandardOpenOption.CREATE;

    @TempDir private Path directory;
    private UringFiles files;

    @BeforeEach
    void start() throws Exception {
        files = UringFiles.start(new FilesConfig(16, 4096, TimeUnit.SECONDS.toNanos(30)));
    }

    @AfterEach
    void stop() {
        assertThat(files.buffersAvailable()).isEqualTo(16);
        files.close();
        files.close();
    }

    private UringFile fresh(String name) throws Exception {
        return files.open(directory.resolve(name), READ, WRITE, CREATE);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] random(int bytes) {
        byte[] data = new byte[bytes];
        new Random(bytes).nextBytes(data);
        return data;
    }

    @Test
    void poolIsRegistered() {
        assertThat(files.buffersFallback()).isEmpty();
    }

    @Test
    void readsWhatWasWrittenAtPositions() throws Exception {
        try (UringFile file = fresh("f")) {
            assertThat(file.write(text("0123456789"), 3)).isEqualTo(10);
            assertThat(file.size()).isEqualTo(13);
            ByteBuffer into = ByteBuffer.allocateDirect(20);
            assertThat(file.read(into, 5)).isEqualTo(8);
            assertThat(into.flip()).isEqualTo(text("23456789"));
            assertThat(file.read(ByteBuffer.allocate(4), 13)).isEqualTo(-1);
            assertThat(file.read(ByteBuffer.allocate(4), 1L << 60)).isEqualTo(-1);
            assertThat(file.read(ByteBuffer.allocate(0), 13)).isZero();
        }
        assertThat(Files.readAllBytes(directory.resolve("f"))).hasSize(13).startsWith(0, 0, 0);
    }

    @Test
    void largeTransfersGoInPieces() throws Exception {
        byte[] data = random(1_000_003);
        try (UringFile file = fresh("f")) {
            file.writeFully(ByteBuffer.wrap(data), 17);
            assertThat(file.size()).isEqualTo(17 + data.length);
            ByteBuffer back = ByteBuffer.allocate(data.length);
            assertThat(file.read(back, 17)).isEqualTo(data.length);
            assertThat(back.array()).isEqualTo(data);
            ByteBuffer more = ByteBuffer.allocate(data.length);
            assertThat(file.read(more, 500_000)).isEqualTo(500_020);
            assertThatThrownBy(() -> file.readFully(ByteBuffer.allocate(data.length), 500_000))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("499983 bytes too early");
        }
    }

    @Test
    void severalBuffersAreOneTransfer() throws Exception {
        try (UringFile file = fresh("f")) {
            ByteBuffer[] parts = {text("x"), text("ab"), text(""), text("cde"), text("y")};
            assertThat(file.write(parts, 1, 3, 0)).isEqualTo(5);
            assertThat(parts[3].hasRemaining()).isFalse();
            assertThat(parts[4].hasRemaining()).isTrue();
            ByteBuffer[] into = {ByteBuffer.allocate(1), ByteBuffer.allocate(9)};
            assertThat(file.read(into, 0, 2, 0)).isEqualTo(5);
            assertThat(into[1].flip()).isEqualTo(text("bcde"));
        }
    }

    @Test
    void segmentsOfAnyArena() throws Exception {
        try (UringFile file = fresh("f");
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(9000);
            memory.fill((byte) 7);
            assertThat(file.write(memory, 0)).isEqualTo(9000);
            memory.fill((byte) 0);
            assertThat(file.read(memory, 1)).isEqualTo(8999);
            assertThat(memory.get(JAVA_BYTE, 8998)).isEqualTo((byte) 7);
            assertThat(memory.get(JAVA_BYTE, 8999)).isZero();
        }
    }

    @Test
    void sizeSpaceAndAdvice() throws Exception {
        try (UringFile file = fresh("f")) {
            file.allocate(0, 10_000, false);
            assertThat(file.size()).isEqualTo(10_000);
            file.allocate(10_000, 10_000, true);
            assertThat(file.size()).isEqualTo(10_000);
            file.truncate(5);
            assertThat(file.size()).isEqualTo(5);
            file.truncate(6000);
            assertThat(file.size()).isEqualTo(6000);
            file.advise(0, 0, Advice.SEQUENTIAL);
            file.advise(0, 4096, Advice.DO_NOT_NEED);
            file.force(true);
            file.force(false);
            assertThatIllegalArgumentException().isThrownBy(() -> file.truncate(-1));
            assertThatIllegalArgumentException().isThrownBy(() -> file.allocate(0, 0, false));
            assertThatIllegalArgumentException().isThrownBy(() -> file.allocate(-1, 1, false));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.advise(0, -1, Advice.NORMAL));
        }
    }

    @Test
    void appendingIgnoresPositions() throws Exception {
        Files.writeString(directory.resolve("f"), "ab");
        try (UringFile file = files.open(directory.resolve("f"), StandardOpenOption.APPEND)) {
            assertThat(file.write(text("cd"), 0)).isEqualTo(2);
            file.writeFully(ByteBuffer.wrap(random(10_000)), 0);
            assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
                    .isInstanceOf(NonReadableChannelException.class);
        }
        assertThat(Files.readAllBytes(directory.resolve("f")))
                .hasSize(10_004)
                .startsWith('a', 'b', 'c', 'd')
                .endsWith(random(10_000));
    }

    @Test
    void futuresHaveTheSameResults() throws Exception {
        try (UringFile file = fresh("f")) {
            assertThat(file.beginWrite(text("future"), 0).get()).isEqualTo(6);
            file.beginForce(false).get();
            ByteBuffer into = ByteBuffer.allocate(10);
            assertThat(file.beginRead(into, 0).get()).isEqualTo(6);
            assertThat(into.flip()).isEqualTo(text("future"));
            assertThat(file.beginRead(into, -1))
                    .failsWithin(10, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void optionsMeanWhatTheyMeanForJavaNio() throws Exception {
        Path path = directory.resolve("f");
        Set<StandardOpenOption> fresh = Set.of(StandardOpenOption.CREATE_NEW, WRITE);
        var rights =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (UringFile file = files.open(path, fresh, rights)) {
            file.writeFully(text("abc"), 0);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> files.open(path, fresh))
                .isInstanceOf(FileAlreadyExistsException.class);
        files.open(path, WRITE, StandardOpenOption.TRUNCATE_EXISTING).close();
        assertThat(path).isEmptyFile();
        files.open(path, READ, StandardOpenOption.DELETE_ON_CLOSE).close();
        assertThat(path).doesNotExist();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.open(path, READ, StandardOpenOption.APPEND))
                .withMessageContaining("APPEND and READ");
        assertThatThrownBy(() -> files.open(path, new OpenOption() {}))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void filesThatCannotBeOpened() throws Exception {
        assertThatThrownBy(() -> files.open(directory.resolve("missing")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("missing");
        assertThatThrownBy(() -> files.open(directory, WRITE))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("it is a directory");
        Path text = Files.writeString(directory.resolve("text"), "x");
        assertThatThrownBy(() -> files.open(text.resolve("below")))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("not a directory");
        // Root may do almost everything, but not this.
        assertThatThrownBy(() -> files.open(Path.of("/proc/sys/kernel/ostype"), WRITE))
                .isInstanceOf(AccessDeniedException.class);
    }

    @Test
    void directoryOpensAndCannotBeRead() throws Exception {
        try (UringFile file = files.open(directory)) {
            assertThatThrownBy(() -> file.read(ByteBuffer.allocate(8), 0))
                    .hasMessageContaining("EISDIR")
                    .hasMessageContaining("it is a directory");
        }
    }

    @Test
    void wrongArgumentsAndModes() throws Exception {
        Path path = Files.writeString(directory.resolve("f"), "x");
        try (UringFile file = files.open(path)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.read(ByteBuffer.allocate(1), -1))
                    .withMessageContaining("Negative position");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.read(ByteBuffer.allocate(1).asReadOnlyBuffer(), 0))
                    .withMessageContaining("Read-only");
            assertThatThrownBy(() -> file.write(text("x"), 0))
                    .isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> file.truncate(0))
                    .isInstanceOf(NonWritableChannelException.class);
            assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), Long.MAX_VALUE))
                    .hasMessageContaining("behind any file's end");
        }
    }

    @Test
    void closedFileRefuses() throws Exception {
        UringFile file = fresh("f");
        assertThat(file.isOpen()).isTrue();
        file.close();
        file.close();
        assertThat(file.isOpen()).isFalse();
        assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> file.write(text("x"), 0))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> file.force(true)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
        assertThat(file).hasToString("UringFile[" + directory.resolve("f") + ", closed]");
    }
}
