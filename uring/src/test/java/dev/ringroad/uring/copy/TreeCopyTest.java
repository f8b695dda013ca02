package dev.ringroad.uring.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Processes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is copied and what is refused, held against the machine's own diff, find and stat. */
final class TreeCopyTest {
    private static final CopyOptions TREES = CopyOptions.trees();

    @TempDir private Path directory;
    private final CopyProgress progress = new CopyProgress();
    private final List<String> sentences = new CopyOnWriteArrayList<>();

    private Path path(String name) {
        return directory.resolve(name);
    }

    private boolean copy(CopyOptions options, String from, String to) throws IOException {
        return new TreeCopy(options, progress, sentences::add).run(List.of(path(from)), path(to));
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(path(name).getParent());
        Files.writeString(path(name), text);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 32, 500})
    void copiesATreeAtAnyDepth(int depth) throws Exception {
        Trees.make(path("tree"));
        assertThat(copy(TREES.withDepth(depth), "tree", "copy")).as(sentences::toString).isTrue();
        Trees.assertSame(path("tree"), path("copy"));
        Trees.assertNothingUnfinished(directory);
        assertThat(progress.files()).isEqualTo(312);
        assertThat(progress.directories()).isEqualTo(5);
        assertThat(progress.links()).isEqualTo(3);
        assertThat(sentences).isEmpty();
    }

    @Test
    void plainCallsCopyTheSame() throws Exception {
        Trees.make(path("tree"));
        assertThat(copy(TREES.withoutRing(), "tree", "copy")).isTrue();
        Trees.assertSame(path("tree"), path("copy"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void syncsAndReadsBack(boolean ring) throws Exception {
        Trees.make(path("tree"));
        CopyOptions options = TREES.syncing().verifying();
        assertThat(copy(ring ? options : options.withoutRing(), "tree", "copy")).isTrue();
        Trees.assertSame(path("tree"), path("copy"));
        assertThat(progress.compared()).isEqualTo(progress.files()).isPositive();
    }

    @Test
    void copiesIntoADirectoryThatIsThereUnderTheSourcesName() throws Exception {
        write("tree/file", "text");
        write("more", "more");
        Files.createDirectory(path("into"));
        TreeCopy copy = new TreeCopy(TREES, progress, sentences::add);
        assertThat(copy.run(List.of(path("tree"), path("more")), path("into"))).isTrue();
        assertThat(path("into/tree/file")).hasContent("text");
        assertThat(path("into/more")).hasContent("more");
    }

    @Test
    void aDotStandsForWhatIsInADirectory() throws Exception {
        write("tree/sub/file", "text");
        Files.createDirectory(path("into"));
        assertThat(copy(TREES, "tree/.", "into")).isTrue();
        assertThat(path("into/sub/file")).hasContent("text");
    }

    @Test
    void mergesAndReplacesNothingUnlessForced() throws Exception {
        write("tree/sub/taken", "new");
        write("tree/sub/missing", "new");
        write("tree/added/file", "new");
        write("into/tree/sub/taken", "old");
        write("into/tree/sub/other", "old");
        assertThat(copy(TREES, "tree", "into")).isFalse();
        assertThat(sentences).singleElement().asString().contains("taken").contains("--force");
        assertThat(path("into/tree/sub/taken")).hasContent("old");
        assertThat(path("into/tree/sub/missing")).hasContent("new");
        assertThat(path("into/tree/added/file")).hasContent("new");

        sentences.clear();
        assertThat(
                        new TreeCopy(TREES.replacing(), new CopyProgress(), sentences::add)
                                .run(List.of(path("tree")), path("into")))
                .isTrue();
        assertThat(path("into/tree/sub/taken")).hasContent("new");
        assertThat(path("into/tree/sub/other")).hasContent("old");
        Trees.assertNothingUnfinished(directory);
    }

    @Test
    void aDirectoryAndAFileDoNotReplaceEachOther() throws Exception {
        write("one/name/file", "text");
        write("two/name", "text");
        assertThat(copy(TREES.replacing(), "one/name", "two")).isFalse();
        assertThat(copy(TREES.replacing(), "two/name", "one")).isFalse();
        assertThat(sentences).hasSize(2).allMatch(each -> each.contains("is not copied"));
        assertThat(path("two/name")).hasContent("text");
        assertThat(path("one/name/file")).hasContent("text");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsTimesAndPermissionsWhenAsked(boolean fresh) throws Exception {
        Trees.make(path("tree"));
        Trees.shell(
                "cd '"
                        + directory
                        + "' && chmod 777 tree/a tree/a/size-1 && chmod 500 tree/empty"
                        + " && find tree -exec touch -h -d '2001-02-03 04:05:06.789' {} +");
        if (!fresh) {
            Files.createDirectories(path("into/tree/a"));
        }
        assertThat(copy(TREES.preserving(), "tree", fresh ? "copy" : "into")).isTrue();
        Path copied = fresh ? path("copy") : path("into/tree");
        String files = "' && find . %s -printf '%%p %%m %%T@\\n' | sort";
        String which = fresh ? "" : "-mindepth 1 ! -path ./a";
        assertThat(Trees.shell("cd '" + copied + files.formatted(which)))
                .isEqualTo(Trees.shell("cd '" + path("tree") + files.formatted(which)));
    }

    @Test
    void copiesAnEmptyTreeAndSingleFiles() throws Exception {
        Files.createDirectory(path("tree"));
        write("file", "text");
        assertThat(copy(TREES, "tree", "copy")).isTrue();
        assertThat(path("copy")).isEmptyDirectory();
        assertThat(copy(TREES, "file", "named")).isTrue();
        assertThat(path("named")).hasContent("text");
    }

    @Test
    void withoutRecursionLinksAreFollowedAndDirectoriesRefused() throws Exception {
        write("tree/file", "text");
        Files.createSymbolicLink(path("link"), Path.of("tree/file"));
        CopyOptions files = new CopyOptions(false, false, false, false, false, 4, true);
        assertThat(copy(files, "link", "copy")).isTrue();
        assertThat(path("copy")).isRegularFile().hasContent("text");
        assertThat(Files.isSymbolicLink(path("copy"))).isFalse();
        assertThat(copy(files, "tree", "other")).isFalse();
        assertThat(sentences).singleElement().asString().contains("-r");
    }

    @Test
    void copiesTheRestWhenASourceIsMissing() throws Exception {
        write("there", "text");
        Files.createDirectory(path("into"));
        TreeCopy copy = new TreeCopy(TREES, progress, sentences::add);
        assertThat(copy.run(List.of(path("missing"), path("there")), path("into"))).isFalse();
        assertThat(path("into/there")).hasContent("text");
        assertThat(sentences).singleElement().asString().contains("missing").contains("ENOENT");
    }

    @Test
    void refusesADestinationThatIsNoPlace() throws Exception {
        write("file", "text");
        assertThatThrownBy(() -> copy(TREES, "file", "no/such/place"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("make it first");
        assertThatThrownBy(() -> copy(TREES, "file", "n".repeat(2000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("shorter");
        TreeCopy two = new TreeCopy(TREES, progress, sentences::add);
        assertThatThrownBy(() -> two.run(List.of(path("file"), path("file")), path("new")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has to be a directory");
        assertThatIllegalArgumentException().isThrownBy(() -> TREES.withDepth(0));
    }

    @Test
    void refusesACopyOntoOrIntoItself() throws Exception {
        write("tree/sub/file", "text");
        assertThat(copy(TREES, "tree", "tree")).isFalse();
        assertThat(copy(TREES, "tree", "tree/sub")).isFalse();
        assertThat(copy(TREES, "tree", "tree/sub/new")).isFalse();
        assertThat(copy(TREES.replacing(), "tree/sub/file", "tree/sub/file")).isFalse();
        assertThat(copy(TREES.replacing(), "tree", ".")).isFalse();
        assertThat(sentences).hasSize(5);
        assertThat(Trees.shell("cd '" + directory + "' && find . -type f"))
                .isEqualTo("./tree/sub/file\n");
        assertThat(path("tree/sub/file")).hasContent("text");
        Trees.assertNothingUnfinished(directory);
    }

    @Test
    void neverReplacesADeviceAPipeOrASocket() throws Exception {
        boolean root = Processes.userId() == 0;
        write("file", "text");
        Files.createSymbolicLink(path("link"), Path.of("file"));
        Trees.shell("mkfifo '" + path("pipe") + "'");
        List<String> taken = new ArrayList<>(List.of("pipe"));
        if (root) {
            Trees.shell("mknod '" + path("device") + "' c 1 3");
            taken.add("device");
        }
        String before = Trees.listing(directory);
        for (String name : taken) {
            sentences.clear();
            assertThat(copy(TREES.replacing(), "file", name)).isFalse();
            assertThat(copy(TREES.replacing().withoutRing(), "file", name)).isFalse();
            assertThat(copy(TREES.replacing(), "link", name)).isFalse();
            assertThat(sentences).hasSize(3).allMatch(each -> each.contains("only files and"));
        }
        assertThat(Trees.listing(directory)).isEqualTo(before);
        Trees.assertNothingUnfinished(directory);
    }

    @Test
    void leavesOutPipesAndDevicesWithASentence() throws Exception {
        write("tree/file", "text");
        Trees.shell("mkfifo '" + path("tree/pipe") + "'");
        assertThat(copy(TREES, "tree", "copy")).isFalse();
        assertThat(sentences).singleElement().asString().contains("tree/pipe").contains("device");
        assertThat(path("copy/file")).hasContent("text");
        assertThat(path("copy/pipe")).doesNotExist();
    }

    @Test
    void copiesWhatSaysThatItIsEmptyAndNamesWhatCannotBeRead() throws Exception {
        // route/flush has no right to be read, for root neither; all others say 0 bytes.
        Path kernel = Path.of("/proc/sys/net/ipv4/route");
        TreeCopy copy = new TreeCopy(TREES, progress, sentences::add);
        assertThat(copy.run(List.of(kernel), path("copy"))).isFalse();
        assertThat(sentences).singleElement().asString().contains("flush").contains("EACCES");
        assertThat(path("copy/gc_interval"))
                .hasContent(Trees.shell("cat " + kernel + "/gc_interval"));
        assertThat(path("copy/flush")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void copiesWhatSaysThatItIsEmptyUnderItsFinalNameAtOnce(boolean replace) throws Exception {
        Path kernel = Path.of("/proc/version");
        if (replace) {
            write("version", "old");
        }
        CopyOptions options = replace ? TREES.replacing() : TREES;
        TreeCopy copy = new TreeCopy(options, progress, sentences::add);
        assertThat(copy.run(List.of(kernel), directory)).as(sentences::toString).isTrue();
        assertThat(path("version")).hasSameTextualContentAs(kernel);
        Trees.assertNothingUnfinished(directory);
    }

    @Test
    void saysThatNamesOfOneFileBecomeFilesOfTheirOwn() throws Exception {
        write("tree/one", "text");
        Files.createLink(path("tree/two"), path("tree/one"));
        assertThat(copy(TREES, "tree", "copy")).isTrue();
        assertThat(progress.severalNames()).isEqualTo(2);
        assertThat(Files.getAttribute(path("copy/one"), "unix:nlink")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void holesStayHoles(boolean ring) throws Exception {
        Trees.shell(
                "cd '"
                        + directory
                        + "' && truncate -s 64M sparse && printf middle"
                        + " | dd of=sparse bs=1 seek=20000000 conv=notrunc status=none");
        assertThat(copy(ring ? TREES : TREES.withoutRing(), "sparse", "copy")).isTrue();
        assertThat(Trees.shell("cmp '" + path("sparse") + "' '" + path("copy") + "'")).isEmpty();
        assertThat(Trees.shell("stat -c '%b' '" + path("copy") + "'").strip())
                .matches("[0-9]{1,4}");
    }

    @Test
    void longAndOddNamesAreNames() throws Exception {
        String name = "n".repeat(255);
        write("tree/" + name, "long");
        write("tree/-rf", "option");
        write("tree/line\nbreak", "break");
        Files.createDirectories(path("into/tree"));
        assertThat(copy(TREES, "tree", "into")).as(sentences::toString).isTrue();
        Trees.assertSame(path("tree"), path("into/tree"));
        assertThat(path("into/tree/" + name)).hasContent("long");
    }

    @Test
    void treesDeeperThanAnyPathAreCopied() throws Exception {
        String descend =
                "for (1..300) { mkdir $n; chdir $n or die; open(F, '>f'); print F $_; close F }";
        Trees.run(
                List.of(
                        "perl",
                        "-e",
                        "chdir $ARGV[0]; $n = 'x' x 200; " + descend,
                        path("").toString()));
        try {
            assertThat(copy(TREES, "x".repeat(200), "copy")).as(sentences::toString).isTrue();
            assertThat(progress.files()).isEqualTo(300);
            String last = "for (1..299) { chdir $n or die } open(F, 'f'); print <F>";
            assertThat(
                            Trees.run(
                                    List.of(
                                            "perl",
                                            "-e",
                                            "chdir $ARGV[0]; $n = 'x' x 200; " + last,
                                            path("copy").toString())))
                    .isEqualTo("300");
            TreeCopy cancelled = new TreeCopy(TREES, new CopyProgress(), sentences::add);
            cancelled.cancel();
            assertThat(cancelled.run(List.of(path("copy")), path("none"))).isFalse();
            assertThat(
                            Removal.remove(
                                    -100,
                                    path("copy").toString().getBytes(StandardCharsets.US_ASCII)))
                    .isZero();
            assertThat(path("copy")).doesNotExist();
        } finally {
            Trees.shell("rm -rf '" + path("x".repeat(200)) + "' '" + path("copy") + "'");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatIsCutMeanwhileIsNotCopied(boolean ring) throws Exception {
        Path file = path("cut");
        Trees.shell("truncate -s 4G '" + file + "'");
        Thread cutter =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (progress.bytes() == 0) {
                                        Thread.onSpinWait();
                                    }
                                    try {
                                        Trees.shell("truncate -s 1M '" + file + "'");
                                    } catch (IOException | InterruptedException e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
        CopyOptions options = TREES.withDepth(1);
        assertThat(copy(ring ? options : options.withoutRing(), "cut", "copy")).isFalse();
        cutter.join();
        assertThat(sentences).singleElement().asString().contains("was cut to");
        assertThat(path("copy")).doesNotExist();
        Trees.assertNothingUnfinished(directory);
    }

    @Test
    void aFileThatGrowsMeanwhileIsCopiedAsItWas() throws Exception {
        Path file = path("log");
        Trees.shell("yes line | head -c 60000000 > '" + file + "'");
        Thread writer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        Trees.shell(
                                                "yes more | head -c 20000000 >> '" + file + "'");
                                    } catch (IOException | InterruptedException e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
        assertThat(copy(TREES, "log", "copy")).as(sentences::toString).isTrue();
        writer.join();
        long bytes = Files.size(path("copy"));
        assertThat(bytes).isBetween(60_000_000L, 80_000_000L);
        assertThat(Trees.shell("cmp -n " + bytes + " '" + file + "' '" + path("copy") + "'"))
                .isEmpty();
    }

    @Test
    void cancelledItLeavesNothingUnfinished() throws Exception {
        Trees.shell("mkdir '" + path("tree") + "'; truncate -s 8G '" + path("tree/large") + "'");
        Trees.make(path("tree/more"));
        Files.createDirectories(path("into/tree"));
        TreeCopy copy = new TreeCopy(TREES, progress, sentences::add);
        Thread canceller =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (progress.bytes() == 0) {
                                        Thread.onSpinWait();
                                    }
                                    copy.cancel();
                                });
        assertThat(copy.run(List.of(path("tree")), path("into"))).isFalse();
        canceller.join();
        assertThat(copy.isCancelled()).isTrue();
        Trees.assertNothingUnfinished(directory);
        assertThat(path("into/tree/large")).doesNotExist();
        assertThat(path("into/tree/more")).doesNotExist();
    }

    @Test
    void removesWhatADeadCopyLeftAndNamesWhatItCannotJudge() throws Exception {
        String own = new String(TemporaryNames.next(), StandardCharsets.US_ASCII);
        String[] parts = own.substring(TemporaryNames.PREFIX.length()).split("-", -1);
        String dead = TemporaryNames.PREFIX + parts[0] + "-" + parts[1] + "-1-0";
        String foreign = TemporaryNames.PREFIX + "00000000-1-1-0";
        write("into/" + dead + "/tree/file", "torn");
        write("into/" + foreign, "torn");
        write("into/" + own, "torn");
        write("tree/file", "text");
        assertThat(copy(TREES, "tree", "into")).isTrue();
        assertThat(sentences).hasSize(2);
        assertThat(String.join(" ", sentences)).contains("Removed " + dead).contains(foreign);
        assertThat(path("into/" + dead)).doesNotExist();
        assertThat(path("into/" + foreign)).exists();
        assertThat(path("into/" + own)).exists();
    }

    @Test
    void leavesNoDescriptorOpen() throws Exception {
        Trees.make(path("tree"));
        assertThat(copy(TREES, "tree", "first")).isTrue();
        long before = descriptors();
        for (int i = 0; i < 5; i++) {
            assertThat(copy(TREES, "tree", "copy" + i)).as(sentences::toString).isTrue();
            assertThat(copy(TREES, "tree", "copy" + i)).as(sentences::toString).isTrue();
            assertThat(copy(TREES, "tree", "copy" + i)).isFalse();
        }
        assertThat(descriptors()).isLessThanOrEqualTo(before);
    }

    private static long descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
