package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.pci.PciBackEnds;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeControllers;

import java.io.IOException;

/** Drives that a user has named, taken for one command. */
final class Drives {
    /** What is done with a drive while it is taken. */
    @FunctionalInterface
    interface Work<T> {
        T with(NvmeController controller) throws IOException;
    }

    private Drives() {}

    /**
     * Takes a drive, works with it, and gives it back.
     *
     * @param place as {@link PciBackEnds#open} has it
     * @throws Refusal when the drive cannot be had, or the work fails
     */
    static <T> T use(String place, Work<T> work) {
        try (NvmeController controller = NvmeControllers.open(place, oneQueue())) {
            return work.with(controller);
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw Refusal.failed(String.valueOf(e.getMessage()));
        }
    }

    private static NvmeConfig oneQueue() {
        return NvmeConfig.standard().queuePairsWanted(1);
    }
}
