package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Every command of {@code ringroad nvme} that takes a drive, with drives of every shape. */
final class NvmeCommandShapeTest {
    @TempDir private Path folder;

    private final NvmeCommandLine line = new NvmeCommandLine();
    private @Nullable QemuMachine machine;
    private String drive = "";

    private QemuMachine machine() {
        return Objects.requireNonNull(machine);
    }

    private void start(DriveShape shape) throws IOException {
        machine = QemuMachine.start(shape.arguments(folder));
        drive = "qemu:" + machine().address(4);
    }

    /** Whatever a command did, the drive was given back. */
    @AfterEach
    void end() throws IOException {
        assertThat(machine().allocatedBytes()).isZero();
        machine().open(4).close();
        machine().close();
    }

    private void succeed(String... words) {
        assertThat(line.run(words)).as("%s: %s", List.of(words), line.complained()).isZero();
    }

    private void fail(int code, String sentence, String... words) {
        assertThat(line.run(words)).as("%s", List.of(words)).isEqualTo(code);
        assertThat(line.complained())
                .contains(sentence)
                .doesNotContain("..")
                .doesNotContain("\tat ");
        assertThat(line.printed()).as("on the standard output").doesNotContain("{", "}");
    }

    private static void assertShape(DriveShape shape, Map<?, ?> namespace) {
        assertThat(namespace.get("namespace")).isEqualTo(1.0);
        assertThat(namespace.get("block_bytes")).isEqualTo((double) shape.blockBytes);
        assertThat(namespace.get("metadata_bytes")).isEqualTo((double) shape.metadataBytes);
        assertThat(namespace.get("metadata_extends_blocks")).isEqualTo(shape.extended);
        assertThat(namespace.get("zoned")).isEqualTo(shape == DriveShape.ZONED);
    }

    @ParameterizedTest
    @EnumSource
    void listAndIdentifyShowTheShape(DriveShape shape) throws IOException {
        start(shape);
        succeed("list", "--json");
        Map<?, ?> listed = NvmeCommandLine.at(line.array(), 0);
        assertThat(listed.get("device")).isEqualTo(drive);
        assertThat(listed.get("serial")).isEqualTo(DriveShape.SERIAL);
        assertShape(shape, NvmeCommandLine.at(listed.get("namespaces"), 0));

        succeed("identify", drive, "--json");
        assertThat(line.object().get("controller_memory"))
                .isEqualTo(shape == DriveShape.CONTROLLER_MEMORY);
        assertShape(shape, NvmeCommandLine.at(line.object().get("namespaces"), 0));

        succeed("identify", drive, "--namespace", "1", "--json");
        assertShape(shape, line.object());
        List<?> formats = (List<?>) Objects.requireNonNull(line.object().get("formats"));
        assertThat(formats)
                .filteredOn(format -> ((Map<?, ?>) format).get("in_use").equals(true))
                .singleElement()
                .satisfies(
                        format ->
                                assertThat(((Map<?, ?>) format).get("block_bytes"))
                                        .isEqualTo((double) shape.blockBytes));
        succeed("identify", drive, "--namespace", "1");
        assertThat(line.printed()).containsPattern("block bytes +" + shape.blockBytes);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ZONED")
    void perfWritesVerifiesAndIsCountedBySmart(DriveShape shape) throws IOException {
        start(shape);
        Path json = folder.resolve("perf.json");
        String device = "drive:" + drive + "/1";
        succeed(
                "perf",
                device,
                "--rw",
                "write",
                "--verify",
                "--overwrite",
                "--size",
                "1m",
                "--json",
                json.toString());
        assertThat(line.printed()).contains("256 written blocks were read back");
        Map<?, ?> told = NvmeCommandLine.object(Files.readString(json));
        assertThat(told.get("read_back")).isEqualTo(256.0);
        assertThat(told.get("failure")).isNull();
        // What was written is there for another process, block sizes of any multiple.
        succeed("perf", device, "--rw", "read", "--verify", "--size", "1m");
        assertThat(line.printed()).contains("256 blocks were verified as they were read");
        succeed("smart", drive, "--json");
        assertThat((double) Objects.requireNonNull(line.object().get("write_commands")))
                .isGreaterThanOrEqualTo(256);
        assertThat((double) Objects.requireNonNull(line.object().get("read_commands")))
                .isGreaterThanOrEqualTo(512);
    }

    @Test
    void perfReadsZonesAndDoesNotWriteThem() throws IOException {
        start(DriveShape.ZONED);
        String device = "drive:" + drive + "/1";
        succeed("perf", device, "--rw", "randread", "--size", "128k", "--depth", "4");
        fail(
                Refusal.WRONG_USE,
                "is read-only, and randwrite writes",
                "perf",
                device,
                "--rw",
                "randwrite",
                "--overwrite");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ZONED")
    void formatChangesEveryShape(DriveShape shape) throws IOException {
        start(shape);
        int other = shape.blockBytes == 512 ? 4096 : 512;
        String blockBytes = String.valueOf(other);
        String[] format = {
            "format", drive, "--namespace", "1", "--block-bytes", blockBytes, "--json"
        };
        assertThat(line.runTyping(DriveShape.SERIAL + "\n", format))
                .as("%s", line.complained())
                .isZero();
        assertThat(line.object().get("block_bytes")).isEqualTo((double) other);
        assertThat(line.object().get("metadata_bytes")).isEqualTo(0.0);
        succeed(
                "format",
                drive,
                "--namespace",
                "1",
                "--block-bytes",
                "4096",
                "--metadata-bytes",
                "16",
                "--metadata-extends",
                "--erase",
                "USER_DATA",
                "--force",
                "--json");
        assertThat(line.object().get("metadata_bytes")).isEqualTo(16.0);
        assertThat(line.object().get("metadata_extends_blocks")).isEqualTo(true);
        succeed("identify", drive, "--namespace", "1", "--json");
        assertThat(line.object().get("block_bytes")).isEqualTo(4096.0);
    }

    @Test
    void aFormatThatTheDriveRefusesIsToldWithItsStatus() throws IOException {
        start(DriveShape.ZONED);
        fail(
                Refusal.FAILED,
                "the format is invalid, and will fail again (status 0x410a)",
                "format",
                drive,
                "--namespace",
                "1",
                "--force",
                "--json");
        succeed("identify", drive, "--namespace", "1", "--json");
        assertThat(line.object().get("zoned")).isEqualTo(true);
    }

    @Test
    void namespacesAreShownMeasuredAndFormattedApart() throws IOException {
        start(DriveShape.SEVERAL);
        succeed("list", "--json");
        Object all = NvmeCommandLine.at(line.array(), 0).get("namespaces");
        assertThat((List<?>) Objects.requireNonNull(all)).hasSize(2);
        Map<?, ?> second = NvmeCommandLine.at(all, 1);
        assertThat(second.get("namespace")).isEqualTo(5.0);
        assertThat(second.get("block_bytes")).isEqualTo(4096.0);
        assertThat(second.get("bytes")).isEqualTo((double) DriveShape.OTHER_BYTES);

        String first = "drive:" + drive + "/1";
        String fifth = "drive:" + drive + "/5";
        writeAll(first);
        String[] readFifth = {"perf", fifth, "--rw", "read", "--verify", "--size", "512k"};
        fail(Refusal.FAILED, "is wrong at byte", readFifth);
        writeAll(fifth);
        succeed(readFifth);
        succeed("format", drive, "--namespace", "5", "--block-bytes", "512", "--force");
        fail(Refusal.FAILED, "is wrong at byte", readFifth);
        succeed("perf", first, "--rw", "read", "--verify", "--size", "512k");
    }

    private void writeAll(String device) {
        succeed("perf", device, "--rw", "write", "--verify", "--overwrite", "--size", "512k");
    }

    @Test
    void namespacesThatAreNotThereAreRefusedByEveryCommand() throws IOException {
        start(DriveShape.SEVERAL);
        String two = "Namespace 2 of " + machine().address(4) + " is not active";
        fail(Refusal.FAILED, two, "identify", drive, "--namespace", "2");
        fail(Refusal.FAILED, two, "identify", drive, "--namespace", "2", "--json");
        fail(Refusal.FAILED, two, "format", drive, "--namespace", "2", "--force", "--json");
        fail(Refusal.WRONG_USE, two, "perf", "drive:" + drive + "/2");
        fail(Refusal.WRONG_USE, two, "serve", "drive:" + drive + "/2", "--listen", "127.0.0.1:0");
        String none = "no such namespace";
        fail(Refusal.FAILED, none, "identify", drive, "--namespace", "0");
        fail(Refusal.FAILED, none, "format", drive, "--namespace", "0", "--force");
        fail(Refusal.WRONG_USE, none, "perf", "drive:" + drive + "/0");
        fail(Refusal.WRONG_USE, "number of 1 or more", "perf", "drive:" + drive + "/one");
        fail(Refusal.WRONG_USE, "one", "identify", drive, "--namespace", "one");
    }
}
