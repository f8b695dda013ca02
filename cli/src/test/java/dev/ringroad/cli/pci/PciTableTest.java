package dev.ringroad.cli.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.bench.Json;
import dev.ringroad.core.pci.PciAddress;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

final class PciTableTest {
    @TempDir private Path root;
    private FakeMachine machine;

    @BeforeEach
    void build() throws IOException {
        machine = new FakeMachine(root);
        PciAddress drive = machine.function("0000:00:04.0", "0x010802", "1b36:0010");
        machine.driver(drive, "nvme");
        machine.group(drive, 12);
        machine.disk(drive, "nvme0n1", "259:0");
        machine.mount("259:0", "/srv\\012\\033[2J", "/dev/nvme0n1");
        machine.write(
                "sys/devices/pci0000:00/0000:00:04.0/resource",
                "0x00000000fe000000 0x00000000fe003fff 0x0000000000140204\n"
                        + "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
                        + "0x000000000000c000 0x000000000000c01f 0x0000000000040101\n"
                        + "garbage\n");
    }

    private List<PciAddress> functions() throws IOException {
        return machine.roots().tree().functions();
    }

    @Test
    void aLineTellsAllOfAFunction() throws IOException {
        assertThat(new PciTable(machine.roots()).text(functions(), true).lines())
                .containsExactly(
                        "ADDRESS       CLASS            ID         DRIVER  GROUP  NODE  USED BY",
                        "0000:00:04.0  NVMe controller  1b36:0010  nvme    12     -     nvme0n1 is"
                                + " mounted at /srv??[2J",
                        "    bar 0: 16384 bytes of memory at 0xfe000000",
                        "    bar 2: 32 bytes of ports at 0xc000");
    }

    @Test
    void theJsonSaysTheSame() throws IOException {
        Object read = Json.parse(new PciTable(machine.roots()).json(functions()));

        assertThat(read)
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("address", "0000:00:04.0")
                .containsEntry("classCode", "010802")
                .containsEntry("driver", "nvme")
                .containsEntry("numaNode", null)
                .containsEntry("usedBy", List.of("nvme0n1 is mounted at /srv??[2J"));
        assertThat(((Map<?, ?>) ((List<?>) read).getFirst()).get("bars"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(2);
    }

    @Test
    void aGroupThatIsNotViableIsTold() throws IOException {
        PciAddress card = machine.function("0000:00:05.0", "0x020000", "8086:10d3");
        machine.group(card, 12);
        machine.driver(card, "vfio-pci");

        assertThat(new PciTable(machine.roots()).text(List.of(card), false))
                .contains("not viable because of [0000:00:04.0]");
    }

    @Test
    void filesFullOfNonsenseDoNotMatter() throws IOException {
        PciAddress odd = machine.function("0000:00:06.0", "0xzz", "8086:10d3");
        machine.write("sys/devices/pci0000:00/0000:00:06.0/numa_node", "99999999999999999999");
        machine.write("sys/devices/pci0000:00/0000:00:06.0/resource", "0x 0x -\n\0\n".repeat(5000));
        machine.write("sys/bus/pci/devices/not-a-function", "");
        machine.write("sys/bus/pci/devices/0000:00:99.0", "");

        assertThat(functions()).hasSize(2).contains(odd);
        assertThat(new PciTable(machine.roots()).text(List.of(odd), true))
                .contains("device of before the classes");
    }

    @Test
    void thisMachineCanBeListed() throws IOException {
        Roots here = Roots.here();
        List<PciAddress> all =
                here.sysfs().resolve("bus/pci").toFile().isDirectory()
                        ? here.tree().functions()
                        : List.of();
        PciTable table = new PciTable(here);

        assertThat(table.text(all, true).lines()).hasSizeGreaterThan(all.size());
        assertThat(Json.parse(table.json(all)))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSameSizeAs(all);
    }
}
