package dev.ringroad.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.Machine;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.Probe;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

final class DoctorTest {
    private static final Probe WORKS = new Probe("trying", 0);
    private static final Probe FORBIDDEN = new Probe("trying", Errno.EPERM);

    @TempDir private Path root;
    private Trials trials = new Trials(FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN);

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Finding find(String name) {
        List<Finding> findings = new ArrayList<>(BasicChecks.of(new Machine(root)));
        findings.addAll(PathChecks.of(new Machine(root), trials));
        return findings.stream()
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aMachineThatTellsNothingHasVerdictsAllTheSame() {
        assertThat(find("tap").verdict()).isEqualTo(Verdict.MISSING);
        assertThat(find("afxdp").verdict()).isEqualTo(Verdict.MISSING);
        assertThat(find("hugepages").verdict()).isEqualTo(Verdict.LIMITED);
        assertThat(find("memif").verdict()).isEqualTo(Verdict.READY);
    }

    @Test
    void whatIsNotReadyHasARemedy() {
        List<Finding> findings = new ArrayList<>(BasicChecks.of(new Machine(root)));
        findings.addAll(PathChecks.of(new Machine(root), trials));

        assertThat(findings)
                .allSatisfy(
                        finding ->
                                assertThat(finding.remedy().isEmpty())
                                        .isEqualTo(finding.verdict() == Verdict.READY));
    }

    @Test
    void hugepagesAreReadyWhenOneSizeHasSomeFree() throws IOException {
        write("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "3\n");
        write("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "4\n");

        assertThat(find("hugepages").verdict()).isEqualTo(Verdict.READY);
        assertThat(find("hugepages").reason()).contains("3 of 4 free of 2048kB");
    }

    @Test
    void onlyPathsThatDevicesUseAreSpokenOf() {
        assertThat(PathChecks.of(new Machine(root), trials))
                .extracting(Finding::name)
                .containsExactly("memif", "tap", "afpacket", "afxdp", "io_uring");
    }

    @Test
    void theRightsDecideAboutATap() throws IOException {
        write("dev/net/tun", "");
        write("proc/self/status", "CapEff:\t0000000000000000\n");
        assertThat(find("tap").verdict()).isEqualTo(Verdict.LIMITED);

        write("proc/self/status", "CapEff:\t0000000000001000\n");
        assertThat(find("tap").verdict()).isEqualTo(Verdict.READY);
    }

    @Test
    void theJsonHasAllFindings() {
        List<Finding> findings = BasicChecks.of(new Machine(root));

        Object read = Json.parse(DoctorCommand.json(findings));

        assertThat(read).asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(findings.size());
        assertThat(((List<?>) read).getFirst())
                .isEqualTo(
                        Map.of(
                                "area", "java",
                                "name", "JDK",
                                "verdict", "ready",
                                "reason", findings.getFirst().reason(),
                                "remedy", ""));
    }

    @Test
    void theTableShowsTheRemedyBelowTheReason() {
        String table =
                DoctorCommand.table(
                        List.of(Finding.missing("paths", "tap", "no device", "make one")));

        assertThat(table)
                .isEqualTo("paths\n  missing  tap  no device\n                remedy: make one\n");
    }

    @Test
    void whatTheKernelDoesWhenTriedDecides() throws IOException {
        assertThat(find("afxdp").remedy()).contains("CAP_BPF");
        assertThat(find("afpacket").remedy()).contains("CAP_NET_RAW");
        assertThat(find("io_uring").remedy()).contains("io_uring_disabled");
        assertThat(find("afpacket").reason()).contains("trying failed: EPERM");

        trials = new Trials(WORKS, WORKS, WORKS, WORKS);
        assertThat(find("afpacket").verdict()).isEqualTo(Verdict.READY);
        assertThat(find("io_uring").verdict()).isEqualTo(Verdict.READY);
    }

    @Test
    void virtualInterfacesDoForAfXdp() throws IOException {
        trials = new Trials(WORKS, WORKS, WORKS, WORKS);
        write("sys/class/net/lo/ifindex", "1");
        write("sys/class/net/bonding_masters", "");
        assertThat(find("afxdp").verdict()).isEqualTo(Verdict.LIMITED);
        assertThat(find("afxdp").reason()).contains("except for lo");

        for (int i = 2; i < 8; i++) {
            write("sys/class/net/veth" + i + "/ifindex", "" + i);
        }
        assertThat(find("afxdp").verdict()).isEqualTo(Verdict.READY);
        assertThat(find("afxdp").reason())
                .contains("veth2, veth3, veth4, veth5 and 2 more")
                .contains("copied");

        write("sys/class/net/eth0/device/vendor", "0x1af4");
        assertThat(find("afxdp").reason()).isEqualTo("on eth0 (?)");
    }
}
