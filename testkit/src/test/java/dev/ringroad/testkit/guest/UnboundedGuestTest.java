package dev.ringroad.testkit.guest;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;

/**
 * PCI functions in a guest without an IOMMU: not unasked, and by the files of sysfs and VFIO's mode
 * without one. The tests share the guest, in order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class UnboundedGuestTest {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final String LONE = "0000:00:04.0";
    private static final String WARNING = "overwrites any memory of this machine";

    private GuestDrive drive;
    private Guest guest;

    @BeforeAll
    void boot(@TempDir Path folder) throws Exception {
        Guest.require();
        drive = GuestDrive.make(folder, "lone");
        GuestImage contents =
                new GuestImage()
                        .withoutIommu()
                        .modules("nvme", "vfio-pci", "vfio-iommu-type1")
                        .java();
        guest = Guest.boot(contents, folder, drive.options("addr=04.0"));
        guest.run("echo 48 >/proc/sys/vm/nr_hugepages", SOON);
    }

    @AfterAll
    void end() throws IOException {
        if (guest != null) {
            guest.close();
        }
    }

    private static String function(String place, String openFile) {
        String bytes = Integer.toString(GuestDrive.BYTES);
        return Guest.java(FunctionProgram.class, place, "lone", bytes, openFile);
    }

    @Test
    @Order(1)
    void nothingIsTakenUnasked() throws Exception {
        List<GuestResult> results =
                guest.commands(
                        SOON,
                        "sh rmmod vfio-pci",
                        "pci bind " + LONE,
                        "sh insmod /modules/vfio-pci.ko",
                        "pci bind " + LONE,
                        "open " + LONE,
                        "open vfio-noiommu:" + LONE,
                        "open sysfs:" + LONE,
                        "pci bind --driver none " + LONE);
        results.get(1).assertRefused("no PCI driver vfio-pci at the moment", "modprobe vfio-pci");
        results.get(3)
                .assertRefused(
                        LONE + " is behind no IOMMU that is in use",
                        "intel_iommu=on",
                        "enable_unsafe_noiommu_mode");
        results.get(4).assertRefused("No IOMMU is in use here");
        results.get(5).assertRefused(LONE + " cannot be had by VFIO without an IOMMU");
        results.get(6)
                .assertRefused(LONE + " belongs to the kernel's driver nvme, and two drivers");
        assertThat(results.get(7).output()).contains(LONE + " has no driver now");
        assertThat(results).noneMatch(result -> result.output().contains(WARNING));
    }

    @TestFactory
    @Order(2)
    List<DynamicTest> aFunctionIsOursBySysfs() throws Exception {
        String config = "/sys/devices/pci0000:00/" + LONE + "/config";
        GuestResult result = guest.attempt(function("sysfs:" + LONE, config), SOON);
        assertThat(result.output()).contains("opened through sysfs, without an IOMMU", WARNING);
        return CheckList.tests(result);
    }

    @Test
    @Order(3)
    void theImageHoldsWhatWasWrittenBySysfs() throws Exception {
        drive.assertWritten();
        drive.clear();
    }

    @Test
    @Order(4)
    void vfioTakesNothingUnaskedEither() throws Exception {
        List<GuestResult> results =
                guest.commands(
                        SOON,
                        "sh 'echo 1 >/sys/module/vfio/parameters/enable_unsafe_noiommu_mode'",
                        "pci bind " + LONE,
                        "open " + LONE,
                        "set ringroad.vfio.noiommu true",
                        "open " + LONE);
        assertThat(results.get(1).output())
                .contains(LONE + " belongs to vfio-pci now", "name it vfio-noiommu:" + LONE);
        results.get(2).assertRefused("No IOMMU keeps " + LONE, "-Dringroad.vfio.noiommu=true");
        assertThat(results.get(2).output()).doesNotContain(WARNING);
        assertThat(results.get(4).output()).contains(LONE + " was opened", WARNING);
    }

    @TestFactory
    @Order(5)
    List<DynamicTest> aFunctionIsOursByVfioWithoutAnIommu() throws Exception {
        String file = guest.run("ls -d /dev/vfio/noiommu-*", SOON).strip();
        GuestResult result = guest.attempt(function("vfio-noiommu:" + LONE, file), SOON);
        assertThat(result.output()).contains(LONE + " runs without an IOMMU", WARNING);
        return CheckList.tests(result);
    }

    @Test
    @Order(6)
    void theImageHoldsWhatWasWrittenWithoutAnIommu() throws Exception {
        drive.assertWritten();
    }
}
