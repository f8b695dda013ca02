package dev.ringroad.testkit.guest;

import static dev.ringroad.nvme.command.ControllerRegister.ACQ;
import static dev.ringroad.nvme.command.ControllerRegister.AQA;
import static dev.ringroad.nvme.command.ControllerRegister.ASQ;
import static dev.ringroad.nvme.command.ControllerRegister.CAP;
import static dev.ringroad.nvme.command.ControllerRegister.CC;
import static dev.ringroad.nvme.command.ControllerRegister.CC_COMPLETION_ENTRY_SHIFT;
import static dev.ringroad.nvme.command.ControllerRegister.CC_ENABLE;
import static dev.ringroad.nvme.command.ControllerRegister.CC_SUBMISSION_ENTRY_SHIFT;
import static dev.ringroad.nvme.command.ControllerRegister.CSTS;
import static dev.ringroad.nvme.command.ControllerRegister.CSTS_READY;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.core.pci.PciDevice;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.SubmissionEntry;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * As little of an NVMe controller's driver as shows that a PCI function is really ours: an admin
 * queue of a few entries, and Identify. One thread.
 */
final class BareController implements AutoCloseable {
    private static final int ENTRIES = 16;
    private static final long PAGE = 4096;
    private static final long COMPLETIONS_AT = PAGE;
    private static final long DATA_AT = 2 * PAGE;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Mmio registers;
    private final DmaMemory memory;
    private final int stride;
    private int tail;
    private int head;
    private int phase = 1;

    /** Brings the controller up; what it had before is gone. */
    BareController(PciDevice device) throws IOException {
        registers = device.bar(0);
        memory = device.dma().allocate("bare controller", 3 * PAGE);
        stride = ControllerRegister.doorbellStride(registers.readLong(CAP));
        registers.writeInt(CC, 0);
        await("stop", () -> (registers.readInt(CSTS) & CSTS_READY) == 0);
        registers.writeInt(AQA, (ENTRIES - 1) << 16 | (ENTRIES - 1));
        registers.writeLong(ASQ, memory.deviceAddress(0));
        registers.writeLong(ACQ, memory.deviceAddress(COMPLETIONS_AT));
        int sizes =
                SubmissionEntry.BYTES_SHIFT << CC_SUBMISSION_ENTRY_SHIFT
                        | CompletionEntry.BYTES_SHIFT << CC_COMPLETION_ENTRY_SHIFT;
        registers.writeInt(CC, sizes | CC_ENABLE);
        await("become ready", () -> (registers.readInt(CSTS) & CSTS_READY) != 0);
    }

    /** Where Identify may be written to. */
    long dataAddress() {
        return memory.deviceAddress(DATA_AT);
    }

    /** The serial number that the last Identify found. */
    String serialNumber() {
        return new IdentifyController(memory.segment().asSlice(DATA_AT, IdentifyController.BYTES))
                .serialNumber();
    }

    /**
     * Asks the controller who it is.
     *
     * @param deviceAddress where it is to write the answer
     * @return the status
     */
    int identify(long deviceAddress) {
        submitIdentify(deviceAddress);
        return awaitCompletion();
    }

    void submitIdentify(long deviceAddress) {
        MemorySegment entries = memory.segment();
        long at = (long) tail * SubmissionEntry.BYTES;
        SubmissionEntry.begin(entries, at, AdminOpcode.IDENTIFY, tail, 0);
        SubmissionEntry.prps(entries, at, deviceAddress, 0);
        SubmissionEntry.doubleWord(entries, at, 10, IdentifyKind.CONTROLLER);
        tail = (tail + 1) % ENTRIES;
        registers.writeInt(ControllerRegister.submissionDoorbell(0, stride), tail);
    }

    int awaitCompletion() {
        MemorySegment entries = memory.segment();
        long at = COMPLETIONS_AT + (long) head * CompletionEntry.BYTES;
        await("complete", () -> CompletionEntry.phase(entries, at) == phase);
        int status = CompletionEntry.status(entries, at);
        head = (head + 1) % ENTRIES;
        phase = head == 0 ? phase ^ 1 : phase;
        registers.writeInt(ControllerRegister.completionDoorbell(0, stride), head);
        return status;
    }

    /** A condition that the device brings about. */
    private interface Condition {
        boolean holds();
    }

    private static void await(String what, Condition condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("The controller did not " + what);
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        registers.writeInt(CC, 0);
        await("stop", () -> (registers.readInt(CSTS) & CSTS_READY) == 0);
        memory.close();
    }
}
