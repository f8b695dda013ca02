package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.Leaks;
import dev.ringroad.core.linux.Capabilities.Capability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

@ExtendWith(Leaks.class)
class FactsTest {
    @TempDir Path folder;

    private String file(String text) throws Exception {
        return Files.writeString(folder.resolve("fact"), text).toString();
    }

    @Test
    void probesLeaveNothingOpenAndExplainThemselves() {
        List<Probe> probes =
                List.of(
                        KernelFeatures.tun(),
                        KernelFeatures.vfio(),
                        KernelFeatures.vhostNet(),
                        KernelFeatures.packetSocket(),
                        KernelFeatures.xdpSocket(),
                        KernelFeatures.ioUring(),
                        KernelFeatures.bpf());
        for (Probe probe : probes) {
            assertThat(probe.reason()).startsWith(probe.what()).matches(".* (works|failed: .+)");
        }
    }

    @Test
    void aFailedProbeNamesItsReason() {
        assertThat(new Probe("socket(AF_XDP)", Errno.EPERM).reason())
                .isEqualTo("socket(AF_XDP) failed: EPERM, operation not permitted");
    }

    @Test
    void readsCapabilitiesFromTheMask() {
        Capabilities two = Capabilities.ofMask(1L << 12 | 1L << 39);
        assertThat(two.effective()).containsExactly(Capability.NET_ADMIN, Capability.BPF);
        assertThat(two.has(Capability.NET_RAW)).isFalse();
        assertThat(Capability.NET_ADMIN.kernelName()).isEqualTo("CAP_NET_ADMIN");
        if (Processes.userId() != 0) {
            assertThat(Capabilities.current().has(Capability.SYS_ADMIN)).isFalse();
        }
    }

    @Test
    void limitsAreReadAsTheyStand() throws Exception {
        assertThat(Limits.openDescriptors().soft()).isPositive();
        assertThat(Limits.lockedBytes().soft()).isGreaterThanOrEqualTo(Limits.UNLIMITED);
    }

    @Test
    void thisMachineHasMemoryAndACpu() throws Exception {
        assertThat(Machine.availableBytes()).isPositive();
        assertThat(Machine.networkInterfaces()).contains("lo");
        BitSet allowed = Affinity.allowedCpus();
        assertThat(allowed.get(Affinity.currentCpu())).isTrue();
        assertThat(KernelFeatures.release()).isNotBlank();
    }

    @Test
    void hugepagesAreFreeUpToTheirTotal() {
        for (Hugepages pages : Hugepages.ofMachine()) {
            assertThat(Long.bitCount(pages.pageBytes())).isEqualTo(1);
            assertThat(pages.free()).isBetween(0L, pages.total());
        }
        assertThat(Hugepages.ofNode(4095)).isEmpty();
    }

    @Test
    void understandsListsOfCpus() throws Exception {
        assertThat(KernelText.list(file("0-2,5,7-8\n")).stream().boxed())
                .containsExactly(0, 1, 2, 5, 7, 8);
        assertThat(KernelText.list(file("\n"))).isEqualTo(new BitSet());
        assertThat(KernelText.list(file("x,3-1,-,99999999-99999999,4")).stream().boxed())
                .containsExactly(4);
    }

    @Test
    void understandsChoicesAndFields() throws Exception {
        assertThat(KernelText.chosen(file("always [madvise] never\n"))).isEqualTo("madvise");
        assertThat(KernelText.chosen(file("none\n"))).isEqualTo("none");
        assertThat(KernelText.field(file("A:\t1\nAB: 2\n"), "AB")).isEqualTo("2");
        assertThat(KernelText.read(folder + "/nothing")).isEmpty();
        assertThat(KernelText.names(folder + "/nothing")).isEmpty();
    }
}
