package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** {@code ringroad nvme} against QEMU's model, within this process. */
final class NvmeCommandTest {
    private @Nullable QemuMachine machine;
    private final NvmeCommandLine line = new NvmeCommandLine();

    @BeforeEach
    void startMachine() throws IOException {
        machine =
                QemuMachine.start(
                        "-drive",
                        "id=d0,if=none,driver=null-co,size=4M,read-zeroes=on",
                        "-device",
                        "nvme,serial=ring-7,drive=d0,addr=04.0",
                        "-device",
                        "e1000e,addr=05.0");
    }

    @AfterEach
    void endMachine() throws IOException {
        machine().close();
    }

    private QemuMachine machine() {
        return Objects.requireNonNull(machine);
    }

    private String drive() {
        PciAddress address = machine().address(4);
        return "qemu:" + address;
    }

    private int run(String typed, String... words) {
        return line.runTyping(typed, words);
    }

    @Test
    void listShowsDrivesAndNothingElse() {
        assertThat(run("", "list")).as(line.complained()).isZero();
        assertThat(line.printed())
                .contains(drive(), "ring-7", "QEMU NVMe Ctrl", "4194304")
                .doesNotContain(machine().address(5).toString());
        assertThat(run("", "list", "--json")).isZero();
        Map<?, ?> found = NvmeCommandLine.at(line.array(), 0);
        assertThat(found.get("device")).isEqualTo(drive());
        assertThat(found.get("serial")).isEqualTo("ring-7");
        assertThat(NvmeCommandLine.at(found.get("namespaces"), 0).get("block_bytes"))
                .isEqualTo(512.0);
    }

    @Test
    void identifyShowsTheControllerAndItsNamespaces() {
        assertThat(run("", "identify", drive())).as(line.complained()).isZero();
        assertThat(line.printed()).contains("nvme version", "1.4.0", "metadata bytes");
        assertThat(run("", "identify", drive(), "--json")).isZero();
        assertThat(line.object().get("serial")).isEqualTo("ring-7");
        assertThat(line.object().get("shadow_doorbells")).isEqualTo(true);
        assertThat(run("", "identify", drive(), "--namespace", "1", "--json")).isZero();
        assertThat(line.object().get("blocks")).isEqualTo(8192.0);
    }

    @Test
    void smartShowsTheHealth() {
        assertThat(run("", "smart", drive())).as(line.complained()).isZero();
        assertThat(line.printed()).contains("warnings", "none", "celsius");
        assertThat(run("", "smart", drive(), "--json")).isZero();
        assertThat(line.object().get("warnings")).isEqualTo("none");
        assertThat(line.object().get("celsius")).isEqualTo(50.0);
        assertThat(line.object().get("errors")).isEqualTo(List.of());
    }

    @Test
    void formatAsksForTheSerialNumber() {
        String[] format = {"format", drive(), "--namespace", "1", "--block-bytes", "4096"};
        assertThat(run("yes\n", format)).isEqualTo(Refusal.WRONG_USE);
        assertThat(line.complained())
                .contains("All 4194304 bytes of namespace 1", "ring-7", "Nothing was formatted");
        assertThat(run("", format)).isEqualTo(Refusal.WRONG_USE);
        assertThat(run("", "identify", drive(), "--namespace", "1", "--json")).isZero();
        assertThat(line.object().get("block_bytes")).isEqualTo(512.0);
        assertThat(run("ring-7\n", format)).as(line.complained()).isZero();
        assertThat(line.printed()).containsPattern("block bytes +4096");
        assertThat(run("", "identify", drive(), "--namespace", "1", "--json")).isZero();
        assertThat(line.object().get("block_bytes")).isEqualTo(4096.0);
    }

    @Test
    void forceFormatsWithoutAsking() {
        assertThat(
                        run(
                                "",
                                "format",
                                drive(),
                                "--namespace",
                                "1",
                                "--metadata-bytes",
                                "8",
                                "--metadata-extends",
                                "--force",
                                "--json"))
                .as(line.complained())
                .isZero();
        assertThat(line.object().get("metadata_bytes")).isEqualTo(8.0);
        assertThat(line.object().get("metadata_extends_blocks")).isEqualTo(true);
    }

    @Test
    void perfTakesANamespaceAndGivesTheDriveBack() {
        String device = "drive:" + drive() + "/1";
        String[] perf = {"perf", device, "--rw", "randread", "--depth", "8", "--size", "1m"};
        assertThat(run("", perf)).as(line.complained()).isZero();
        assertThat(machine().allocatedBytes()).isZero();
        assertThat(run("", "perf", "drive:" + drive() + "/9")).isNotZero();
        assertThat(line.complained()).contains("9");
        assertThat(run("", "perf", "drive:" + drive())).isNotZero();
        assertThat(line.complained()).contains("does not say which namespace");
        assertThat(machine().allocatedBytes()).isZero();
    }

    @Test
    void whatCannotBeIsRefusedWithASentence() {
        assertThat(run("", "smart", "qemu:" + machine().address(5))).isEqualTo(Refusal.WRONG_USE);
        assertThat(line.complained())
                .contains("is no NVMe drive, but Ethernet controller 8086:10d3");
        assertThat(run("", "smart", "qemu:" + machine().address(9))).isEqualTo(Refusal.FAILED);
        assertThat(line.complained()).contains("There is no function");
        assertThat(run("", "smart", "nonsense")).isEqualTo(Refusal.WRONG_USE);
        assertThat(run("", "smart", "nowhere:0000:00:04.0")).isEqualTo(Refusal.FAILED);
        assertThat(line.complained()).contains("no way to PCI functions called \"nowhere\"");
        assertThat(
                        run(
                                "",
                                "format",
                                drive(),
                                "--namespace",
                                "1",
                                "--block-bytes",
                                "1000",
                                "--force"))
                .isEqualTo(Refusal.FAILED);
        assertThat(line.complained()).contains("no format with blocks of 1000 bytes");
        assertThat(run("", "format", drive(), "--force")).isEqualTo(Refusal.WRONG_USE);
        assertThat(run("")).isEqualTo(Refusal.WRONG_USE);
        assertThat(machine().allocatedBytes()).isZero();
    }
}
