package dev.ringroad.testkit.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.testkit.lab.Child;
import dev.ringroad.testkit.lab.Requirement;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** PCI functions by VFIO, behind an IOMMU, in one guest that the tests share in order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class VfioGuestTest {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final String LONE = "0000:00:04.0";
    private static final String FIRST_OF_TWO = "0000:00:05.0";
    private static final String SECOND_OF_TWO = "0000:00:05.1";
    private static final String CARD = "0000:00:06.0";
    private static final String BRIDGE = "0000:00:1f.0";
    private static final String BEHIND_PORT = "0000:01:00.0";
    private static final String NOTHING = "0000:00:1a.0";

    /** In the guest, while the kernel has it. */
    private static final String DRIVE = "/dev/$(ls /sys/bus/pci/devices/" + LONE + "/nvme)n1";

    private static final String BY_ITS_FILE = "JDK_JAVA_OPTIONS=-Dringroad.vfio.way=device ";

    private GuestDrive lone;
    private Guest guest;

    @BeforeAll
    void boot(@TempDir Path folder) throws Exception {
        Guest.require();
        Requirement.programs("e2fsprogs", "mkfs.ext4");
        lone = GuestDrive.make(folder, "lone");
        List<String> devices = new ArrayList<>(lone.options("addr=04.0"));
        devices.addAll(GuestDrive.make(folder, "first").options("addr=05.0,multifunction=on"));
        devices.addAll(GuestDrive.make(folder, "second").options("addr=05.1"));
        devices.addAll(List.of("-netdev", "user,id=net,restrict=on"));
        devices.addAll(List.of("-device", "virtio-net-pci,netdev=net,addr=06.0,romfile="));
        devices.addAll(List.of("-device", "pcie-root-port,id=rp,chassis=1,slot=1,addr=07.0"));
        devices.addAll(GuestDrive.make(folder, "pulled").options("bus=rp"));
        GuestImage contents =
                new GuestImage()
                        .modules("nvme", "vfio-pci", "vfio-iommu-type1", "crc32c_generic", "ext4")
                        .modules("virtio-pci", "virtio-net")
                        .programs("mkfs.ext4")
                        .java();
        guest = Guest.boot(contents, folder, devices);
    }

    @AfterAll
    void end() throws IOException {
        if (guest != null) {
            guest.close();
        }
    }

    @Test
    @Order(1)
    void whatWouldBeLostStaysTheKernels() throws Exception {
        guest.run("mkfs.ext4 -q " + DRIVE + " && mount " + DRIVE + " /mnt", SOON);
        List<GuestResult> results =
                guest.commands(SOON, "pci bind " + LONE, "pci bind " + CARD, "pci list");
        guest.run("umount /mnt && test -b " + DRIVE + " && test -e /sys/class/net/eth0", SOON);
        results.get(0).assertRefused(LONE + " is in use: ", "mounted at /mnt", "Unmount it first");
        results.get(1)
                .assertRefused(
                        CARD + " is in use: eth0 has the default route",
                        "Remove the routes first, or insist with --force");
        assertThat(results.get(2).output())
                .contains("n1 is mounted at /mnt", "eth0 has the default route");
    }

    @Test
    @Order(2)
    void failuresAreExplained() throws Exception {
        List<GuestResult> results =
                guest.commands(
                        SOON,
                        "pci bind " + NOTHING,
                        "pci bind " + BRIDGE,
                        "pci bind --driver warp-drive " + LONE,
                        "pci bind --driver pcieport " + LONE,
                        "open " + LONE,
                        "open " + NOTHING,
                        "pci bind " + FIRST_OF_TWO,
                        "open " + FIRST_OF_TWO,
                        "set ringroad.vfio.way device",
                        "open " + FIRST_OF_TWO,
                        "pci list " + FIRST_OF_TWO,
                        "pci bind " + LONE + " " + BEHIND_PORT);
        String notViable = "is not viable: the kernel still drives " + SECOND_OF_TWO + " (nvme)";
        results.get(0).assertRefused("There is no PCI function " + NOTHING);
        results.get(1).assertRefused(BRIDGE + " is a ", "name the device itself");
        results.get(2).assertRefused("The kernel has no PCI driver warp-drive", "modprobe");
        results.get(3).assertRefused("pcieport does not take " + LONE, "has gone back to nvme");
        results.get(4).assertRefused(LONE + " belongs to the driver nvme and not to VFIO");
        results.get(5).assertRefused("There is no PCI function " + NOTHING);
        assertThat(results.get(6).output()).contains("not viable yet: bind " + SECOND_OF_TWO);
        results.get(7).assertRefused(notViable);
        results.get(9).assertRefused(notViable);
        assertThat(results.get(10).output())
                .contains("group is not viable because of [" + SECOND_OF_TWO + "]");
        assertThat(results.get(11).output())
                .contains(LONE + " belongs to vfio-pci now, and to nvme no more")
                .contains(BEHIND_PORT + " belongs to vfio-pci now");
    }

    @TestFactory
    @Order(3)
    List<DynamicTest> aFunctionIsOursByItsGroup() throws Exception {
        return CheckList.tests(guest.attempt(drive("/dev/vfio/vfio"), SOON));
    }

    private static String drive(String openFile) {
        String bytes = Integer.toString(GuestDrive.BYTES);
        return Guest.java(FunctionProgram.class, LONE, "lone", bytes, openFile, "bounds");
    }

    @Test
    @Order(5)
    void theImageHoldsWhatWasWritten() throws Exception {
        lone.assertWritten();
        lone.clear();
    }

    @TestFactory
    @Order(6)
    List<DynamicTest> aFunctionIsOursByItsFile() throws Exception {
        return CheckList.tests(guest.attempt(BY_ITS_FILE + drive("/dev/iommu"), SOON));
    }

    @Test
    @Order(7)
    void theImageHoldsWhatWasWrittenThatWay() throws Exception {
        lone.assertWritten();
    }

    @TestFactory
    @Order(8)
    List<DynamicTest> aDriveThatIsPulledOutUnderCommandsIsGivenBack() throws Exception {
        // The first command passes, the others wait for minutes.
        guest.monitor().order("block_set_io_throttle pulled 1 0 0 0 0 0");
        String program = BY_ITS_FILE + Guest.java(RemovalProgram.class, BEHIND_PORT);
        guest.run("(" + program + " >/tmp/told 2>&1; echo $? >/tmp/status) &", SOON);
        guest.run(until("grep -q '" + RemovalProgram.UNDER_WAY + "' /tmp/told"), SOON);
        assertThat(guest.run("cat /tmp/told", SOON))
                .contains(BEHIND_PORT + " is in use by process ", "(java); end the program first");
        guest.monitor().order("device_del pulled-function");
        guest.run(until("test -s /tmp/status"), SOON);
        guest.run(until("! test -e /sys/bus/pci/devices/" + BEHIND_PORT), SOON);
        return CheckList.tests(guest.attempt("cat /tmp/told; exit $(cat /tmp/status)", SOON));
    }

    private static String until(String condition) {
        return "until " + condition + "; do sleep 0.1; done";
    }

    @Test
    @Order(9)
    void withoutFilesOfGroupsTheDevicesOwnIsTakenAndTheKernelGetsItBack() throws Exception {
        guest.run("rm /dev/vfio/[0-9]*", SOON);
        List<GuestResult> results = guest.commands(SOON, "open " + LONE, "pci unbind " + LONE);
        assertThat(results.get(0).output()).contains(LONE + " was opened");
        assertThat(results.get(1).output()).contains(LONE + " belongs to the kernel's nvme again");
        String blocks = "bs=64k count=" + DriveChecks.WRITTEN_BYTES / 65536;
        String seen = guest.run("dd if=" + DRIVE + " " + blocks + " 2>/dev/null | sha256sum", SOON);
        String there =
                "head -c %d '%s' | sha256sum".formatted(DriveChecks.WRITTEN_BYTES, lone.image());
        assertThat(seen.strip()).isEqualTo(Child.run(SOON, "sh", "-c", there).strip());
    }
}
