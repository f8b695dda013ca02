package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.Errno;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;

/** Extended attributes, by path and by descriptor, looked at through java.nio.file. */
final class AttributeOperationsTest {
    private static final int ENODATA = 61;
    private static final int CREATE = 1;

    @TempDir private Path directory;

    @Test
    void attributesAreSetAndGot() throws Exception {
        Path path = Files.createFile(directory.resolve("f"));
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(UringConfig.of(8))) {
            AttributeOperations attributes = ring.attributes();
            MemorySegment file = arena.allocateFrom(path.toString());
            MemorySegment one = arena.allocateFrom("user.one");
            MemorySegment two = arena.allocateFrom("user.two");
            attributes.prepareSet(file, one, Segments.text(arena, "by path"), CREATE);
            assertThat(Completions.result(ring)).isZero();
            ring.files().prepareOpenAt(FileOperations.WORKING_DIRECTORY, file, 2, 0);
            int opened = Completions.result(ring);
            attributes.prepareSet(opened, two, Segments.text(arena, "by descriptor"), 0);
            assertThat(Completions.result(ring)).isZero();
            assertThat(view.list()).containsExactlyInAnyOrder("one", "two");
            assertThat(view.size("two")).isEqualTo(13);

            view.write("one", StandardCharsets.UTF_8.encode("from java"));
            MemorySegment into = arena.allocate(32);
            attributes.prepareGet(file, one, into);
            assertThat(Completions.result(ring)).isEqualTo(9);
            assertThat(Segments.text(into, 0, 9)).isEqualTo("from java");
            attributes.prepareGet(opened, two, into);
            assertThat(Completions.result(ring)).isEqualTo(13);
            assertThat(Segments.text(into, 0, 13)).isEqualTo("by descriptor");

            attributes.prepareGet(opened, two, into.asSlice(0, 4));
            assertThat(Completions.result(ring)).isEqualTo(-Errno.ERANGE);
            attributes.prepareGet(file, arena.allocateFrom("user.none"), into);
            assertThat(Completions.result(ring)).isEqualTo(-ENODATA);
            attributes.prepareSet(file, one, Segments.text(arena, "again"), CREATE);
            assertThat(Completions.result(ring)).isEqualTo(-Errno.EEXIST);
            ring.files().prepareClose(opened);
            assertThat(Completions.result(ring)).isZero();
        }
    }
}
