package dev.ringroad.core.pci.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.Leaks;
import dev.ringroad.core.pci.FakeTree;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciAddress;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciHeader;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

@ExtendWith(Leaks.class)
class SysfsBackEndTest {
    private static final String FOLDER = "sys/bus/pci/devices/0000:00:04.0/";

    @TempDir Path root;
    private FakeTree machine;
    private PciAddress drive;
    private SysfsBackEnd sysfs;

    @BeforeEach
    void build() throws IOException {
        machine = new FakeTree(root);
        drive = machine.function("0000:00:04.0");
        sysfs = new SysfsBackEnd(machine.tree(), machine.proc());
        byte[] config = new byte[4096];
        config[0] = 0x36;
        config[1] = 0x1b;
        config[PciHeader.COMMAND] = PciHeader.COMMAND_BUS_MASTER;
        machine.write(FOLDER + "config", config);
        text("enable", "0\n");
        text("reset", "");
        text("numa_node", "0\n");
        text(
                "resource",
                "0x00000000fe000000 0x00000000fe003fff 0x0000000000140204\n"
                        + "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
                        + "0x000000000000c000 0x000000000000c01f 0x0000000000040101\n");
        machine.write(FOLDER + "resource0", new byte[0x4000]);
        machine.write(FOLDER + "resource2", new byte[32]);
    }

    private void text(String file, String text) throws IOException {
        machine.write(FOLDER + file, text.getBytes(StandardCharsets.UTF_8));
    }

    private String read(String file) throws IOException {
        return Files.readString(root.resolve(FOLDER + file));
    }

    @Test
    void registersAreMappedAndPortsAreRead() throws IOException {
        try (PciDevice device = sysfs.open(drive)) {
            Mmio memory = device.bar(0);
            Mmio ports = device.bar(2);
            memory.writeInt(0x3ffc, 0x12345678);
            ports.writeShort(30, (short) 0x4711);

            assertThat(device.bar(0)).isSameAs(memory);
            assertThat(memory.byteSize()).isEqualTo(0x4000);
            assertThat(ports.readShort(30)).isEqualTo((short) 0x4711);
            assertThat(read("enable")).isEqualTo("1");
            assertThat(device.numaNode()).isZero();
            assertThatThrownBy(() -> device.bar(1)).hasMessageContaining("register 1");
        }
        assertThat(Files.readAllBytes(root.resolve(FOLDER + "resource0"))[0x3ffc])
                .isEqualTo((byte) 0x78);
    }

    @Test
    void theFunctionReachesMemoryOnlyWhenAllowed() throws IOException {
        PciDevice device = sysfs.open(drive);
        int bit = PciHeader.COMMAND_BUS_MASTER;
        assertThat(device.config().readShort(PciHeader.COMMAND) & bit).isZero();

        device.busMaster(true);
        assertThat(device.config().readShort(PciHeader.COMMAND) & bit).isEqualTo(bit);

        device.close();
        device.close();
        assertThat(Files.readAllBytes(root.resolve(FOLDER + "config"))[PciHeader.COMMAND] & bit)
                .isZero();
        assertThat(read("reset")).isEqualTo("1");
        assertThat(read("enable")).isEqualTo("0");
        assertThatThrownBy(() -> device.bar(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void interruptsCannotBeHad() throws IOException {
        try (PciDevice device = sysfs.open(drive)) {
            assertThat(device.interruptsMax()).isZero();
            assertThat(device.enableInterrupts(0)).isEmpty();
            assertThatThrownBy(() -> device.enableInterrupts(1)).hasMessageContaining("poll");
        }
    }

    @Test
    void aFunctionOfADriverIsRefused() throws IOException {
        machine.driver(drive, "nvme");

        assertThatThrownBy(() -> sysfs.open(drive))
                .hasMessageContaining("nvme")
                .hasMessageContaining("--driver none");
        assertThat(sysfs.functions()).isEmpty();
    }

    @Test
    void aFunctionBehindAnIommuIsRefusedUnlessThatTranslatesNothing() throws IOException {
        machine.group(drive, 12);
        machine.write(
                "sys/kernel/iommu_groups/12/type", "DMA-FQ\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> sysfs.open(drive))
                .hasMessageContaining("behind an IOMMU")
                .hasMessageContaining("VFIO");

        machine.write(
                "sys/kernel/iommu_groups/12/type", "identity\n".getBytes(StandardCharsets.UTF_8));
        assertThat(sysfs.functions()).containsExactly(drive);
        sysfs.open(drive).close();
    }

    @Test
    void aResourceFileThatIsShorterThanSaidEndsInAnErrorAndNotInTheProcess() throws IOException {
        machine.write(FOLDER + "resource0", new byte[16]);
        text("resource", "0x1000 0xffffffffffffffff 0x200\nx\n-1 0 0\n0xf000 0x1000 0x200\n");

        try (PciDevice device = sysfs.open(drive)) {
            for (int i = 0; i < 6; i++) {
                int index = i;
                assertThatThrownBy(() -> device.bar(index)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void memoryOfOrdinaryPagesIsRefusedAndHugepagesAreAskedFor() throws IOException {
        try (PciDevice device = sysfs.open(drive)) {
            assertThatThrownBy(() -> device.dma().allocate("test", 4096))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Remedy: ");
        }
    }
}
