package dev.ringroad.nvme.command;

/**
 * What an I/O queue is asked (NVM Command Set Specification 1.0, section 3; Zoned Namespace Command
 * Set Specification 1.1, section 3). The lowest two bits say where data go: 1 to the controller, 2
 * from it.
 */
public final class IoOpcode {
    public static final int FLUSH = 0x00;
    public static final int WRITE = 0x01;
    public static final int READ = 0x02;
    public static final int WRITE_UNCORRECTABLE = 0x04;
    public static final int COMPARE = 0x05;
    public static final int WRITE_ZEROES = 0x08;
    public static final int DATASET_MANAGEMENT = 0x09;
    public static final int VERIFY = 0x0c;
    public static final int RESERVATION_REGISTER = 0x0d;
    public static final int RESERVATION_REPORT = 0x0e;
    public static final int RESERVATION_ACQUIRE = 0x11;
    public static final int RESERVATION_RELEASE = 0x15;
    public static final int COPY = 0x19;

    public static final int ZONE_MANAGEMENT_SEND = 0x79;
    public static final int ZONE_MANAGEMENT_RECEIVE = 0x7a;
    public static final int ZONE_APPEND = 0x7d;

    private IoOpcode() {}

    /** As messages call it. */
    public static String name(int opcode) {
        return switch (opcode) {
            case FLUSH -> "flush";
            case WRITE -> "write";
            case READ -> "read";
            case WRITE_UNCORRECTABLE -> "write uncorrectable";
            case COMPARE -> "compare";
            case WRITE_ZEROES -> "write zeroes";
            case DATASET_MANAGEMENT -> "dataset management";
            case VERIFY -> "verify";
            case RESERVATION_REGISTER -> "reservation register";
            case RESERVATION_REPORT -> "reservation report";
            case RESERVATION_ACQUIRE -> "reservation acquire";
            case RESERVATION_RELEASE -> "reservation release";
            case COPY -> "copy";
            case ZONE_MANAGEMENT_SEND -> "zone management send";
            case ZONE_MANAGEMENT_RECEIVE -> "zone management receive";
            case ZONE_APPEND -> "zone append";
            case AdminOpcode.FABRICS -> "fabrics";
            default -> "I/O opcode 0x" + Integer.toHexString(opcode);
        };
    }
}
