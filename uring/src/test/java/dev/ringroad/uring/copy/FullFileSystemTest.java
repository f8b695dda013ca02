package dev.ringroad.uring.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.Processes;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A destination that has no room: 2 MiB of tmpfs, and 60 files. */
final class FullFileSystemTest {
    @TempDir private Path directory;
    private Path full;
    private final CopyProgress progress = new CopyProgress();
    private final List<String> sentences = new CopyOnWriteArrayList<>();

    @BeforeEach
    void mount() throws Exception {
        Assumptions.assumeTrue(Processes.userId() == 0, "Mounting a small tmpfs needs root");
        full = Files.createDirectory(directory.resolve("full"));
        String mounted = Trees.shell("mount -t tmpfs -o size=2m,nr_inodes=60 none '" + full + "'");
        assertThat(mounted).isEmpty();
    }

    @AfterEach
    void unmount() throws Exception {
        if (full != null) {
            Trees.shell("umount '" + full + "'");
        }
    }

    private boolean copy(CopyOptions options, Path source, Path destination) throws Exception {
        return new TreeCopy(options, progress, sentences::add).run(List.of(source), destination);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeFileThatDoesNotFitIsNotThere(boolean ring) throws Exception {
        Path large = directory.resolve("large");
        Trees.shell("head -c 5000000 /dev/urandom > '" + large + "'");
        CopyOptions options = CopyOptions.trees();
        assertThat(copy(ring ? options : options.withoutRing(), large, full)).isFalse();
        assertThat(sentences).singleElement().asString().contains("ENOSPC");
        assertThat(full).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofManyFilesThoseThatFitAreWholeAndNoOthersThere(boolean merged) throws Exception {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        for (int i = 0; i < 100; i++) {
            Trees.shell("head -c 90000 /dev/urandom > '" + tree.resolve("file" + i) + "'");
        }
        if (merged) {
            Files.createDirectory(full.resolve("tree"));
        }
        assertThat(copy(CopyOptions.trees(), tree, full)).isFalse();
        assertThat(sentences).hasSizeGreaterThan(50).allMatch(each -> each.contains("ENOSPC"));
        assertThat(progress.files()).isBetween(5L, 25L);
        Trees.assertNothingUnfinished(full);
        try (var copies = Files.list(full.resolve("tree"))) {
            List<Path> there = copies.toList();
            assertThat(there).hasSize((int) progress.files());
            for (Path copy : there) {
                assertThat(copy).hasSameBinaryContentAs(tree.resolve(copy.getFileName()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsReplacedStaysOldWhenTheNewDoesNotFit(boolean ring) throws Exception {
        Files.writeString(full.resolve("file"), "old");
        Path large = directory.resolve("file");
        Trees.shell("head -c 5000000 /dev/urandom > '" + large + "'");
        CopyOptions options = CopyOptions.trees().replacing();
        assertThat(copy(ring ? options : options.withoutRing(), large, full)).isFalse();
        assertThat(full.resolve("file")).hasContent("old");
        Trees.assertNothingUnfinished(full);
    }
}
