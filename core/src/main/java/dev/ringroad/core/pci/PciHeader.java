package dev.ringroad.core.pci;

/**
 * The registers that every function has at the beginning of its configuration space (PCI Local Bus
 * Specification 3.0, section 6.1).
 *
 * <pre>
 *        31            16 15             0
 *   00  | device          | vendor         |
 *   04  | status          | command        |
 *   08  | class code (24 bits) | revision  |
 *   0c  | self test | header type | latency | cache line |
 *   10  | base address registers 0 to 5 (type 0), 0 and 1 (type 1)
 *   2c  | subsystem       | subsystem vendor (type 0 only) |
 *   34  |                 | first capability (8 bits)      |
 *   3c  |                 | interrupt pin | interrupt line |
 * </pre>
 */
public final class PciHeader {
    public static final int VENDOR = 0x00;
    public static final int DEVICE = 0x02;
    public static final int COMMAND = 0x04;
    public static final int STATUS = 0x06;
    public static final int REVISION = 0x08;
    public static final int HEADER_TYPE = 0x0e;
    public static final int BAR_0 = 0x10;
    public static final int SUBSYSTEM_VENDOR = 0x2c;
    public static final int SUBSYSTEM = 0x2e;
    public static final int CAPABILITIES = 0x34;

    /** Bytes of this part. */
    public static final int BYTES = 0x40;

    /** Of {@link #COMMAND}: answers at its port addresses. */
    public static final int COMMAND_IO = 1;

    /** Of {@link #COMMAND}: answers at its memory addresses. */
    public static final int COMMAND_MEMORY = 1 << 1;

    /** Of {@link #COMMAND}: may reach memory, and so send MSI-X, by itself. */
    public static final int COMMAND_BUS_MASTER = 1 << 2;

    /** Of {@link #COMMAND}: does not raise its interrupt pin. */
    public static final int COMMAND_NO_INTX = 1 << 10;

    static final int STATUS_CAPABILITIES = 1 << 4;
    static final int TYPE_MASK = 0x7f;
    static final int TYPE_BRIDGE = 1;
    static final int TYPE_ENDPOINT = 0;
    private static final int GONE = 0xffff;

    private PciHeader() {}

    /** Whether a function answers at all: where none is, all ones are read. */
    public static boolean isPresent(PciConfig config) {
        return Short.toUnsignedInt(config.readShort(VENDOR)) != GONE;
    }

    /** Sets or clears bits of {@link #COMMAND}. */
    public static void command(PciConfig config, int bits, boolean on) {
        int now = Short.toUnsignedInt(config.readShort(COMMAND));
        config.writeShort(COMMAND, (short) (on ? now | bits : now & ~bits));
    }

    /** How many base address registers there are. */
    static int barCount(PciConfig config) {
        return switch (config.readByte(HEADER_TYPE) & TYPE_MASK) {
            case TYPE_ENDPOINT -> 6;
            case TYPE_BRIDGE -> 2;
            default -> 0;
        };
    }
}
