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

import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
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

    /** In the guest, while the kernel has it. */
    private static final String DRIVE = "/dev/$(ls /sys/bus/pci/devices/" + LONE + "/nvme)n1";

    private static final int DRIVE_BYTES = 16 << 20;

    private Path image;
    private Guest guest;

    @BeforeAll
    void boot(@TempDir Path folder) throws Exception {
        Guest.require();
        Requirement.programs("e2fsprogs", "mkfs.ext4");
        image = folder.resolve("lone.img");
        List<String> devices = new ArrayList<>();
        devices.addAll(drive(folder, "lone", "addr=04.0"));
        devices.addAll(drive(folder, "first", "addr=05.0,multifunction=on"));
        devices.addAll(drive(folder, "second", "addr=05.1"));
        GuestImage contents =
                new GuestImage()
                        .modules("nvme", "vfio-pci", "vfio-iommu-type1", "crc32c_generic", "ext4")
                        .programs("mkfs.ext4")
                        .java();
        guest = Guest.boot(contents, folder, devices);
    }

    private static List<String> drive(Path folder, String name, String place) throws Exception {
        Path image = folder.resolve(name + ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(DRIVE_BYTES);
        }
        return List.of(
                "-drive",
                "if=none,format=raw,id=" + name + ",file=" + image,
                "-device",
                "nvme,serial=" + name + ",drive=" + name + "," + place);
    }

    @AfterAll
    void end() {
        if (guest != null) {
            guest.close();
        }
    }

    @Test
    @Order(1)
    void failuresAreExplained() throws Exception {
        guest.run("ringroad pci bind " + FIRST_OF_TWO, SOON);
        String said =
                guest.run(Guest.java(OpenProgram.class, LONE, FIRST_OF_TWO, "0000:1f:00.0"), SOON);
        assertThat(said)
                .contains(LONE + " was refused: ")
                .contains(LONE + " belongs to the driver nvme and not to VFIO")
                .contains("is not viable: the kernel still drives " + SECOND_OF_TWO + " (nvme)")
                .contains("There is no PCI function 0000:1f:00.0");
    }

    @Test
    @Order(2)
    void aDriveWithAMountedFileSystemStaysTheKernels() throws Exception {
        guest.run("mkfs.ext4 -q " + DRIVE + " && mount " + DRIVE + " /mnt", SOON);
        GuestResult result = guest.attempt("ringroad pci bind " + LONE, SOON);
        guest.run("umount /mnt && test -b " + DRIVE, SOON);
        assertThat(result.status()).as(result.toString()).isNotZero();
        assertThat(result.output()).contains(LONE + " is in use: ", "/mnt", "Unmount it first");
    }

    @TestFactory
    @Order(3)
    List<DynamicTest> aFunctionIsOurs() throws Exception {
        String bound = guest.run("ringroad pci bind " + LONE, SOON);
        assertThat(bound).contains(LONE + " belongs to vfio-pci now, and to nvme no more");
        return results(guest.attempt(Guest.java(VfioProgram.class, LONE, "lone"), SOON));
    }

    @TestFactory
    @Order(4)
    List<DynamicTest> theDriverDrivesIt() throws Exception {
        String bytes = Integer.toString(DRIVE_BYTES);
        return results(guest.attempt(Guest.java(DriveProgram.class, LONE, "lone", bytes), SOON));
    }

    @Test
    @Order(5)
    void theImageHoldsWhatWasWritten() throws Exception {
        try (FileChannel file = FileChannel.open(image);
                Arena arena = Arena.ofConfined()) {
            MemorySegment content = file.map(FileChannel.MapMode.READ_ONLY, 0, DRIVE_BYTES, arena);
            long written = DriveProgram.WRITTEN_BYTES;
            assertThat(Pattern.mismatch(content.asSlice(0, written))).isEqualTo(-1);
        }
    }

    @Test
    @Order(6)
    void theKernelsDriverGetsItBackWithItsContent() throws Exception {
        String said = guest.run("ringroad pci unbind " + LONE, SOON);
        assertThat(said).contains(LONE + " belongs to the kernel's nvme again");
        String blocks = "bs=64k count=" + DriveProgram.WRITTEN_BYTES / 65536;
        String seen = guest.run("dd if=" + DRIVE + " " + blocks + " 2>/dev/null | sha256sum", SOON);
        String there = "head -c %d '%s' | sha256sum".formatted(DriveProgram.WRITTEN_BYTES, image);
        assertThat(seen.strip()).isEqualTo(Child.run(SOON, "sh", "-c", there).strip());
    }

    private static List<DynamicTest> results(GuestResult result) {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : result.output().lines().toList()) {
            boolean ok = line.startsWith(CheckList.OK);
            if (ok || line.startsWith(CheckList.FAILED)) {
                String name = line.substring(line.indexOf(' ') + 1);
                tests.add(
                        DynamicTest.dynamicTest(
                                name, () -> assertThat(ok).as(result.toString()).isTrue()));
            }
        }
        tests.add(
                DynamicTest.dynamicTest(
                        "all was tried",
                        () -> assertThat(result.status()).as(result.toString()).isZero()));
        return tests;
    }
}
