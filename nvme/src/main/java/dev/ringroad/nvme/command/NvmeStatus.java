package dev.ringroad.nvme.command;

/**
 * What became of a command: the status field of its completion without the phase, as one int (NVM
 * Express Base Specification 2.0, section 3.3.3.2.1), or a host's own word.
 *
 * <pre>
 *   31    17  16   15   14   13   12 11  10        8  7                    0
 *   |   0   | own | 0 | DNR | M  |  CRD | code type |      status code     |
 * </pre>
 *
 * Zero is success. The constants are code type and code; {@link #code} takes the rest away. {@code
 * own} is never set by a controller, which has 15 bits only: it marks what the host says itself.
 */
public final class NvmeStatus {
    /** Do not retry: the same command would fail again. */
    public static final int DO_NOT_RETRY = 1 << 14;

    /** More is told by the error log. */
    public static final int MORE = 1 << 13;

    /** All that a controller can say. */
    public static final int FIELD_MASK = 0x7fff;

    private static final int CODE_MASK = 0x7ff;
    private static final int RETRY_DELAY_SHIFT = 11;
    private static final int OWN = 1 << 16;

    public static final int SUCCESS = 0;

    // Generic command status, code type 0.
    public static final int INVALID_OPCODE = 0x001;
    public static final int INVALID_FIELD = 0x002;
    public static final int COMMAND_ID_CONFLICT = 0x003;
    public static final int DATA_TRANSFER_ERROR = 0x004;
    public static final int ABORTED_POWER_LOSS = 0x005;
    public static final int INTERNAL_ERROR = 0x006;
    public static final int ABORT_REQUESTED = 0x007;
    public static final int ABORTED_QUEUE_DELETED = 0x008;
    public static final int ABORTED_FAILED_FUSED = 0x009;
    public static final int ABORTED_MISSING_FUSED = 0x00a;
    public static final int INVALID_NAMESPACE = 0x00b;
    public static final int COMMAND_SEQUENCE_ERROR = 0x00c;
    public static final int INVALID_SGL_SEGMENT = 0x00d;
    public static final int INVALID_SGL_COUNT = 0x00e;
    public static final int DATA_SGL_LENGTH_INVALID = 0x00f;
    public static final int METADATA_SGL_LENGTH_INVALID = 0x010;
    public static final int SGL_TYPE_INVALID = 0x011;
    public static final int INVALID_CMB_USE = 0x012;
    public static final int PRP_OFFSET_INVALID = 0x013;
    public static final int ATOMIC_WRITE_UNIT_EXCEEDED = 0x014;
    public static final int OPERATION_DENIED = 0x015;
    public static final int SGL_OFFSET_INVALID = 0x016;
    public static final int HOST_ID_INCONSISTENT = 0x018;
    public static final int KEEP_ALIVE_EXPIRED = 0x019;
    public static final int KEEP_ALIVE_INVALID = 0x01a;
    public static final int ABORTED_PREEMPT = 0x01b;
    public static final int SANITIZE_FAILED = 0x01c;
    public static final int SANITIZE_IN_PROGRESS = 0x01d;
    public static final int NAMESPACE_WRITE_PROTECTED = 0x020;
    public static final int COMMAND_INTERRUPTED = 0x021;
    public static final int TRANSIENT_TRANSPORT_ERROR = 0x022;
    public static final int COMMAND_PROHIBITED = 0x023;
    public static final int ADMIN_MEDIA_NOT_READY = 0x024;
    public static final int LBA_OUT_OF_RANGE = 0x080;
    public static final int CAPACITY_EXCEEDED = 0x081;
    public static final int NAMESPACE_NOT_READY = 0x082;
    public static final int RESERVATION_CONFLICT = 0x083;
    public static final int FORMAT_IN_PROGRESS = 0x084;

    // Command specific status, code type 1.
    public static final int INVALID_COMPLETION_QUEUE = 0x100;
    public static final int INVALID_QUEUE_ID = 0x101;
    public static final int INVALID_QUEUE_SIZE = 0x102;
    public static final int ABORT_LIMIT_EXCEEDED = 0x103;
    public static final int EVENT_LIMIT_EXCEEDED = 0x105;
    public static final int INVALID_FIRMWARE_SLOT = 0x106;
    public static final int INVALID_FIRMWARE_IMAGE = 0x107;
    public static final int INVALID_INTERRUPT_VECTOR = 0x108;
    public static final int INVALID_LOG_PAGE = 0x109;
    public static final int INVALID_FORMAT = 0x10a;
    public static final int FIRMWARE_NEEDS_RESET = 0x10b;
    public static final int INVALID_QUEUE_DELETION = 0x10c;
    public static final int FEATURE_NOT_SAVEABLE = 0x10d;
    public static final int FEATURE_NOT_CHANGEABLE = 0x10e;
    public static final int FEATURE_NOT_NAMESPACE_SPECIFIC = 0x10f;
    public static final int FIRMWARE_NEEDS_SUBSYSTEM_RESET = 0x110;
    public static final int FIRMWARE_NEEDS_CONTROLLER_RESET = 0x111;
    public static final int FIRMWARE_NEEDS_TIME = 0x112;
    public static final int FIRMWARE_PROHIBITED = 0x113;
    public static final int OVERLAPPING_RANGE = 0x114;
    public static final int NAMESPACE_INSUFFICIENT_CAPACITY = 0x115;
    public static final int NAMESPACE_ID_UNAVAILABLE = 0x116;
    public static final int NAMESPACE_ALREADY_ATTACHED = 0x118;
    public static final int NAMESPACE_PRIVATE = 0x119;
    public static final int NAMESPACE_NOT_ATTACHED = 0x11a;
    public static final int THIN_PROVISIONING_NOT_SUPPORTED = 0x11b;
    public static final int CONTROLLER_LIST_INVALID = 0x11c;
    public static final int SELF_TEST_IN_PROGRESS = 0x11d;
    public static final int COMMAND_SET_NOT_SUPPORTED = 0x129;
    public static final int COMMAND_SET_NOT_ENABLED = 0x12a;
    public static final int COMMAND_SET_COMBINATION_REJECTED = 0x12b;
    public static final int INVALID_COMMAND_SET = 0x12c;
    public static final int CONFLICTING_ATTRIBUTES = 0x180;
    public static final int INVALID_PROTECTION_INFORMATION = 0x181;
    public static final int WRITE_TO_READ_ONLY_RANGE = 0x182;
    // The Fabrics commands have a meaning of their own for 0x180 to 0x191 (section 6).
    public static final int CONNECT_INCOMPATIBLE_FORMAT = 0x180;
    public static final int CONNECT_CONTROLLER_BUSY = 0x181;
    public static final int CONNECT_INVALID_PARAMETERS = 0x182;
    public static final int CONNECT_RESTART_DISCOVERY = 0x183;
    public static final int CONNECT_INVALID_HOST = 0x184;
    public static final int DISCONNECT_INVALID_QUEUE_TYPE = 0x185;
    public static final int DISCOVER_RESTART = 0x190;
    public static final int AUTHENTICATION_REQUIRED = 0x191;
    public static final int ZONE_BOUNDARY_ERROR = 0x1b8;
    public static final int ZONE_FULL = 0x1b9;
    public static final int ZONE_READ_ONLY = 0x1ba;
    public static final int ZONE_OFFLINE = 0x1bb;
    public static final int ZONE_INVALID_WRITE = 0x1bc;
    public static final int ZONE_TOO_MANY_ACTIVE = 0x1bd;
    public static final int ZONE_TOO_MANY_OPEN = 0x1be;
    public static final int ZONE_INVALID_TRANSITION = 0x1bf;

    // Media and data integrity errors, code type 2.
    public static final int WRITE_FAULT = 0x280;
    public static final int UNRECOVERED_READ = 0x281;
    public static final int GUARD_CHECK_FAILED = 0x282;
    public static final int APPLICATION_TAG_CHECK_FAILED = 0x283;
    public static final int REFERENCE_TAG_CHECK_FAILED = 0x284;
    public static final int COMPARE_FAILURE = 0x285;
    public static final int ACCESS_DENIED = 0x286;
    public static final int DEALLOCATED_BLOCK = 0x287;
    public static final int STORAGE_TAG_CHECK_FAILED = 0x288;

    // Path related status, code type 3.
    public static final int PATH_INTERNAL_ERROR = 0x300;
    public static final int ANA_PERSISTENT_LOSS = 0x301;
    public static final int ANA_INACCESSIBLE = 0x302;
    public static final int ANA_TRANSITION = 0x303;
    public static final int PATH_CONTROLLER_ERROR = 0x360;
    public static final int PATH_HOST_ERROR = 0x370;
    public static final int ABORTED_BY_HOST = 0x371;

    /** The host's word: no answer in time, and the controller was reset; it may have happened. */
    public static final int TIMED_OUT = OWN;

    /** The host's word: the controller was reset before it answered; it may have happened. */
    public static final int RESET = OWN | 1;

    /** The host's word: the controller is gone; it may have happened. */
    public static final int GONE = OWN | 2;

    /** The host's word: the command was never sent, as it cannot be carried out as asked. */
    public static final int REFUSED = OWN | 3;

    /** The host's word: the controller failed and was cut off; it may have happened. */
    public static final int FAILED = OWN | 4;

    private NvmeStatus() {}

    /**
     * The status of a completion's last 16 bits, of which the lowest is the phase.
     *
     * @param statusAndPhase bytes 14 and 15; bits above do not matter
     */
    public static int ofCompletion(int statusAndPhase) {
        return statusAndPhase >>> 1 & FIELD_MASK;
    }

    /** Code type and code, comparable with the constants here. */
    public static int code(int status) {
        return isOwn(status) ? status : status & CODE_MASK;
    }

    /** Whether the host says it and no controller did. */
    public static boolean isOwn(int status) {
        return (status & OWN) != 0;
    }

    /** Whether sending the command again could help. */
    public static boolean mayRetry(int status) {
        return status != SUCCESS && status != REFUSED && (status & DO_NOT_RETRY) == 0;
    }

    /**
     * Which of the controller's three retry delays to wait for before trying again, 1 to 3; 0 for
     * none.
     */
    public static int retryDelayIndex(int status) {
        return isOwn(status) ? 0 : status >>> RETRY_DELAY_SHIFT & 3;
    }

    /** What it means, with the number, for messages. */
    public static String sentence(int status) {
        if (status == SUCCESS) {
            return NvmeStatusText.of(SUCCESS);
        }
        String text = NvmeStatusText.of(code(status));
        if (isOwn(status)) {
            return text;
        }
        String retry = (status & DO_NOT_RETRY) == 0 ? "" : ", and will fail again";
        return text + retry + " (status 0x" + Integer.toHexString(status) + ")";
    }
}
