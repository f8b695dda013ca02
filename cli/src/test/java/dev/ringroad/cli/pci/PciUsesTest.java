package dev.ringroad.cli.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.pci.PciUse.Weight;
import dev.ringroad.core.pci.PciAddress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

final class PciUsesTest {
    private static final String NVME = "0x010802";
    private static final String ETHERNET = "0x020000";

    @TempDir private Path root;
    private FakeMachine machine;
    private PciAddress drive;
    private PciAddress card;

    @BeforeEach
    void build() throws IOException {
        machine = new FakeMachine(root);
        drive = machine.function("0000:00:04.0", NVME, "1b36:0010");
        card = machine.function("0000:00:05.0", ETHERNET, "8086:10d3");
        machine.disk(drive, "nvme0n1", "259:0");
        machine.disk(drive, "nvme0n1/nvme0n1p1", "259:1");
        machine.networkInterface(card, "eth0");
    }

    private List<String> uses(PciAddress address, Weight weight) throws IOException {
        return new PciUses(machine.roots())
                .of(address).stream()
                        .filter(use -> use.weight() == weight)
                        .map(PciUse::what)
                        .toList();
    }

    @Test
    void whatIsIdleIsNamedOnly() throws IOException {
        assertThat(uses(drive, Weight.NONE)).containsExactly("nvme0n1", "nvme0n1p1");
        assertThat(uses(card, Weight.NONE)).containsExactly("eth0");
        assertThat(uses(drive, Weight.DATA)).isEmpty();
    }

    @Test
    void aMountedPartitionIsFoundByItsNumber() throws IOException {
        machine.mount("259:1", "/srv/my\\040data", "/dev/root");

        assertThat(uses(drive, Weight.DATA))
                .containsExactly("nvme0n1p1 is mounted at /srv/my data");
    }

    @Test
    void aMountIsFoundByItsSourceWhereTheNumberIsNobodys() throws IOException {
        machine.mount("0:44", "/srv", "/dev/nvme0n1");

        assertThat(uses(drive, Weight.DATA)).containsExactly("nvme0n1 is mounted at /srv");
    }

    @Test
    void aMountIsFoundThroughAllLayersAndTheirNames() throws IOException {
        machine.holder("md0", "9:0", "nvme0n1p1");
        machine.holder("dm-0", "253:0", "md0");
        Files.createDirectories(root.resolve("dev/mapper"));
        Files.createSymbolicLink(root.resolve("dev/mapper/vg-root"), Path.of("../dm-0"));
        machine.mount("0:45", "/", "/dev/mapper/vg-root");

        assertThat(uses(drive, Weight.DATA))
                .containsExactly("nvme0n1p1 > md0 > dm-0 is mounted at /");
    }

    @Test
    void holdersInACircleEnd() throws IOException {
        machine.holder("dm-0", "253:0", "nvme0n1");
        machine.holder("dm-1", "253:1", "dm-0");
        machine.holder("dm-0", "253:0", "dm-1");

        assertThat(uses(drive, Weight.DATA)).isEmpty();
    }

    @Test
    void swapIsFound() throws IOException {
        machine.write(
                "proc/swaps",
                "Filename\tType\tSize\tUsed\tPriority\n/dev/nvme0n1p1 partition\t8\t0\t-2\n");

        assertThat(uses(drive, Weight.DATA)).containsExactly("nvme0n1p1 is swapped to");
    }

    @Test
    void aSecondDeviceOfBtrfsIsFound() throws IOException {
        machine.write("sys/fs/btrfs/0-1-2/devices/nvme0n1p1", "");

        assertThat(uses(drive, Weight.DATA))
                .containsExactly("nvme0n1p1 is part of a mounted btrfs");
    }

    @Test
    void theDiskOfASubsystemBelongsToItsController() throws IOException {
        PciAddress other = machine.function("0000:00:06.0", NVME, "1b36:0010");
        machine.multipath(other, "nvme7n1", "259:7");
        machine.mount("259:7", "/mnt", "/dev/nvme7n1");

        assertThat(uses(other, Weight.DATA)).containsExactly("nvme7n1 is mounted at /mnt");
        assertThat(uses(drive, Weight.DATA)).isEmpty();
    }

    @Test
    void withoutAListOfMountsNobodyKnows() throws IOException {
        Files.delete(root.resolve("proc/self/mountinfo"));

        assertThatThrownBy(() -> new PciUses(machine.roots()).of(drive))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("mountinfo");
    }

    @Test
    void linesThatMakeNoSenseAreNoMountsAndNoRoutes() throws IOException {
        machine.append("proc/self/mountinfo", "\n-\n - \nx y z\n1 2 3 4 5 -\n\u00ff \\04 \\999\n");
        machine.append("proc/net/route", "\n\teth0\neth0\tzz\tzz\tzz\tzz\tzz\tzz\tzz\n");
        machine.append(
                "proc/net/ipv6_route", "eth0\n" + "z".repeat(32) + " 0 0 0 0 0 0 0 q eth0\n");
        machine.write("proc/swaps", "\n\n/dev/\n/dev/../../x\n");

        assertThat(uses(drive, Weight.DATA)).isEmpty();
        assertThat(uses(card, Weight.ROUTE)).isEmpty();
    }

    @Test
    void routesAreFound() throws IOException {
        machine.route("eth0", "00000000", "00000000");
        machine.route("eth0", "000200C0", "00FFFFFF");
        machine.append(
                "proc/net/ipv6_route",
                "20010db8000000000000000000000000 40 "
                        + "0".repeat(32)
                        + " 00 "
                        + "0".repeat(32)
                        + " 00000100 00000001 00000000 00000001     eth0\n"
                        + "fe800000000000000000000000000000 40 "
                        + "0".repeat(32)
                        + " 00 "
                        + "0".repeat(32)
                        + " 00000100 00000001 00000000 00000001     eth0\n");

        assertThat(uses(card, Weight.ROUTE))
                .containsExactly(
                        "eth0 has the default route",
                        "eth0 has the route to 192.0.2.0/24",
                        "eth0 has the route to 2001:0db8:0000:0000:0000:0000:0000:0000/64");
    }

    @Test
    void routesOfBondsAndBridgesAboveAreFound() throws IOException {
        machine.upper("eth0", "bond0");
        machine.upper("bond0", "br0");
        machine.route("br0", "00000000", "00000000");

        assertThat(uses(card, Weight.ROUTE))
                .containsExactly("eth0 > bond0 > br0 has the default route");
    }

    @Test
    void aProgramThatHasTheFunctionIsNamed() throws IOException {
        machine.group(drive, 12);
        machine.driver(drive, "vfio-pci");
        machine.process(4711, "java", "dev/vfio/12");

        assertThat(new PciUses(machine.roots()).holders(drive))
                .containsExactly("process 4711 (java)");
    }
}
