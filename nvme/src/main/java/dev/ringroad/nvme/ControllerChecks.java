package dev.ringroad.nvme;

import dev.ringroad.core.pci.Mmio;
import dev.ringroad.nvme.command.ControllerRegister;

import java.io.IOException;

/** Whether what a controller says of itself in its registers makes sense. */
final class ControllerChecks {
    private static final int PAGE_SHIFT_MAX = 16;
    private static final int ENTRIES_LEAST = 2;

    private ControllerChecks() {}

    /**
     * Reads CAP, and believes it.
     *
     * @throws IOException when it cannot be that of a controller that this driver can drive
     */
    static long capabilities(String name, Mmio registers) throws IOException {
        String who = "The NVMe controller " + name;
        if (registers.byteSize() < ControllerRegister.DOORBELLS + 2L * Integer.BYTES) {
            throw new IOException(
                    who + " has only " + registers.byteSize() + " bytes of registers");
        }
        long cap = registers.readLong(ControllerRegister.CAP);
        if (cap == -1) {
            throw new IOException(
                    who
                            + " answers all ones: it was removed, has no power, or its memory is not"
                            + " enabled. Remedy: look whether it is still there.");
        }
        if (ControllerRegister.queueEntriesMax(cap) < ENTRIES_LEAST) {
            throw new IOException(who + " says that its queues have one entry at most");
        }
        if (ControllerRegister.pageShiftMin(cap) > PAGE_SHIFT_MAX) {
            throw new IOException(
                    who
                            + " wants pages of 2^"
                            + ControllerRegister.pageShiftMin(cap)
                            + " bytes, which this driver does not handle");
        }
        if ((ControllerRegister.commandSets(cap)
                        & (ControllerRegister.COMMAND_SETS_NVM
                                | ControllerRegister.COMMAND_SETS_OTHER))
                == 0) {
            throw new IOException(who + " has no NVM command set");
        }
        long last =
                ControllerRegister.completionDoorbell(0, ControllerRegister.doorbellStride(cap));
        if (last + Integer.BYTES > registers.byteSize()) {
            throw new IOException(who + " has its doorbells behind the end of its registers");
        }
        return cap;
    }
}
