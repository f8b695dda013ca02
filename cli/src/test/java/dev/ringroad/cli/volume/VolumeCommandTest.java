package dev.ringroad.cli.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.Refusal;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
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
                .isEqualTo("{\"done\": \"Deleted\", \"volume\": \"monday\"}\n");
        Map<?, ?> listed = (Map<?, ?>) Json.parse(run("list", "--json", store));
        assertThat(listed.get("clusterBytes")).isEqualTo(65536.0);
        assertThat((List<?>) listed.get("volumes")).hasSize(2);
        assertThat(run("check", store)).isEqualTo("The store is sound.\n");
        refused(Refusal.FAILED, "no volume monday", "delete", store, "monday");
        refused(Refusal.FAILED, "There is a volume data", "create", store, "data", "1g");
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
        refused(Refusal.WRONG_USE, "something in", "init", store);
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
}
