package dev.ringroad.testkit.guest;

import static dev.ringroad.testkit.guest.CheckList.require;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.core.pci.PciBackEnds;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.NvmeStatus;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs in the guest: takes an NVMe function and shows that registers, memory, interrupts and reset
 * are ours, and, where an IOMMU keeps it in bounds, that nothing else is the device's. Then it has
 * the driver drive it, see {@link DriveChecks}.
 *
 * <p>Arguments: the function's place, the drive's serial number, its bytes, a file that is open
 * when the function is had in the way that is meant, and {@code bounds} when there is an IOMMU.
 */
final class FunctionProgram {
    private static final String BY_SYSFS = "sysfs:";
    private static final String BOUNDS = "bounds";
    private static final int NVME_OF_QEMU = 0x0010_1b36;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private FunctionProgram() {}

    public static void main(String[] arguments) throws Exception {
        CheckList list = new CheckList();
        String place = arguments[0];
        String serial = arguments[1];
        try (PciDevice device = PciBackEnds.open(place)) {
            list.check("it is had in the way that was meant", () -> requireOpen(arguments[3]));
            run(list, device, serial);
            if (place.startsWith(BY_SYSFS)) {
                list.check("interrupts are refused", () -> interruptsRefused(device));
            } else {
                list.check(
                        "an interrupt arrives on its descriptor, once", () -> interrupts(device));
            }
            if (arguments.length > 4 && arguments[4].equals(BOUNDS)) {
                list.check("memory that was given back is out of reach", () -> givenBack(device));
            }
            list.check(
                    "a reset stops the controller, and it comes up again",
                    () -> reset(device, serial));
        }
        new DriveChecks(list, !place.startsWith(BY_SYSFS))
                .run(place, serial, Long.parseLong(arguments[2]));
        System.exit(list.status());
    }

    private static void requireOpen(String file) throws IOException {
        List<String> open = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                if (Files.isSymbolicLink(one)) {
                    open.add(Files.readSymbolicLink(one).toString());
                }
            }
        }
        require(open.contains(file), file + " is not among " + open);
    }

    private static void run(CheckList list, PciDevice device, String serial) throws Exception {
        list.check(
                "configuration space tells vendor and device",
                () -> require(device.config().readInt(0) == NVME_OF_QEMU, "other identity"));
        list.check(
                "registers are mapped",
                () -> {
                    long cap = device.bar(0).readLong(ControllerRegister.CAP);
                    require(ControllerRegister.queueEntriesMax(cap) > 1, "CAP is " + cap);
                });
        device.busMaster(true);
        list.check("the device reaches memory", () -> identify(device, serial));
    }

    private static void reset(PciDevice device, String serial) throws Exception {
        device.reset();
        int enabled = device.bar(0).readInt(ControllerRegister.CC);
        require((enabled & ControllerRegister.CC_ENABLE) == 0, "it is still enabled");
        device.busMaster(true);
        identify(device, serial);
    }

    private static void interruptsRefused(PciDevice device) {
        require(device.interruptsMax() == 0, "there are some");
        try {
            device.enableInterrupts(1);
        } catch (IOException e) {
            return;
        }
        throw new AssertionError("it was done");
    }

    private static void identify(PciDevice device, String serial) throws Exception {
        try (BareController controller = new BareController(device)) {
            int status = controller.identify(controller.dataAddress());
            require(status == 0, "status " + NvmeStatus.sentence(status));
            String found = controller.serialNumber();
            require(found.equals(serial), "serial number " + found);
        }
    }

    /** The model tells of no failure, so it is the memory that is looked at. */
    private static void givenBack(PciDevice device) throws Exception {
        try (SharedRegion region = SharedRegion.allocate("given back", 4096, Placement.ordinary());
                BareController controller = new BareController(device)) {
            DmaMemory memory = device.dma().map(region);
            long address = memory.deviceAddress(0);
            require(controller.identify(address) == 0, "it was refused while it was lent");
            require(region.segment().get(JAVA_INT, 0) != 0, "nothing was written");
            memory.close();
            region.segment().fill((byte) 0);
            int ignored = controller.identify(address);
            require(region.segment().get(JAVA_INT, 0) == 0, "the device wrote there");
        }
    }

    private static void interrupts(PciDevice device) throws Exception {
        List<EventFd> vectors = device.enableInterrupts(2);
        try (BareController controller = new BareController(device);
                PollSet set = new PollSet(1)) {
            EventFd vector = vectors.getFirst();
            set.add(vector.descriptor().number(), PollSet.POLLIN);
            require(set.poll(0) == 0, "an interrupt came too early");
            controller.submitIdentify(controller.dataAddress());
            require(set.poll(PATIENCE_NANOS) == 1, "no interrupt came");
            require(vector.drain(), "there was nothing to drain");
            require(controller.awaitCompletion() == 0, "Identify failed");
            require(set.poll(0) == 0, "the interrupt came twice");
            require(!vectors.get(1).drain(), "it came on the other vector too");
        }
        require(device.enableInterrupts(0).isEmpty(), "descriptors are left");
    }
}
