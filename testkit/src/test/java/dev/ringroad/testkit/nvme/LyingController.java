package dev.ringroad.testkit.nvme;

import dev.ringroad.bench.nvme.InstantController;
import dev.ringroad.bench.nvme.ModelDevice;
import dev.ringroad.bench.nvme.ModelQueue;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.NamespaceList;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/**
 * A controller that is as it should be until a test gives it a lie. What it was asked is kept, for
 * tests to look at.
 */
final class LyingController extends InstantController {
    /** What it was asked through I/O queues: 64 bytes each. */
    final List<MemorySegment> commands = new ArrayList<>();

    /** The opcodes that it was asked through the admin queue. */
    final List<Integer> adminOpcodes = new ArrayList<>();

    /** What it does with an I/O command; at first it completes it. */
    Lie lie = LyingController::complete;

    /** What it says of itself, changed. */
    Consumer<IdentifyController> ofController = identity -> {};

    Consumer<IdentifyNamespace> ofNamespace = identity -> {};
    Consumer<NamespaceList> ofList = list -> {};

    /** What it answers to admin commands, changed: from its result. */
    LongUnaryOperator ofResult = result -> result;

    /** The admin command that it refuses, with {@link #refusal}; -1 for none. */
    int refused = -1;

    int refusal = NvmeStatus.INTERNAL_ERROR;

    boolean becomesReady = true;
    boolean becomesFatal;
    boolean stops = true;
    boolean answersAdmin = true;

    /** What becomes of a command that was taken. */
    interface Lie {
        /** Posts what it likes to the queue. */
        void answer(ModelQueue queue, MemorySegment command);
    }

    LyingController(ModelDevice device) {
        super(device);
    }

    /** As it should be. */
    static void complete(ModelQueue queue, MemorySegment command) {
        queue.complete(0, SubmissionEntry.commandId(command, 0), NvmeStatus.SUCCESS);
    }

    @Override
    protected int serve(ModelQueue queue) {
        int done = 0;
        while (queue.hasCommand()) {
            MemorySegment command =
                    MemorySegment.ofArray(
                            queue.submissions()
                                    .asSlice(queue.take(), SubmissionEntry.BYTES)
                                    .toArray(ValueLayout.JAVA_BYTE));
            commands.add(command);
            lie.answer(queue, command);
            interrupt(queue);
            done++;
        }
        return done;
    }

    @Override
    public int step() {
        return answersAdmin || queue(0) == null ? super.step() : 0;
    }

    @Override
    protected int administer(int opcode, MemorySegment entries, long at) {
        adminOpcodes.add(opcode);
        return opcode == refused ? refusal : super.administer(opcode, entries, at);
    }

    @Override
    protected long result(int opcode, MemorySegment entries, long at) {
        return ofResult.applyAsLong(super.result(opcode, entries, at));
    }

    @Override
    protected void enabled() {
        if (becomesFatal) {
            put(ControllerRegister.CSTS, ControllerRegister.CSTS_FATAL);
        } else if (becomesReady) {
            super.enabled();
        }
    }

    @Override
    protected void disabled() {
        if (stops) {
            super.disabled();
        }
    }

    /** As after power-on: whatever it refused to do before, its registers are zero. */
    void powerOn() {
        stops = true;
        becomesReady = true;
        becomesFatal = false;
        answersAdmin = true;
        put(ControllerRegister.CC, 0);
        put(ControllerRegister.CSTS, 0);
    }

    /** What the driver has at a device address. */
    MemorySegment lookAt(long deviceAddress, long bytes) {
        return memory(deviceAddress, bytes);
    }

    /** Writes a register of eight bytes. */
    void register(int register, long value) {
        putLong(register, value);
    }

    /** Writes a register of four bytes. */
    void status(int value) {
        put(ControllerRegister.CSTS, value);
    }

    @Override
    protected void identify(IdentifyController identity) {
        super.identify(identity);
        ofController.accept(identity);
    }

    @Override
    protected void identify(IdentifyNamespace identity) {
        super.identify(identity);
        ofNamespace.accept(identity);
    }

    @Override
    protected void identify(NamespaceList list) {
        super.identify(list);
        ofList.accept(list);
    }
}
