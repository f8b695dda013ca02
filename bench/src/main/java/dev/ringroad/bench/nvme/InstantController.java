package dev.ringroad.bench.nvme;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.FeatureId;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.IoCapabilities;
import dev.ringroad.nvme.command.NamespaceList;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A controller that completes every I/O command at once, without looking at its data: what is left
 * is the driver's own cost. It has one namespace, knows the admin commands that a driver needs, and
 * reads and writes nothing but registers and queues.
 *
 * <p>{@link #step} does what there is to do; whoever calls it again and again, on another processor
 * or at each access to a register, makes it a device. Tests derive from it what a controller should
 * not do. One thread at a time.
 */
public class InstantController {
    /** Bytes of a block. */
    public static final int BLOCK_BYTES = 512;

    /** Blocks of the namespace. */
    public static final long BLOCKS = 1L << 31;

    /** Doorbells far enough apart that no two share a pair of cache lines. */
    public static final int DOORBELL_STRIDE = 128;

    /** The most queue pairs, beside the admin queue. */
    public static final int QUEUE_PAIRS = 8;

    /** Entries of a queue at the most. */
    public static final int QUEUE_ENTRIES = 4096;

    /** What it says in CAP. */
    public static final long CAPABILITIES =
            ControllerRegister.capabilities(
                    QUEUE_ENTRIES,
                    5000,
                    DOORBELL_STRIDE,
                    ControllerRegister.COMMAND_SETS_NVM,
                    12,
                    16);

    private static final int VERSION = 0x00010400;
    private static final VarHandle INTS = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle LONGS = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final ModelDevice device;
    private final MemorySegment registers;
    private final MemorySegment memory;
    private final @Nullable ModelQueue[] queues = new ModelQueue[QUEUE_PAIRS + 1];
    private final long[] completionRings = new long[QUEUE_PAIRS + 1];
    private final int[] vectors = new int[QUEUE_PAIRS + 1];
    private int configuration;

    /**
     * @param device has at least {@link #registerBytes} of registers
     */
    public InstantController(ModelDevice device) {
        this.device = device;
        registers = device.registers();
        memory = device.memory();
        LONGS.setRelease(registers, ControllerRegister.CAP, CAPABILITIES);
        INTS.setRelease(registers, ControllerRegister.VS, VERSION);
    }

    /** How many bytes of registers it has. */
    public static long registerBytes() {
        return ControllerRegister.submissionDoorbell(QUEUE_PAIRS + 1, DOORBELL_STRIDE);
    }

    /** The device that it is. */
    protected final ModelDevice device() {
        return device;
    }

    /** Writes a register. */
    protected final void put(int register, int value) {
        INTS.setRelease(registers, register, value);
    }

    /** Writes a register of eight bytes. */
    protected final void putLong(int register, long value) {
        LONGS.setRelease(registers, register, value);
    }

    private int get(int register) {
        return (int) INTS.getAcquire(registers, register);
    }

    private long getLong(int register) {
        return (long) LONGS.getAcquire(registers, register);
    }

    /**
     * Does what there is to do.
     *
     * @return how many commands it has completed
     */
    public int step() {
        configure();
        int done = 0;
        for (ModelQueue queue : queues) {
            if (queue != null) {
                done += queue.id() == 0 ? administer(queue) : serve(queue);
            }
        }
        return done;
    }

    /** The I/O queue of that number, when there is one. */
    public final @Nullable ModelQueue queue(int id) {
        return queues[id];
    }

    private void configure() {
        int wanted = get(ControllerRegister.CC);
        if (wanted == configuration) {
            return;
        }
        configuration = wanted;
        if ((wanted & ControllerRegister.CC_ENABLE) == 0) {
            for (int id = 0; id <= QUEUE_PAIRS; id++) {
                queues[id] = null;
            }
            disabled();
        } else if ((wanted & ControllerRegister.CC_SHUTDOWN_MASK) != 0) {
            put(
                    ControllerRegister.CSTS,
                    ControllerRegister.CSTS_READY | ControllerRegister.CSTS_SHUTDOWN_COMPLETE);
        } else {
            int sizes = get(ControllerRegister.AQA);
            queues[0] =
                    queue(
                            0,
                            -1,
                            (sizes & 0xfff) + 1,
                            getLong(ControllerRegister.ASQ),
                            getLong(ControllerRegister.ACQ));
            enabled();
        }
    }

    /** Tells that it has stopped. */
    protected void disabled() {
        put(ControllerRegister.CSTS, 0);
    }

    /** Tells that it has started. */
    protected void enabled() {
        put(ControllerRegister.CSTS, ControllerRegister.CSTS_READY);
    }

    private ModelQueue queue(int id, int vector, int entries, long submissions, long completions) {
        return new ModelQueue(
                id,
                vector,
                registers,
                ControllerRegister.submissionDoorbell(id, DOORBELL_STRIDE),
                ControllerRegister.completionDoorbell(id, DOORBELL_STRIDE),
                memory(submissions, (long) entries * SubmissionEntry.BYTES),
                memory(completions, (long) entries * CompletionEntry.BYTES));
    }

    /** What the driver has at a device address. */
    protected final MemorySegment memory(long deviceAddress, long bytes) {
        return memory.asSlice(deviceAddress - ModelDevice.BASE, bytes);
    }

    /** Completes what is in an I/O queue. */
    protected int serve(ModelQueue queue) {
        int done = queue.completeAll();
        if (done > 0) {
            interrupt(queue);
        }
        return done;
    }

    /** Tells the driver of completions, where it wants to be told. */
    protected final void interrupt(ModelQueue queue) {
        if (queue.vector() >= 0) {
            device.interrupt(queue.vector());
        }
    }

    private int administer(ModelQueue queue) {
        int done = 0;
        while (queue.hasCommand()) {
            long at = queue.take();
            MemorySegment commands = queue.submissions();
            int opcode = SubmissionEntry.opcode(commands, at);
            if (opcode != AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST) {
                int status = administer(opcode, commands, at);
                queue.complete(
                        result(opcode, commands, at),
                        SubmissionEntry.commandId(commands, at),
                        status);
                done++;
            }
        }
        return done;
    }

    /** What an admin command answers, beside its status. */
    protected long result(int opcode, MemorySegment commands, long at) {
        int feature = SubmissionEntry.doubleWord(commands, at, 10) & 0xff;
        boolean queueCount =
                opcode == AdminOpcode.SET_FEATURES && feature == FeatureId.NUMBER_OF_QUEUES;
        return queueCount ? (QUEUE_PAIRS - 1) << 16 | (QUEUE_PAIRS - 1) : 0;
    }

    /**
     * Carries out an admin command.
     *
     * @return its status
     */
    protected int administer(int opcode, MemorySegment commands, long at) {
        return switch (opcode) {
            case AdminOpcode.IDENTIFY -> identify(commands, at);
            case AdminOpcode.SET_FEATURES, AdminOpcode.GET_FEATURES -> NvmeStatus.SUCCESS;
            case AdminOpcode.CREATE_COMPLETION_QUEUE -> createCompletions(commands, at);
            case AdminOpcode.CREATE_SUBMISSION_QUEUE -> createSubmissions(commands, at);
            case AdminOpcode.DELETE_SUBMISSION_QUEUE -> deleteSubmissions(commands, at);
            case AdminOpcode.DELETE_COMPLETION_QUEUE, AdminOpcode.ABORT -> NvmeStatus.SUCCESS;
            default -> NvmeStatus.INVALID_OPCODE | NvmeStatus.DO_NOT_RETRY;
        };
    }

    private int createCompletions(MemorySegment commands, long at) {
        int id = SubmissionEntry.doubleWord(commands, at, 10) & 0xffff;
        if (id < 1 || id > QUEUE_PAIRS) {
            return NvmeStatus.INVALID_QUEUE_ID;
        }
        int flags = SubmissionEntry.doubleWord(commands, at, 11);
        vectors[id] = (flags & 2) == 0 ? -1 : flags >>> 16;
        completionRings[id] = SubmissionEntry.prp1(commands, at);
        return NvmeStatus.SUCCESS;
    }

    private int createSubmissions(MemorySegment commands, long at) {
        int words = SubmissionEntry.doubleWord(commands, at, 10);
        int id = words & 0xffff;
        if (id < 1 || id > QUEUE_PAIRS) {
            return NvmeStatus.INVALID_QUEUE_ID;
        }
        queues[id] =
                queue(
                        id,
                        vectors[id],
                        (words >>> 16) + 1,
                        SubmissionEntry.prp1(commands, at),
                        completionRings[id]);
        return NvmeStatus.SUCCESS;
    }

    private int deleteSubmissions(MemorySegment commands, long at) {
        int id = SubmissionEntry.doubleWord(commands, at, 10) & 0xffff;
        if (id < 1 || id > QUEUE_PAIRS || queues[id] == null) {
            return NvmeStatus.INVALID_QUEUE_ID;
        }
        queues[id] = null;
        return NvmeStatus.SUCCESS;
    }

    private int identify(MemorySegment commands, long at) {
        MemorySegment answer = memory(SubmissionEntry.prp1(commands, at), IdentifyController.BYTES);
        answer.fill((byte) 0);
        switch (SubmissionEntry.doubleWord(commands, at, 10) & 0xff) {
            case IdentifyKind.CONTROLLER -> identify(new IdentifyController(answer));
            case IdentifyKind.NAMESPACE -> identify(new IdentifyNamespace(answer));
            case IdentifyKind.ACTIVE_NAMESPACES -> {
                if (SubmissionEntry.namespaceId(commands, at) == 0) {
                    identify(new NamespaceList(answer));
                }
            }
            default -> {
                return NvmeStatus.INVALID_FIELD;
            }
        }
        return NvmeStatus.SUCCESS;
    }

    /** Says what it is. */
    protected void identify(IdentifyController identity) {
        identity.serialNumber("1")
                .modelNumber("Ringroad instant controller")
                .firmwareRevision("1")
                .transferShift(7);
        identity.io()
                .namespaces(1)
                .optionalCommands(
                        IoCapabilities.COMPARE_SUPPORTED
                                | IoCapabilities.DATASET_MANAGEMENT_SUPPORTED
                                | IoCapabilities.WRITE_ZEROES_SUPPORTED
                                | IoCapabilities.VERIFY_SUPPORTED)
                .fusedOperations(IoCapabilities.COMPARE_AND_WRITE_SUPPORTED)
                .atomicCompareAndWriteBlocks(7)
                .submissionEntryShifts(IoCapabilities.entryShifts(6, 6))
                .completionEntryShifts(IoCapabilities.entryShifts(4, 4));
    }

    /** Says what its namespace is. */
    protected void identify(IdentifyNamespace identity) {
        identity.blocks(BLOCKS).capacityBlocks(BLOCKS).usedBlocks(BLOCKS).format(0, 9, 0);
    }

    /** Says which namespaces there are. */
    protected void identify(NamespaceList list) {
        list.id(0, 1);
    }
}
