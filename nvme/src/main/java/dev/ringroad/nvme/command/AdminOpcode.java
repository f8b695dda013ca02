package dev.ringroad.nvme.command;

/**
 * What an admin queue is asked (NVM Express Base Specification 2.0, section 5, figure "Opcodes for
 * Admin Commands"). The lowest two bits say where data go: 1 to the controller, 2 from it.
 */
public final class AdminOpcode {
    public static final int DELETE_SUBMISSION_QUEUE = 0x00;
    public static final int CREATE_SUBMISSION_QUEUE = 0x01;
    public static final int GET_LOG_PAGE = 0x02;
    public static final int DELETE_COMPLETION_QUEUE = 0x04;
    public static final int CREATE_COMPLETION_QUEUE = 0x05;
    public static final int IDENTIFY = 0x06;
    public static final int ABORT = 0x08;
    public static final int SET_FEATURES = 0x09;
    public static final int GET_FEATURES = 0x0a;
    public static final int ASYNCHRONOUS_EVENT_REQUEST = 0x0c;
    public static final int NAMESPACE_MANAGEMENT = 0x0d;
    public static final int FIRMWARE_COMMIT = 0x10;
    public static final int FIRMWARE_DOWNLOAD = 0x11;
    public static final int DEVICE_SELF_TEST = 0x14;
    public static final int NAMESPACE_ATTACHMENT = 0x15;
    public static final int KEEP_ALIVE = 0x18;
    public static final int DIRECTIVE_SEND = 0x19;
    public static final int DIRECTIVE_RECEIVE = 0x1a;
    public static final int DOORBELL_BUFFER_CONFIG = 0x7c;

    /** Every Fabrics command, on any queue; {@link FabricsCommand} tells which. */
    public static final int FABRICS = 0x7f;

    public static final int FORMAT = 0x80;
    public static final int SECURITY_SEND = 0x81;
    public static final int SECURITY_RECEIVE = 0x82;
    public static final int SANITIZE = 0x84;
    public static final int GET_LBA_STATUS = 0x86;

    private AdminOpcode() {}

    /** As messages call it. */
    public static String name(int opcode) {
        return switch (opcode) {
            case DELETE_SUBMISSION_QUEUE -> "delete submission queue";
            case CREATE_SUBMISSION_QUEUE -> "create submission queue";
            case GET_LOG_PAGE -> "get log page";
            case DELETE_COMPLETION_QUEUE -> "delete completion queue";
            case CREATE_COMPLETION_QUEUE -> "create completion queue";
            case IDENTIFY -> "identify";
            case ABORT -> "abort";
            case SET_FEATURES -> "set features";
            case GET_FEATURES -> "get features";
            case ASYNCHRONOUS_EVENT_REQUEST -> "asynchronous event request";
            case NAMESPACE_MANAGEMENT -> "namespace management";
            case FIRMWARE_COMMIT -> "firmware commit";
            case FIRMWARE_DOWNLOAD -> "firmware download";
            case DEVICE_SELF_TEST -> "device self-test";
            case NAMESPACE_ATTACHMENT -> "namespace attachment";
            case KEEP_ALIVE -> "keep alive";
            case DIRECTIVE_SEND -> "directive send";
            case DIRECTIVE_RECEIVE -> "directive receive";
            case DOORBELL_BUFFER_CONFIG -> "doorbell buffer config";
            case FABRICS -> "fabrics";
            case FORMAT -> "format";
            case SECURITY_SEND -> "security send";
            case SECURITY_RECEIVE -> "security receive";
            case SANITIZE -> "sanitize";
            case GET_LBA_STATUS -> "get LBA status";
            default -> "admin opcode 0x" + Integer.toHexString(opcode);
        };
    }
}
