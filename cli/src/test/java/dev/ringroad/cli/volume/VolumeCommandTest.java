package dev.ringroad.cli.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.BlockDevices;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

final class VolumeCommandTest {
    @TempDir private Path folder;
    private String store = "";

    @BeforeEach
    void nameStore() {
        store = folder.resolve("store.img").toString();
    }

    /** Runs a subcommand, and gives back what it printed. */
    private static String run(String name, String... words) {
        CommandLine volume = new CommandLine(new VolumeCommand());
        CommandLine.ParseResult parsed =
                volume.parseArgs(
                        Stream.concat(Stream.of(name), Arrays.stream(words))
                                .toArray(String[]::new));
        Runnable command = (Runnable) parsed.subcommand().commandSpec().userObject();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            command.run();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void refused(int exitCode, String why, String name, String... words) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> run(name, words))
                .withMessageContaining(why)
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(exitCode));
    }

    private void write(long at, int value) throws IOException {
        try (FileChannel file = FileChannel.open(Path.of(store), StandardOpenOption.WRITE)) {
            int ignored = file.write(ByteBuffer.wrap(new byte[] {(byte) value}), at);
        }
    }

    @Test
    void volumesAreMadeListedChangedAndDeleted() {
        assertThat(run("init", "--size", "16m", store)).contains("Made a store");
        assertThat(run("create", store, "data", "1t")).isEqualTo("Made volume data.\n");
        run("snapshot", store, "data", "monday");
        run("clone", store, "monday", "trial");
        run("rename", store, "trial", "test");
        run("resize", store, "data", "2t");
        refused(Refusal.WRONG_USE, "with --shrink", "resize", store, "data", "1g");
        run("resize", "--shrink", store, "data", "1g");
        String list = run("list", store);
        assertThat(list).containsPattern("data +volume +1 GiB +0 B\n");
        assertThat(list).containsPattern("monday +snapshot +1 TiB +0 B +data\n");
        assertThat(list).containsPattern("test +volume +1 TiB +0 B +monday\n");
        assertThat(list).contains("of 16 MiB free, in clusters of 64 KiB");
        assertThat(run("delete", "--json", store, "monday"))
                .isEqualTo("{\"done\": \"Deleted monday\", \"name\": \"monday\"}\n");
        Map<?, ?> listed = (Map<?, ?>) Json.parse(run("list", "--json", store));
        assertThat(listed.get("cluster_bytes")).isEqualTo(65536.0);
        assertThat((List<?>) listed.get("volumes")).hasSize(2);
        assertThat(run("check", store)).isEqualTo("The store is sound.\n");
        refused(Refusal.FAILED, "no volume monday", "delete", store, "monday");
        refused(Refusal.FAILED, "There is already a volume data", "create", store, "data", "1g");
    }

    @Test
    void nothingOfValueIsReplacedWithoutForce() throws Exception {
        refused(Refusal.WRONG_USE, "with --size a file is made", "init", store);
        refused(Refusal.WRONG_USE, "There is no", "list", store);
        Files.write(Path.of(store), new byte[1 << 20]);
        refused(Refusal.WRONG_USE, "is there already", "init", "--size", "1m", store);
        refused(Refusal.WRONG_USE, "power of two", "init", "--cluster", "100k", store);
        refused(Refusal.FAILED, "holds no volume store", "list", store);
        run("init", "--cluster", "16k", store);
        refused(Refusal.WRONG_USE, "There is a store on", "init", store);
        run("init", "--cluster", "16k", "--force", store);
        assertThat(run("check", store)).contains("sound");
        refused(Refusal.WRONG_USE, "is a folder", "init", "--force", folder.toString());
    }

    @Test
    void aDamagedStoreIsToldAndMended() throws Exception {
        run("init", "--size", "4m", store);
        run("create", store, "data", "1m");
        write(9000, 1);
        assertThat(run("check", store)).contains("note: The superblock's twin");
        assertThat(run("repair", store)).contains("Wrote superblock, twin");
        assertThat(run("check", store)).isEqualTo("The store is sound.\n");
        write(100, 1);
        write(9000, 1);
        refused(Refusal.FAILED, "checksum does not match", "check", store);
        refused(Refusal.FAILED, "checksum does not match", "repair", store);
    }

    @Test
    void lostMapsFailTheCheckUntilTheyAreLeftOut() throws Exception {
        run("init", "--size", "4m", store);
        run("create", store, "data", "1m");
        for (long at = 1 << 16; at < 4 << 20; at += 4096) {
            write(at + 3000, 77); // in every page of metadata
        }
        refused(Refusal.FAILED, "is not sound", "check", store);
        refused(Refusal.FAILED, "--leave-out-lost", "repair", "--json", store);
        assertThat(run("repair", "--leave-out-lost", "--json", store)).contains("\"sound\": true");
        assertThat(run("list", store)).doesNotContain("data");
    }

    @Test
    void aStoreMayLieOnWhatATextNames() {
        String text = "concat(file:" + folder + "/a,file:" + folder + "/b)";
        for (String name : new String[] {"a", "b"}) {
            refused(
                    Refusal.FAILED,
                    "holds no volume store",
                    "list",
                    "file:" + folder + "/" + name + ",size=1m");
        }
        run("init", "--cluster", "16k", text);
        run("create", text, "data", "1g");
        assertThat(run("list", text)).contains("data").contains("of 2 MiB free");
        refused(Refusal.WRONG_USE, "nonsense", "list", "nonsense:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-data", "a b", "a/b", "größe", "a,b", ".data", "x\ny"})
    void aNameThatIsNoneIsRefused(String name) {
        run("init", "--size", "4m", store);
        refused(
                Refusal.FAILED,
                "A volume's name has up to 64 letters",
                "create",
                store,
                "--",
                name,
                "1m");
        run("create", store, "data", "1m");
        refused(Refusal.FAILED, "A volume's name has", "snapshot", store, "data", "--", name);
        refused(Refusal.FAILED, "A volume's name has", "clone", store, "data", "--", name);
        refused(Refusal.FAILED, "A volume's name has", "rename", store, "data", "--", name);
        assertThat(run("list", store)).containsOnlyOnce("volume  ");
    }

    @Test
    void whatIsNotThereOrCannotBeIsRefusedAndChangesNothing() {
        run("init", "--size", "4m", store);
        run("create", store, "data", "1m");
        run("snapshot", store, "data", "monday");
        String before = run("list", "--json", store);
        for (String command : List.of("snapshot", "clone", "rename")) {
            refused(Refusal.FAILED, "There is no volume none", command, store, "none", "other");
            refused(Refusal.FAILED, "There is already a volume", command, store, "data", "monday");
        }
        refused(Refusal.FAILED, "There is no volume none", "delete", store, "none");
        refused(Refusal.FAILED, "There is no volume none", "resize", store, "none", "2m");
        refused(Refusal.FAILED, "monday is a snapshot", "resize", store, "monday", "2m");
        refused(Refusal.WRONG_USE, "SIZE is a number of bytes", "create", store, "x", "0");
        refused(Refusal.WRONG_USE, "SIZE is a number of bytes", "resize", store, "data", "-1");
        refused(Refusal.WRONG_USE, "SIZE is a number of bytes", "create", store, "x", "9999999p");
        refused(Refusal.FAILED, "bytes, not", "create", store, "x", "8000p");
        assertThat(run("list", "--json", store)).isEqualTo(before);
    }

    @Test
    void snapshotsOfSnapshotsOutliveWhatTheyWereMadeOf() throws Exception {
        run("init", "--size", "16m", store);
        run("create", store, "data", "4m");
        fill("data", 7);
        run("snapshot", store, "data", "one");
        run("snapshot", store, "one", "two");
        run("clone", store, "two", "copy");
        run("snapshot", store, "copy", "three");
        fill("data", 8);
        fill("copy", 9);
        run("delete", store, "data");
        run("delete", store, "one");
        run("delete", store, "two");
        assertThat(byteOf("copy")).isEqualTo((byte) 9);
        assertThat(byteOf("three")).isEqualTo((byte) 7);
        run("delete", store, "copy");
        assertThat(byteOf("three")).isEqualTo((byte) 7);
        assertThat(run("check", store)).isEqualTo("The store is sound.\n");
        run("delete", store, "three");
        assertThat(run("list", store)).containsPattern("1[0-9.]+ MiB of 16 MiB free");
    }

    @Test
    void aFullStoreSaysSoAndGoesOnWhenSomethingIsDeleted() throws Exception {
        run("init", "--size", "4m", store);
        run("create", store, "data", "1t");
        assertThatExceptionOfType(BlockException.class)
                .isThrownBy(() -> fill("data", 1, 8 << 20))
                .withMessageContaining("no room is left");
        assertThat(run("check", store)).isEqualTo("The store is sound.\n");
        run("resize", "--shrink", store, "data", "64k");
        run("snapshot", store, "data", "kept");
        fill("data", 2, 64 << 10);
        assertThat(byteOf("kept")).isEqualTo((byte) 1);
        run("delete", store, "data");
        assertThat(run("check", store)).isEqualTo("The store is sound.\n");
    }

    private void fill(String volume, int value) throws IOException {
        fill(volume, value, 4 << 20);
    }

    private void fill(String volume, int value, int bytes) throws IOException {
        try (BlockDevice device = BlockDevices.open("volume:" + volume + "@file:" + store);
                BlockClient client = BlockClient.open(device)) {
            byte[] content = new byte[bytes];
            Arrays.fill(content, (byte) value);
            client.write(0, bytes / 512, MemorySegment.ofArray(content), 0);
            client.flush();
        }
    }

    private byte byteOf(String volume) throws IOException {
        try (BlockDevice device = BlockDevices.open("volume:" + volume + "@file:" + store);
                BlockClient client = BlockClient.open(device)) {
            byte[] content = new byte[512];
            client.read(100, 1, MemorySegment.ofArray(content), 0);
            return content[511];
        }
    }

    @Test
    void aStoreThatIsOpenIsLeftAlone() throws Exception {
        run("init", "--size", "4m", store);
        run("create", store, "data", "1m");
        try (BlockDevice open = BlockDevices.open("volume:data@file:" + store)) {
            assertThat(open.geometry().byteSize()).isEqualTo(1 << 20);
            for (String command : List.of("list", "check", "repair")) {
                refused(Refusal.FAILED, "is in use", command, store);
            }
            refused(Refusal.FAILED, "is in use", "create", store, "other", "1m");
            refused(Refusal.FAILED, "is in use", "init", "--force", store);
            assertThatExceptionOfType(Refusal.class)
                    .isThrownBy(() -> BlockDevices.open("volume:data@slice@file:" + store))
                    .withMessageContaining("is in use");
        }
        assertThat(run("list", store)).contains("data");
    }

    @Test
    void volumesOfOneStoreAreUsedTogether() throws Exception {
        run("init", "--size", "16m", store);
        run("create", store, "data", "4m");
        run("create", store, "journal", "4m");
        BlockDevice data = BlockDevices.open("volume:data@file:" + store);
        try (data;
                BlockDevice journal = BlockDevices.open("volume:journal@file:" + store)) {
            assertThatExceptionOfType(Refusal.class)
                    .isThrownBy(() -> BlockDevices.open("volume:nothing@file:" + store))
                    .withMessageContaining("nothing");
            assertThat(journal.geometry().byteSize()).isEqualTo(4 << 20);
            fill("data", 1);
            data.close();
            fill("journal", 2);
            assertThat(byteOf("data")).isEqualTo((byte) 1);
            assertThat(byteOf("journal")).isEqualTo((byte) 2);
            refused(Refusal.FAILED, "is in use", "list", store);
        }
        assertThat(run("list", store)).contains("data", "journal");
        assertThat(run("check", store)).isEqualTo("The store is sound.\n");
    }

    @Test
    void aFileThatIsNoStoreInTheEndIsNotLeftBehind() throws Exception {
        refused(Refusal.FAILED, "too small", "init", "--size", "64k", store);
        assertThat(folder).isEmptyDirectory();
        refused(Refusal.WRONG_USE, "--size is for the path", "init", "--size", "1m", "memory:1m");
        Path used = folder.resolve("used");
        byte[] content = new byte[1 << 20];
        content[1080] = 0x53; // where ext4 has its signature
        Files.write(used, content);
        refused(Refusal.WRONG_USE, "There is something in", "init", "file:" + used);
        assertThat(used).hasBinaryContent(content);
    }
}
