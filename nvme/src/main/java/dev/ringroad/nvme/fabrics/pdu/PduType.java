package dev.ringroad.nvme.fabrics.pdu;

/** The kinds of PDU, as their first byte tells them (section 3.3, figure 10). */
public final class PduType {
    /** Host: begins a connection. */
    public static final int INITIALIZE_REQUEST = 0x00;

    /** Controller: agrees to it. */
    public static final int INITIALIZE_RESPONSE = 0x01;

    /** Host: says why it ends the connection. */
    public static final int HOST_TERMINATE = 0x02;

    /** Controller: says why it ends the connection. */
    public static final int CONTROLLER_TERMINATE = 0x03;

    /** Host: a command, perhaps with its data. */
    public static final int CAPSULE_COMMAND = 0x04;

    /** Controller: a completion. */
    public static final int CAPSULE_RESPONSE = 0x05;

    /** Host: data that an R2T asked for. */
    public static final int HOST_DATA = 0x06;

    /** Controller: data of a command that reads. */
    public static final int CONTROLLER_DATA = 0x07;

    /** Controller: asks for data of a command that writes. */
    public static final int READY_TO_TRANSFER = 0x09;

    private PduType() {}

    /** Whether hosts send it to controllers. */
    public static boolean isFromHost(int type) {
        return switch (type) {
            case INITIALIZE_REQUEST, HOST_TERMINATE, CAPSULE_COMMAND, HOST_DATA -> true;
            default -> false;
        };
    }

    /** Whether controllers send it to hosts. */
    public static boolean isFromController(int type) {
        return switch (type) {
            case INITIALIZE_RESPONSE,
                    CONTROLLER_TERMINATE,
                    CAPSULE_RESPONSE,
                    CONTROLLER_DATA,
                    READY_TO_TRANSFER ->
                    true;
            default -> false;
        };
    }

    /** Bytes of its header without digest (HLEN); 0 for a type that there is not. */
    public static int headerBytes(int type) {
        return switch (type) {
            case INITIALIZE_REQUEST, INITIALIZE_RESPONSE -> InitializePdu.BYTES;
            case HOST_TERMINATE, CONTROLLER_TERMINATE -> TerminatePdu.HEADER_BYTES;
            case CAPSULE_COMMAND -> CapsulePdu.COMMAND_HEADER_BYTES;
            case CAPSULE_RESPONSE -> CapsulePdu.RESPONSE_HEADER_BYTES;
            case HOST_DATA, CONTROLLER_DATA -> DataPdu.HEADER_BYTES;
            case READY_TO_TRANSFER -> ReadyPdu.BYTES;
            default -> 0;
        };
    }

    /** Whether it has digests when they were agreed to. */
    public static boolean isDigested(int type) {
        return type >= CAPSULE_COMMAND;
    }

    /** The specification's name. */
    public static String name(int type) {
        return switch (type) {
            case INITIALIZE_REQUEST -> "ICReq";
            case INITIALIZE_RESPONSE -> "ICResp";
            case HOST_TERMINATE -> "H2CTermReq";
            case CONTROLLER_TERMINATE -> "C2HTermReq";
            case CAPSULE_COMMAND -> "CapsuleCmd";
            case CAPSULE_RESPONSE -> "CapsuleResp";
            case HOST_DATA -> "H2CData";
            case CONTROLLER_DATA -> "C2HData";
            case READY_TO_TRANSFER -> "R2T";
            default -> "PDU of unknown type " + type;
        };
    }
}
