package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.nvme.NvmeCommand;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import picocli.CommandLine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** {@code ringroad nvme} against QEMU's model, within this process. */
final class NvmeCommandTest {
    private @Nullable QemuMachine machine;
    private String printed = "";
    private String complained = "";

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

    /** Runs a line and keeps what it prints. */
    private int run(String typed, String... words) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        InputStream in = System.in;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
            System.setIn(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)));
            CommandLine line = new CommandLine(NvmeCommand.class);
            line.setExecutionExceptionHandler(
                    (e, commandLine, parsed) -> {
                        if (e instanceof Refusal refusal) {
                            System.err.println(refusal.getMessage());
                            return refusal.exitCode();
                        }
                        throw e;
                    });
            return line.execute(words);
        } finally {
            System.setOut(out);
            System.setErr(err);
            System.setIn(in);
            printed = outBytes.toString(StandardCharsets.UTF_8);
            complained = errBytes.toString(StandardCharsets.UTF_8);
        }
    }

    private Map<?, ?> object() {
        return (Map<?, ?>) Objects.requireNonNull(Json.parse(printed));
    }

    private static Map<?, ?> firstOf(@Nullable Object list) {
        return (Map<?, ?>) Objects.requireNonNull(((List<?>) Objects.requireNonNull(list)).get(0));
    }

    @Test
    void listShowsDrivesAndNothingElse() {
        assertThat(run("", "list")).as(complained).isZero();
        assertThat(printed)
                .contains(drive(), "ring-7", "QEMU NVMe Ctrl", "4194304")
                .doesNotContain(machine().address(5).toString());
        assertThat(run("", "list", "--json")).isZero();
        Map<?, ?> found = firstOf(Json.parse(printed));
        assertThat(found.get("device")).isEqualTo(drive());
        assertThat(found.get("serial")).isEqualTo("ring-7");
        assertThat(firstOf(found.get("namespaces")).get("block_bytes")).isEqualTo(512.0);
    }

    @Test
    void identifyShowsTheControllerAndItsNamespaces() {
        assertThat(run("", "identify", drive())).as(complained).isZero();
        assertThat(printed).contains("nvme version", "1.4.0", "metadata bytes");
        assertThat(run("", "identify", drive(), "--json")).isZero();
        assertThat(object().get("serial")).isEqualTo("ring-7");
        assertThat(object().get("shadow_doorbells")).isEqualTo(true);
        assertThat(run("", "identify", drive(), "--namespace", "1", "--json")).isZero();
        assertThat(object().get("blocks")).isEqualTo(8192.0);
        assertThat(run("", "identify", drive(), "--namespace", "9", "--json")).isZero();
        assertThat(object().get("unusable")).asString().contains("Namespace 9");
    }

    @Test
    void smartShowsTheHealth() {
        assertThat(run("", "smart", drive())).as(complained).isZero();
        assertThat(printed).contains("warnings", "none", "celsius");
        assertThat(run("", "smart", drive(), "--json")).isZero();
        assertThat(object().get("warnings")).isEqualTo("none");
        assertThat(object().get("celsius")).isEqualTo(50.0);
        assertThat(object().get("errors")).isEqualTo(List.of());
    }

    @Test
    void formatAsksForTheSerialNumber() {
        String[] format = {"format", drive(), "--namespace", "1", "--block-bytes", "4096"};
        assertThat(run("yes\n", format)).isEqualTo(Refusal.WRONG_USE);
        assertThat(complained)
                .contains("All 4194304 bytes of namespace 1", "ring-7", "Nothing was formatted");
        assertThat(run("", format)).isEqualTo(Refusal.WRONG_USE);
        assertThat(run("", "identify", drive(), "--namespace", "1", "--json")).isZero();
        assertThat(object().get("block_bytes")).isEqualTo(512.0);
        assertThat(run("ring-7\n", format)).as(complained).isZero();
        assertThat(printed).containsPattern("block bytes +4096");
        assertThat(run("", "identify", drive(), "--namespace", "1", "--json")).isZero();
        assertThat(object().get("block_bytes")).isEqualTo(4096.0);
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
                .as(complained)
                .isZero();
        assertThat(object().get("metadata_bytes")).isEqualTo(8.0);
        assertThat(object().get("metadata_extends_blocks")).isEqualTo(true);
    }

    @Test
    void perfTakesANamespaceAndGivesTheDriveBack() {
        String device = "drive:" + drive() + "/1";
        String[] perf = {"perf", device, "--rw", "randread", "--depth", "8", "--size", "1m"};
        assertThat(run("", perf)).as(complained).isZero();
        assertThat(machine().allocatedBytes()).isZero();
        assertThat(run("", "perf", "drive:" + drive() + "/9")).isNotZero();
        assertThat(complained).contains("9");
        assertThat(run("", "perf", "drive:" + drive())).isNotZero();
        assertThat(complained).contains("does not say which namespace");
        assertThat(machine().allocatedBytes()).isZero();
    }

    @Test
    void whatCannotBeIsRefusedWithASentence() {
        assertThat(run("", "smart", "qemu:" + machine().address(5))).isEqualTo(Refusal.WRONG_USE);
        assertThat(complained).contains("is no NVMe drive, but Ethernet controller 8086:10d3");
        assertThat(run("", "smart", "qemu:" + machine().address(9))).isEqualTo(Refusal.FAILED);
        assertThat(complained).contains("There is no function");
        assertThat(run("", "smart", "nonsense")).isEqualTo(Refusal.WRONG_USE);
        assertThat(run("", "smart", "nowhere:0000:00:04.0")).isEqualTo(Refusal.FAILED);
        assertThat(complained).contains("no way to PCI functions called \"nowhere\"");
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
        assertThat(complained).contains("no format with blocks of 1000 bytes");
        assertThat(run("", "format", drive(), "--force")).isEqualTo(Refusal.WRONG_USE);
        assertThat(run("")).isEqualTo(Refusal.WRONG_USE);
        assertThat(machine().allocatedBytes()).isZero();
    }
}
