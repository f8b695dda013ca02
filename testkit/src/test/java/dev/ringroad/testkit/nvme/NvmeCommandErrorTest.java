package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** What commands tell of a drive whose medium fails, and of what is no drive. */
final class NvmeCommandErrorTest {
    @TempDir private Path folder;

    private final NvmeCommandLine line = new NvmeCommandLine();
    private @Nullable QemuMachine machine;
    private String drive = "";

    private QemuMachine machine() {
        return Objects.requireNonNull(machine);
    }

    /** Starts a drive on which one kind of access to its image fails, by QEMU's blkdebug. */
    private void startFailing(String kind) throws IOException {
        Path image = DriveShape.image(folder, "disk", DriveShape.IMAGE_BYTES);
        String failing = BlockFaults.drive(folder, image, kind, -1);
        machine = QemuMachine.start(DriveShape.ORDINARY.arguments(failing, folder));
        drive = "qemu:" + machine().address(4);
    }

    @AfterEach
    void end() throws IOException {
        assertThat(machine().allocatedBytes()).isZero();
        machine().open(4).close();
        machine().close();
    }

    private void fail(String sentence, String... words) {
        assertThat(line.run(words)).isEqualTo(Refusal.FAILED);
        assertThat(line.complained())
                .contains(sentence)
                .doesNotContain("..")
                .doesNotContain("\tat ");
    }

    private void assertStillThere() {
        for (String command : new String[] {"identify", "smart"}) {
            assertThat(line.run(command, drive, "--json")).as(command).isZero();
            assertThat(line.object().get("serial")).isEqualTo(DriveShape.SERIAL);
        }
        assertThat(line.run("list", "--json")).isZero();
        assertThat(NvmeCommandLine.at(line.array(), 0).get("device")).isEqualTo(drive);
    }

    private Map<?, ?> toldBy(Path json) throws IOException {
        return NvmeCommandLine.object(Files.readString(json));
    }

    @Test
    void perfTellsOfAReadThatFails() throws IOException {
        startFailing("read");
        Path json = folder.resolve("perf.json");
        String sentence = "the blocks could not be read";
        fail(
                sentence,
                "perf",
                "drive:" + drive + "/1",
                "--rw",
                "randread",
                "--depth",
                "16",
                "--size",
                "1m",
                "--json",
                json.toString());
        assertThat(line.complained()).contains("READ of 8 blocks at ", "(status 0x", "281)");
        assertThat(toldBy(json).get("failure")).asString().contains(sentence);
        assertStillThere();
    }

    @Test
    void perfTellsOfAWriteThatFails() throws IOException {
        startFailing("write");
        Path json = folder.resolve("perf.json");
        String sentence = "the blocks could not be written";
        fail(
                sentence,
                "perf",
                "drive:" + drive + "/1",
                "--rw",
                "randwrite",
                "--verify",
                "--overwrite",
                "--size",
                "1m",
                "--json",
                json.toString());
        assertThat(line.complained()).contains("WRITE of 8 blocks at ", "(status 0x", "280)");
        assertThat(toldBy(json).get("failure")).asString().contains(sentence);
        assertThat(toldBy(json).get("read_back")).isEqualTo(0.0);
        assertStillThere();
    }

    @Test
    void perfTellsOfAFlushThatFails() throws IOException {
        startFailing("flush");
        fail(
                "The flush failed: the medium failed",
                "perf",
                "drive:" + drive + "/1",
                "--rw",
                "write",
                "--verify",
                "--overwrite",
                "--size",
                "64k");
        assertThat(line.printed()).doesNotContain("as they should be");
        assertStillThere();
    }

    @Test
    void formatTellsOfAMediumThatFails() throws IOException {
        startFailing("write-zeroes");
        fail(
                "the controller failed internally",
                "format",
                drive,
                "--namespace",
                "1",
                "--block-bytes",
                "4096",
                "--force");
        assertThat(line.printed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"identify", "smart", "format"})
    void whatIsNoDriveIsRefused(String command) throws IOException {
        machine = QemuMachine.start("-device", "e1000e,addr=04.0");
        String[] words =
                command.equals("format")
                        ? new String[] {command, "", "--namespace", "1", "--force"}
                        : new String[] {command, ""};
        words[1] = "qemu:" + machine().address(4);
        assertThat(line.run(words)).isEqualTo(Refusal.WRONG_USE);
        assertThat(line.complained()).contains("is no NVMe drive, but Ethernet controller");
        words[1] = "qemu:" + machine().address(9);
        assertThat(line.run(words)).isEqualTo(Refusal.FAILED);
        assertThat(line.complained()).contains("There is no function");
        words[1] = "qemu:nonsense";
        assertThat(line.run(words)).isEqualTo(Refusal.WRONG_USE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"perf", "serve"})
    void whatIsNoDriveIsNoBlockDevice(String command) throws IOException {
        machine = QemuMachine.start("-device", "e1000e,addr=04.0");
        assertThat(line.run(command, "drive:qemu:" + machine().address(4) + "/1"))
                .isEqualTo(Refusal.WRONG_USE);
        assertThat(line.complained())
                .contains("is no NVMe drive, but Ethernet controller")
                .doesNotContain("..");
        assertThat(line.run(command, "drive:qemu:" + machine().address(9) + "/1"))
                .isEqualTo(Refusal.WRONG_USE);
        assertThat(line.complained()).contains("There is no function");
        assertThat(line.run("list", "--json")).isZero();
        assertThat(line.printed()).doesNotContain(machine().address(4).toString());
    }
}
