package dev.ringroad.cli.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.pci.PciAddress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class PciBindingTest {
    private static final String VFIO = "vfio-pci";

    @TempDir private Path root;
    private FakeMachine machine;
    private PciBinding binding;
    private PciAddress drive;
    private PciAddress card;

    @BeforeEach
    void build() throws IOException {
        machine = new FakeMachine(root);
        drive = machine.function("0000:00:04.0", "0x010802", "1b36:0010");
        card = machine.function("0000:00:05.0", "0x020000", "8086:10d3");
        machine.disk(drive, "nvme0n1", "259:0");
        machine.networkInterface(card, "eth0");
        machine.driver(drive, "nvme");
        machine.driver(card, "e1000e");
        machine.group(drive, 12);
        machine.group(card, 13);
        binding = new PciBinding(machine.roots(), machine);
    }

    private void refuses(PciAddress address, String driver, boolean force, String... words) {
        assertThatThrownBy(() -> binding.check(address, driver, force))
                .isInstanceOf(Refusal.class)
                .hasMessageContainingAll(words);
        assertThat(machine.written).isEmpty();
    }

    @Test
    void aDriveGoesToVfioAndBack() {
        binding.check(drive, VFIO, false);
        assertThat(binding.bind(drive, VFIO))
                .contains("belongs to vfio-pci now", "nvme no more", "dev/vfio/12");
        assertThat(machine.roots().tree().driver(drive)).hasValue(VFIO);

        assertThat(binding.bind(drive, VFIO)).contains("already");
        assertThat(binding.unbind(drive)).contains("kernel's nvme again");
        assertThat(machine.roots().tree().driver(drive)).hasValue("nvme");
        assertThat(machine.written)
                .containsExactly(
                        "driver_override vfio-pci",
                        "unbind 0000:00:04.0",
                        "drivers_probe 0000:00:04.0",
                        "driver_override ",
                        "unbind 0000:00:04.0",
                        "drivers_probe 0000:00:04.0");
        assertThat(binding.unbind(drive)).contains("already");
    }

    @Test
    void aMountedDriveStaysWhateverIsSaid() throws IOException {
        machine.mount("259:0", "/", "/dev/nvme0n1");

        refuses(drive, VFIO, false, "mounted at /", "0000:00:04.0");
        refuses(drive, VFIO, true, "mounted at /", "--force does not change that");
        refuses(drive, PciBinding.NO_DRIVER, true, "mounted at /");
    }

    @Test
    void anInterfaceWithARouteNeedsForce() throws IOException {
        machine.route("eth0", "00000000", "00000000");

        refuses(card, VFIO, false, "eth0 has the default route", "--force");
        binding.check(card, VFIO, true);
    }

    @Test
    void whatCannotBeFoundOutIsRefused() throws IOException {
        Files.delete(root.resolve("proc/self/mountinfo"));

        refuses(drive, VFIO, true, "cannot be found out");
    }

    @Test
    void whatIsNotThereIsRefused() {
        refuses(PciAddress.parse("ffff:00:00.0"), VFIO, true, "ringroad pci list");
        refuses(drive, "nosuch", true, "modprobe nosuch");
    }

    @Test
    void aBridgeIsRefused() throws IOException {
        PciAddress bridge = machine.function("0000:00:01.0", "0x060400", "8086:1234");

        refuses(bridge, VFIO, true, "PCI bridge");
    }

    @Test
    void withoutAnIommuVfioIsRefusedUnlessThatWasAccepted() throws IOException {
        PciAddress bare = machine.function("0000:00:07.0", "0x020000", "8086:10d3");

        refuses(bare, VFIO, true, "intel_iommu=on", "enable_unsafe_noiommu_mode");
        machine.write("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y\n");
        binding.check(bare, VFIO, false);
    }

    @Test
    void aNeighbourThatTheKernelDrivesIsNamed() throws IOException {
        machine.group(card, 12);

        assertThat(binding.bind(drive, VFIO)).contains("not viable", "bind 0000:00:05.0 too");
    }

    @Test
    void aFunctionThatVfioDoesNotTakeGoesBack() {
        machine.vfioRefuses();

        assertThatThrownBy(() -> binding.bind(drive, VFIO))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("gone back to nvme")
                .hasMessageContaining("dmesg");
        assertThat(machine.roots().tree().driver(drive)).hasValue("nvme");
    }

    @Test
    void aFunctionThatAProgramHasStays() throws IOException {
        machine.driver(drive, VFIO);
        machine.process(4711, "java", "dev/vfio/12");

        assertThatThrownBy(() -> binding.unbind(drive))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("process 4711 (java)");
        refuses(drive, "nvme", true, "process 4711 (java)");
    }

    @Test
    void noDriverAtAllCanBeHad() {
        binding.check(drive, PciBinding.NO_DRIVER, false);

        assertThat(binding.bind(drive, PciBinding.NO_DRIVER)).contains("no driver now");
        assertThat(machine.roots().tree().driver(drive)).isEmpty();
        assertThat(binding.unbind(drive)).contains("kernel's nvme again");
    }

    @Test
    void aDriverThatIsNotLoadedAnyMoreIsTold() throws IOException {
        PciAddress orphan = machine.function("0000:00:08.0", "0x020000", "8086:10d3");
        machine.driver(orphan, VFIO);

        assertThat(binding.unbind(orphan)).contains("no driver now");
    }
}
