package dev.ringroad.core.pci.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ringroad.core.Leaks;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.pci.FakeTree;
import dev.ringroad.core.pci.PciAddress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What is said when VFIO cannot be had; where it can, testkit's guest drives real functions by it.
 */
@ExtendWith(Leaks.class)
class VfioBackEndTest {
    @TempDir Path root;
    private FakeTree machine;
    private PciAddress drive;
    private VfioBackEnd vfio;

    @BeforeEach
    void build() throws IOException {
        machine = new FakeTree(root);
        drive = machine.function("0000:00:04.0");
        vfio = new VfioBackEnd(machine.tree(), machine.proc(), machine.dev());
    }

    private void refuses(String... words) {
        assertThatThrownBy(() -> vfio.open(drive))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(words)
                .hasMessageContaining("Remedy: ");
    }

    @Test
    void withoutAnIommuItSaysHowToHaveOne() {
        refuses("No IOMMU is in use", "intel_iommu=on", "vfio-noiommu:0000:00:04.0");
    }

    @Test
    void behindNoIommuInAMachineThatHasOneItSaysSo() throws IOException {
        machine.group(machine.function("0000:00:05.0"), 3);

        refuses("behind no IOMMU", "slot");
    }

    @Test
    void aFunctionOfTheKernelsIsToldHowToBeTaken() throws IOException {
        machine.group(drive, 12);
        refuses("has no driver", "ringroad pci bind 0000:00:04.0");

        machine.driver(drive, "nvme");
        refuses("belongs to the driver nvme", "ringroad pci bind 0000:00:04.0");
        assertThat(vfio.functions()).isEmpty();
    }

    @Test
    void withoutTheModuleItSaysWhichOne() throws IOException {
        machine.group(drive, 12);
        machine.driver(drive, "vfio-pci");

        refuses("dev/vfio/vfio", "modprobe vfio-pci");
        assertThat(vfio.functions()).containsExactly(drive);
    }

    @Test
    void aFileThatIsNoContainerIsRefused() throws IOException {
        machine.group(drive, 12);
        machine.driver(drive, "mlx5_vfio_pci");
        machine.write("dev/vfio/vfio", new byte[0]);

        refuses("VFIO_GET_API_VERSION");
    }

    @Test
    void withoutAnIommuNothingIsOpenedUnasked() throws IOException {
        machine.group(drive, 12);
        machine.driver(drive, "vfio-pci");
        machine.write("dev/vfio/noiommu-12", new byte[0]);

        refuses("No IOMMU keeps", "-Dringroad.vfio.noiommu=true", "vfio-noiommu:0000:00:04.0");
    }

    @Test
    void askedForWithoutAnIommuItSaysWhatThatTakes() throws IOException {
        NoIommuBackEnd bare = new NoIommuBackEnd(machine.tree(), machine.proc(), machine.dev());

        assertThatThrownBy(() -> bare.open(drive))
                .hasMessageContaining("enable_unsafe_noiommu_mode");
        assertThat(bare.functions()).isEmpty();
    }

    @Test
    void theDevicesOwnFileIsTakenWhereThereAreNoGroups() throws IOException {
        machine.group(drive, 12);
        machine.driver(drive, "vfio-pci");
        machine.write("dev/iommu", new byte[0]);
        machine.write("dev/vfio/devices/vfio3", new byte[0]);
        Files.createDirectories(machine.tree().folder(drive).resolve("vfio-dev/vfio3"));

        assertThatThrownBy(() -> vfio.open(drive))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("IOMMU_IOAS_ALLOC");
    }

    @Test
    void whoHasTheGroupIsNamed() throws IOException {
        String path = machine.dev().resolve("vfio/12").toString();
        machine.write("proc/4711/comm", "java\n".getBytes(US_ASCII));
        Path fd = Files.createDirectories(machine.proc().resolve("4711/fd"));
        Files.createSymbolicLink(fd.resolve("5"), Path.of(path));
        VfioTrouble trouble = new VfioTrouble(machine.tree(), machine.proc());

        assertThat(trouble.ofGroup(refusal("open(" + path + ")", Errno.EBUSY), drive))
                .hasMessageContaining("process 4711 (java)");
        assertThat(trouble.ofGroup(refusal("open(" + path + ")", Errno.EACCES), drive))
                .hasMessageContaining("chown USER " + path);
        assertThat(trouble.ofGroup(refusal("open(" + path + ")", Errno.ENOENT), drive))
                .hasMessageContaining("--device " + path);
    }

    @Test
    void theMembersThatKeepAGroupFromBeingViableAreNamed() throws IOException {
        PciAddress card = machine.function("0000:00:05.0");
        PciAddress port = machine.function("0000:00:1c.0");
        machine.group(drive, 12);
        machine.group(card, 12);
        machine.group(port, 12);
        machine.driver(drive, "vfio-pci");
        machine.driver(card, "e1000e");
        machine.driver(port, "pcieport");
        VfioTrouble trouble = new VfioTrouble(machine.tree(), machine.proc());

        assertThat(trouble.notViable(12, drive))
                .hasMessageContaining("not viable")
                .hasMessageContaining("0000:00:05.0 (e1000e)")
                .hasMessageContaining("ringroad pci bind 0000:00:05.0)")
                .hasMessageNotContaining("1c.0");
    }

    @Test
    void theDevicesOwnFileTellsTheSameOfItsGroup() throws IOException {
        machine.group(drive, 12);
        VfioTrouble trouble = new VfioTrouble(machine.tree(), machine.proc());
        SystemCallException busy = refusal("ioctl(VFIO_DEVICE_BIND_IOMMUFD)", Errno.EBUSY);
        assertThat(trouble.ofDeviceByItself(busy, 12, drive))
                .hasMessageContaining("another program has it");
        SystemCallException forged = refusal("ioctl(VFIO_DEVICE_BIND_IOMMUFD)", Errno.EPERM);
        assertThat(trouble.ofDeviceByItself(forged, 12, drive))
                .hasMessageContaining("iommufd/parameters/allow_unsafe_interrupts");

        PciAddress card = machine.function("0000:00:05.0");
        machine.group(card, 12);
        machine.driver(card, "e1000e");
        assertThat(trouble.ofDeviceByItself(busy, 12, drive))
                .hasMessageContaining("Group 12 of 0000:00:04.0 is not viable")
                .hasMessageContaining("0000:00:05.0 (e1000e)");
        assertThat(trouble.ofDeviceByItself(forged, 12, drive))
                .hasMessageContaining("Group 12 of 0000:00:04.0 is not viable");
        assertThat(VfioTrouble.ofIommuFile(refusal("open(/dev/iommu)", Errno.ENODEV)))
                .hasMessageContaining("modprobe iommufd");
    }

    @Test
    void groupsThatVfioMadeWithoutAnIommuAreNone() throws IOException {
        machine.group(machine.function("0000:00:05.0"), 3);
        machine.write("sys/kernel/iommu_groups/3/name", "vfio-noiommu\n".getBytes(US_ASCII));

        refuses("No IOMMU is in use");
    }

    @Test
    void interruptsThatCouldBeForgedAreExplained() {
        VfioTrouble trouble = new VfioTrouble(machine.tree(), machine.proc());

        assertThat(trouble.ofIommu(refusal("ioctl(VFIO_SET_IOMMU, 3)", Errno.EPERM)))
                .hasMessageContaining("allow_unsafe_interrupts")
                .hasMessageContaining("interrupt remapping");
    }

    private static SystemCallException refusal(String call, int errno) {
        return new SystemCallException(call, errno, "");
    }
}
