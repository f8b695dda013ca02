package dev.ringroad.nvme;

import dev.ringroad.core.pci.PciBackEnds;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.core.pci.PciIdentity;

import java.io.IOException;

/** Controllers by the place that a user names. */
public final class NvmeControllers {
    private NvmeControllers() {}

    /**
     * Takes the function and brings its controller up.
     *
     * @param place as {@link PciBackEnds#open} has it
     * @throws IllegalArgumentException when the text names no function, or one that is no NVMe
     *     controller
     * @throws IOException when it cannot be had or does not come up; it says why
     */
    public static NvmeController open(String place, NvmeConfig config) throws IOException {
        PciDevice device = PciBackEnds.open(place);
        PciIdentity identity = PciIdentity.of(device.config());
        if (identity.classCode() != PciIdentity.CLASS_NVME) {
            device.close();
            throw new IllegalArgumentException(
                    place
                            + " is no NVMe drive, but "
                            + identity.className()
                            + " "
                            + identity.ids()
                            + ". Remedy: see ringroad nvme list.");
        }
        return NvmeController.open(device, config);
    }
}
