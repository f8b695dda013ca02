package dev.ringroad.nvme.command;

/**
 * The types of a command with the opcode {@link AdminOpcode#FABRICS}, in byte 4 of its entry (NVM
 * Express Base Specification 2.0, section 6, figure "Fabrics Command Types").
 */
public final class FabricsCommand {
    public static final int PROPERTY_SET = 0x00;
    public static final int CONNECT = 0x01;
    public static final int PROPERTY_GET = 0x04;
    public static final int AUTHENTICATION_SEND = 0x05;
    public static final int AUTHENTICATION_RECEIVE = 0x06;
    public static final int DISCONNECT = 0x08;

    private FabricsCommand() {}

    /** As messages call it. */
    public static String name(int type) {
        return switch (type) {
            case PROPERTY_SET -> "property set";
            case CONNECT -> "connect";
            case PROPERTY_GET -> "property get";
            case AUTHENTICATION_SEND -> "authentication send";
            case AUTHENTICATION_RECEIVE -> "authentication receive";
            case DISCONNECT -> "disconnect";
            default -> "fabrics type 0x" + Integer.toHexString(type);
        };
    }
}
