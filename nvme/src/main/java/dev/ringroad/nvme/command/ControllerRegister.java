package dev.ringroad.nvme.command;

/**
 * Where a controller's properties are, as registers of its first base address register or as
 * offsets of a Fabrics property (NVM Express Base Specification 2.0, section 3.1.3), and their
 * fields.
 *
 * <pre>
 *   CAP   63  60 59 58 57 56 55     52 51     48 47 46 45 44   37 36 35   32 31     24 23 19 18 17 16 15       0
 *         |  | CRMS|  |CMBS|  | MPSMAX | MPSMIN  |     |  | CSS   |  | DSTRD |   TO    |     | AMS |CQR|  MQES   |
 *   CC    31 24 23     20 19     16 15 14 13  11 10     7 6     4 3  1  0
 *         |    | IOCQES  | IOSQES  | SHN | AMS  |  MPS   |  CSS  |   | EN |
 *   CSTS  31  6  5   4    3    2  1   0
 *         |    | PP |NSSRO| SHST |CFS|RDY|
 * </pre>
 */
public final class ControllerRegister {
    /** Controller capabilities, 8 bytes. */
    public static final int CAP = 0x00;

    /** Version, 4 bytes, as {@link IdentifyController#version}. */
    public static final int VS = 0x08;

    public static final int INTMS = 0x0c;
    public static final int INTMC = 0x10;

    /** Controller configuration, 4 bytes. */
    public static final int CC = 0x14;

    /** Controller status, 4 bytes. */
    public static final int CSTS = 0x1c;

    public static final int NSSR = 0x20;

    /** Admin queue attributes, 4 bytes: both sizes less one, the completion queue's upper. */
    public static final int AQA = 0x24;

    /** Where the admin submission queue is, 8 bytes. */
    public static final int ASQ = 0x28;

    /** Where the admin completion queue is, 8 bytes. */
    public static final int ACQ = 0x30;

    /** Where the controller memory buffer is, 4 bytes. */
    public static final int CMBLOC = 0x38;

    /** How large the controller memory buffer is, 4 bytes. */
    public static final int CMBSZ = 0x3c;

    /** Control of the controller memory buffer's address, 8 bytes. */
    public static final int CMBMSC = 0x50;

    public static final int CMBSTS = 0x58;

    /** The first doorbell; see {@link #doorbellStride}. */
    public static final int DOORBELLS = 0x1000;

    public static final int CC_ENABLE = 1;
    public static final int CC_COMMAND_SETS_NVM = 0;
    public static final int CC_COMMAND_SETS_ALL = 6 << 4;
    public static final int CC_COMMAND_SETS_MASK = 7 << 4;
    public static final int CC_SHUTDOWN_MASK = 3 << 14;
    public static final int CC_SHUTDOWN_NORMAL = 1 << 14;
    public static final int CC_SHUTDOWN_ABRUPT = 2 << 14;
    public static final int CC_PAGE_SHIFT = 7;
    public static final int CC_SUBMISSION_ENTRY_SHIFT = 16;
    public static final int CC_COMPLETION_ENTRY_SHIFT = 20;

    public static final int CSTS_READY = 1;
    public static final int CSTS_FATAL = 1 << 1;
    public static final int CSTS_SHUTDOWN_MASK = 3 << 2;
    public static final int CSTS_SHUTDOWN_OCCURRING = 1 << 2;
    public static final int CSTS_SHUTDOWN_COMPLETE = 2 << 2;
    public static final int CSTS_SUBSYSTEM_RESET = 1 << 4;
    public static final int CSTS_PAUSED = 1 << 5;

    /** CAP.CSS: the NVM command set; one or more other command sets. */
    public static final int COMMAND_SETS_NVM = 1;

    public static final int COMMAND_SETS_OTHER = 1 << 6;
    public static final int COMMAND_SETS_NONE = 1 << 7;

    private static final int TIMEOUT_UNIT_MILLIS = 500;
    private static final int PAGE_SHIFT_LEAST = 12;

    private ControllerRegister() {}

    /** MQES: the most entries of an I/O queue, 1 to 65536; a controller owes at least 2. */
    public static int queueEntriesMax(long cap) {
        return (int) (cap & 0xffff) + 1;
    }

    /** CQR: whether queues have to be contiguous in memory. */
    public static boolean contiguousQueues(long cap) {
        return (cap >>> 16 & 1) != 0;
    }

    /** TO: how long a change of CC.EN may take, up to 127500 milliseconds. */
    public static int timeoutMillis(long cap) {
        return (int) (cap >>> 24 & 0xff) * TIMEOUT_UNIT_MILLIS;
    }

    /** DSTRD: bytes from one doorbell to the next, 4 to 131072. */
    public static int doorbellStride(long cap) {
        return Integer.BYTES << (int) (cap >>> 32 & 0xf);
    }

    /** CSS: {@link #COMMAND_SETS_NVM} and others. */
    public static int commandSets(long cap) {
        return (int) (cap >>> 37 & 0xff);
    }

    /** MPSMIN: the least page that the controller can be told, as a power of two, 12 to 27. */
    public static int pageShiftMin(long cap) {
        return PAGE_SHIFT_LEAST + (int) (cap >>> 48 & 0xf);
    }

    /** MPSMAX: the largest. */
    public static int pageShiftMax(long cap) {
        return PAGE_SHIFT_LEAST + (int) (cap >>> 52 & 0xf);
    }

    /** CMBS: whether there is a controller memory buffer that has to be enabled. */
    public static boolean controllerMemoryBuffer(long cap) {
        return (cap >>> 57 & 1) != 0;
    }

    /** Encodes CAP; the arguments are as the accessors tell them. */
    public static long capabilities(
            int queueEntriesMax,
            int timeoutMillis,
            int doorbellStride,
            int commandSets,
            int pageShiftMin,
            int pageShiftMax) {
        return queueEntriesMax - 1
                | 1L << 16
                | (long) (timeoutMillis / TIMEOUT_UNIT_MILLIS) << 24
                | (long) Integer.numberOfTrailingZeros(doorbellStride / Integer.BYTES) << 32
                | (long) commandSets << 37
                | (long) (pageShiftMin - PAGE_SHIFT_LEAST) << 48
                | (long) (pageShiftMax - PAGE_SHIFT_LEAST) << 52;
    }

    /** Where a submission queue's doorbell is. */
    public static long submissionDoorbell(int queueId, int stride) {
        return DOORBELLS + 2L * queueId * stride;
    }

    /** Where a completion queue's doorbell is. */
    public static long completionDoorbell(int queueId, int stride) {
        return DOORBELLS + (2L * queueId + 1) * stride;
    }
}
