package dev.ringroad.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.cli.common.Machine;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class PciChecksTest {
    @TempDir private Path root;

    private Finding find(String name) {
        return PciChecks.of(new Machine(root)).stream()
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void file(String path) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), "");
    }

    private void function(String address, String driver, int group) throws IOException {
        Path folder = Files.createDirectories(root.resolve("sys/bus/pci/devices/" + address));
        Path members = root.resolve("sys/kernel/iommu_groups/" + group);
        Files.createDirectories(members.resolve("devices/" + address));
        Files.createDirectories(root.resolve("sys/bus/pci/drivers/" + driver));
        Files.createSymbolicLink(
                folder.resolve("driver"), root.resolve("sys/bus/pci/drivers/" + driver));
        Files.createSymbolicLink(folder.resolve("iommu_group"), members);
    }

    @Test
    void aMachineWithoutAnythingIsToldWhatToDo() {
        assertThat(find("iommu").verdict()).isEqualTo(Verdict.MISSING);
        assertThat(find("iommu").remedy()).contains("intel_iommu=on").contains("firmware");
        assertThat(find("vfio").remedy()).contains("modprobe vfio-pci");
        assertThat(find("bound").remedy()).contains("ringroad pci bind");
    }

    @Test
    void aDeviceThatIsReadyIsNamed() throws IOException {
        file("dev/vfio/vfio");
        file("dev/vfio/12");
        function("0000:00:04.0", "vfio-pci", 12);

        assertThat(find("iommu").verdict()).isEqualTo(Verdict.READY);
        assertThat(find("vfio").verdict()).isEqualTo(Verdict.READY);
        assertThat(find("bound").reason()).isEqualTo("0000:00:04.0");
    }

    @Test
    void aNeighbourInTheWayIsNamed() throws IOException {
        function("0000:00:04.0", "vfio-pci", 12);
        function("0000:00:05.0", "e1000e", 12);

        assertThat(find("bound").verdict()).isEqualTo(Verdict.MISSING);
        assertThat(find("bound").remedy()).contains("ringroad pci bind 0000:00:05.0");
    }

    @Test
    void interruptsThatMayBeForgedAreTold() throws IOException {
        function("0000:00:04.0", "nvme", 12);
        Path parameters = root.resolve("sys/module/vfio_iommu_type1/parameters");
        Files.createDirectories(parameters);
        Files.writeString(parameters.resolve("allow_unsafe_interrupts"), "Y\n");

        assertThat(find("iommu").verdict()).isEqualTo(Verdict.LIMITED);
        assertThat(find("iommu").reason()).contains("forge");
    }
}
