package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ringroad.core.linux.Errno;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Every operation on files, against the kernel and looked at through java.nio.file. */
final class FileOperationsTest {
    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0100;
    private static final int AT = FileOperations.WORKING_DIRECTORY;

    @TempDir private Path directory;
    private final Arena arena = Arena.ofConfined();
    private Uring ring;
    private FileOperations files;

    @BeforeEach
    void open() throws Exception {
        ring = Uring.open(UringConfig.of(16));
        files = ring.files();
    }

    @AfterEach
    void close() {
        ring.close();
        arena.close();
    }

    private MemorySegment path(String name) {
        return arena.allocateFrom(directory.resolve(name).toString());
    }

    private int opened(String name) {
        files.prepareOpen(AT, path(name), O_RDWR | O_CREAT, 0600, 0);
        int file = Completions.result(ring);
        assertThat(file).isNotNegative();
        return file;
    }

    private void closeFile(int file) {
        files.prepareClose(file);
        assertThat(Completions.result(ring)).isZero();
    }

    private MemorySegment text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment segment = arena.allocate(bytes.length);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        return segment;
    }

    private static String text(MemorySegment segment, int bytes) {
        byte[] copy = segment.asSlice(0, bytes).toArray(JAVA_BYTE);
        return new String(copy, StandardCharsets.UTF_8);
    }

    private MemorySegment vector(MemorySegment... pieces) {
        MemorySegment vector = arena.allocate(16L * pieces.length, 8);
        for (int i = 0; i < pieces.length; i++) {
            vector.set(JAVA_LONG, 16L * i, pieces[i].address());
            vector.set(JAVA_LONG, 16L * i + 8, pieces[i].byteSize());
        }
        return vector;
    }

    @Test
    void writesAndReadsBack() throws Exception {
        int file = opened("f");
        files.prepareWrite(file, text("0123456789"), 2, 5, 3);
        assertThat(Completions.result(ring)).isEqualTo(5);
        assertThat(Files.readString(directory.resolve("f"))).isEqualTo("\0\0\00023456");
        MemorySegment into = arena.allocate(16);
        files.prepareRead(file, into, 1, 4, 4);
        assertThat(Completions.result(ring)).isEqualTo(4);
        assertThat(text(into, 5)).isEqualTo("\0003456");
        files.prepareRead(file, into, 0, 16, 8);
        assertThat(Completions.result(ring)).isZero();
        closeFile(file);
    }

    @Test
    void currentPositionMoves() {
        int file = opened("f");
        files.prepareWrite(file, text("abcdef"), 0, 6, 0);
        assertThat(Completions.result(ring)).isEqualTo(6);
        MemorySegment into = arena.allocate(6);
        for (int i = 0; i < 2; i++) {
            files.prepareRead(file, into, 3L * i, 3, FileOperations.CURRENT_POSITION);
            assertThat(Completions.result(ring)).isEqualTo(3);
        }
        assertThat(text(into, 6)).isEqualTo("abcdef");
        closeFile(file);
    }

    @Test
    void vectorsGatherAndScatter() {
        int file = opened("f");
        files.prepareWriteVector(file, vector(text("ab"), text("cde")), 2, 0, 0);
        assertThat(Completions.result(ring)).isEqualTo(5);
        MemorySegment first = arena.allocate(3);
        MemorySegment second = arena.allocate(2);
        files.prepareReadVector(file, vector(first, second), 2, 0, 0);
        assertThat(Completions.result(ring)).isEqualTo(5);
        assertThat(text(first, 3) + text(second, 2)).isEqualTo("abcde");
        closeFile(file);
    }

    @Test
    void registeredBuffersAndFiles() throws Exception {
        BufferTable buffers = ring.registerBuffers(4);
        FileTable table = ring.registerFiles(4);
        MemorySegment memory = arena.allocate(8192, 4096);
        buffers.set(2, memory);
        int file = opened("f");
        table.set(3, file);
        closeFile(file); // the table keeps it open
        memory.copyFrom(text("registered"));
        files.prepareWriteFixed(3, memory, 0, 10, 0, 2).fixedFile();
        assertThat(Completions.result(ring)).isEqualTo(10);
        files.prepareReadFixed(3, memory, 4096, 10, 0, 2).fixedFile();
        assertThat(Completions.result(ring)).isEqualTo(10);
        assertThat(text(memory.asSlice(4096), 10)).isEqualTo("registered");

        files.prepareWriteVectorFixed(3, vector(memory.asSlice(0, 5)), 1, 10, 2).fixedFile();
        assertThat(Completions.result(ring)).isEqualTo(5);
        files.prepareReadVectorFixed(3, vector(memory.asSlice(100, 15)), 1, 0, 2).fixedFile();
        assertThat(Completions.result(ring)).isEqualTo(15);
        assertThat(text(memory.asSlice(100), 15)).isEqualTo("registeredregis");

        files.prepareReadFixed(3, arena.allocate(16), 0, 10, 0, 2).fixedFile();
        assertThat(Completions.result(ring)).as("not in the buffer").isEqualTo(-Errno.EFAULT);
        buffers.clear(2);
        files.prepareReadFixed(3, memory, 0, 10, 0, 2).fixedFile();
        assertThat(Completions.result(ring)).as("no buffer there").isEqualTo(-Errno.EFAULT);
        table.clear(3);
        files.prepareRead(3, memory, 0, 10, 0).fixedFile();
        assertThat(Completions.result(ring)).isEqualTo(-Errno.EBADF);
        assertThatThrownBy(() -> table.set(4, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffers.set(-1, memory))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void directDescriptorsAreOpenedChosenInstalledAndClosed() throws Exception {
        Files.writeString(directory.resolve("f"), "direct");
        FileTable table = ring.registerFiles(8);
        table.chooseFrom(4, 4);
        files.prepareOpenDirect(AT, path("f"), O_RDWR, 0, 0, 2);
        assertThat(Completions.result(ring)).isZero();
        files.prepareOpenDirect(AT, path("f"), O_RDWR, 0, 0, FileOperations.ANY_FILE_INDEX);
        assertThat(Completions.result(ring)).isEqualTo(4);
        MemorySegment into = arena.allocate(8);
        files.prepareRead(4, into, 0, 8, 0).fixedFile();
        assertThat(Completions.result(ring)).isEqualTo(6);
        files.prepareInstall(2, 0);
        int ordinary = Completions.result(ring);
        files.prepareRead(ordinary, into, 0, 3, 3);
        assertThat(Completions.result(ring)).isEqualTo(3);
        assertThat(text(into, 6)).isEqualTo("ectect");
        closeFile(ordinary);
        files.prepareCloseDirect(2);
        assertThat(Completions.result(ring)).isZero();
        files.prepareRead(2, into, 0, 3, 0).fixedFile();
        assertThat(Completions.result(ring)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void tableOfFilesIsFilledByAnEntry() throws Exception {
        FileTable table = ring.registerFiles(4);
        int file = opened("f");
        MemorySegment descriptors = arena.allocateFrom(JAVA_INT, file, file);
        files.prepareUpdateFiles(descriptors, 1);
        assertThat(Completions.result(ring)).isEqualTo(2);
        files.prepareWrite(2, text("x"), 0, 1, 0).fixedFile();
        assertThat(Completions.result(ring)).isEqualTo(1);
        assertThat(table.size()).isEqualTo(4);
        closeFile(file);
    }

    @Test
    void allocatesTruncatesSyncsAndAdvises() throws Exception {
        int file = opened("f");
        files.prepareAllocate(file, 0, 0, 10_000).link();
        files.prepareTruncate(file, 5_000).link();
        files.prepareSyncRange(file, 0, 4096, 2).link();
        files.prepareAdvise(file, 0, 4096, 3).link();
        files.prepareSync(file, FileOperations.SYNC_DATA_ONLY).link();
        files.prepareSync(file, 0);
        assertThat(Completions.of(ring, 6)).allMatch(one -> one.result() == 0);
        assertThat(Files.size(directory.resolve("f"))).isEqualTo(5_000);
        closeFile(file);
        MemorySegment memory = arena.allocate(8192, 4096);
        files.prepareAdviseMemory(memory, 4); // MADV_DONTNEED
        assertThat(Completions.result(ring)).isZero();
    }

    @Test
    void namesAreMadeLinkedMovedAndRemoved() throws Exception {
        files.prepareMakeDirectory(AT, path("d"), 0700);
        assertThat(Completions.result(ring)).isZero();
        closeFile(opened("d/a"));
        files.prepareHardLink(AT, path("d/a"), AT, path("hard"), 0);
        assertThat(Completions.result(ring)).isZero();
        files.prepareSymbolicLink(arena.allocateFrom("d/a"), AT, path("soft"));
        assertThat(Completions.result(ring)).isZero();
        files.prepareRename(AT, path("d/a"), AT, path("d/b"), 0);
        assertThat(Completions.result(ring)).isZero();
        assertThat(directory.resolve("d/b")).exists().isRegularFile();
        assertThat(directory.resolve("hard")).exists();
        assertThat(Files.readSymbolicLink(directory.resolve("soft"))).hasToString("d/a");
        files.prepareUnlink(AT, path("d/b"), 0);
        assertThat(Completions.result(ring)).isZero();
        files.prepareUnlink(AT, path("d"), 0x200); // AT_REMOVEDIR
        assertThat(Completions.result(ring)).isZero();
        assertThat(directory.resolve("d")).doesNotExist();
        files.prepareUnlink(AT, path("d"), 0);
        assertThat(Completions.result(ring)).isEqualTo(-Errno.ENOENT);
    }

    @Test
    void statusTellsTheSize() throws Exception {
        Files.write(directory.resolve("f"), new byte[1234]);
        MemorySegment status = arena.allocate(256, 8);
        files.prepareStatus(AT, path("f"), 0, 0x7ff, status); // STATX_BASIC_STATS
        assertThat(Completions.result(ring)).isZero();
        assertThat(status.get(JAVA_LONG, 40)).isEqualTo(1234); // stx_size
        assertThat(status.get(JAVA_SHORT, 28) & 0170000).isEqualTo(0100000); // stx_mode
    }

    @Test
    void splicesThroughAPipeAndTees() throws Exception {
        Files.writeString(directory.resolve("from"), "through a pipe");
        MemorySegment pipes = arena.allocate(16, 4);
        files.preparePipe(pipes, 0);
        assertThat(Completions.result(ring)).isZero();
        files.preparePipe(pipes.asSlice(8), 0);
        assertThat(Completions.result(ring)).isZero();
        int from = opened("from");
        int to = opened("to");
        int written = pipes.get(JAVA_INT, 4);
        files.prepareSplice(from, 8, written, FileOperations.CURRENT_POSITION, 100, 0);
        assertThat(Completions.result(ring)).isEqualTo(6);
        files.prepareTee(pipes.get(JAVA_INT, 0), pipes.get(JAVA_INT, 12), 100, 0);
        assertThat(Completions.result(ring)).isEqualTo(6);
        int read = pipes.get(JAVA_INT, 8);
        files.prepareSplice(read, FileOperations.CURRENT_POSITION, to, 2, 100, 0);
        assertThat(Completions.result(ring)).isEqualTo(6);
        assertThat(Files.readString(directory.resolve("to"))).isEqualTo("\0\0a pipe");
        for (int i = 0; i < 4; i++) {
            closeFile(pipes.get(JAVA_INT, 4L * i));
        }
        closeFile(from);
        closeFile(to);
    }

    @Test
    void multishotReadsTakeBuffersFromAGroup() throws Exception {
        try (BufferGroup group = ring.registerBufferGroup(7, 4, 16, false)) {
            MemorySegment pipe = arena.allocate(8, 4);
            files.preparePipe(pipe, 0);
            assertThat(Completions.result(ring)).isZero();
            int writer = pipe.get(JAVA_INT, 4);
            files.prepareReadMultishot(
                            pipe.get(JAVA_INT, 0), FileOperations.CURRENT_POSITION, group.group())
                    .token(1);
            assertThat(ring.submit()).isEqualTo(1);
            for (String word : List.of("one", "two", "three", "four", "five")) {
                files.prepareWrite(writer, text(word), 0, word.length(), 0)
                        .token(2)
                        .skipOnSuccess();
                Completions.One one = Completions.of(ring, 1).getFirst();
                assertThat(one.token()).isEqualTo(1);
                assertThat(one.result()).isEqualTo(word.length());
                assertThat(one.flags() & Completion.BUFFER).isNotZero();
                assertThat(Completion.isLast(one.flags())).isFalse();
                int id = Completion.bufferId(one.flags());
                assertThat(text(group.memory().asSlice(group.offset(id)), one.result()))
                        .isEqualTo(word);
                group.giveBack(id);
                group.publish();
            }
            closeFile(writer);
            Completions.One end = Completions.of(ring, 1).getFirst();
            assertThat(end.result()).isZero();
            assertThat(Completion.isLast(end.flags())).isTrue();
            closeFile(pipe.get(JAVA_INT, 0));
        }
    }

    @Test
    void memoryOutsideOfASegmentAndArraysAreRefused() {
        MemorySegment small = arena.allocate(8);
        assertThatThrownBy(() -> files.prepareRead(0, small, 4, 5, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> files.prepareWrite(0, small, 0, -1, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> files.prepareRead(0, MemorySegment.ofArray(new byte[8]), 0, 8, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.prepareUnlink(AT, text("no zero"), 0))
                .withMessageContaining("zero byte");
        assertThat(ring.free()).as("nothing was prepared").isEqualTo(ring.submissionEntries());
    }

    @Test
    void failuresAreResults() {
        files.prepareOpen(AT, path("missing"), O_RDWR, 0, 0);
        assertThat(Completions.result(ring)).isEqualTo(-Errno.ENOENT);
        files.prepareRead(999, arena.allocate(8), 0, 8, 0);
        assertThat(Completions.result(ring)).isEqualTo(-Errno.EBADF);
        files.prepareClose(999);
        assertThat(Completions.result(ring)).isEqualTo(-Errno.EBADF);
    }
}
