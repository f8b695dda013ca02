package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Which commands a controller knows and what they touch, 4096 bytes: 256 numbers for the admin
 * commands, 256 for the I/O commands of one command set (NVM Express Base Specification 2.0,
 * section 5.16.1.6, "Commands Supported and Effects").
 */
public final class CommandEffects extends Structure {
    public static final int BYTES = 4096;

    /** Bits of an effect. */
    public static final int SUPPORTED = 1;

    public static final int CHANGES_BLOCKS = 1 << 1;
    public static final int CHANGES_NAMESPACE = 1 << 2;
    public static final int CHANGES_NAMESPACES = 1 << 3;
    public static final int CHANGES_CONTROLLER = 1 << 4;

    private static final int OPCODES = 256;
    private static final int IO_AT = 1024;

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public CommandEffects(MemorySegment memory) {
        super(memory, BYTES);
    }

    /** Of an opcode of {@link AdminOpcode}. */
    public int ofAdmin(int opcode) {
        return intAt((long) Objects.checkIndex(opcode, OPCODES) * Integer.BYTES);
    }

    /** Of an opcode of {@link IoOpcode}. */
    public int ofIo(int opcode) {
        return intAt(IO_AT + (long) Objects.checkIndex(opcode, OPCODES) * Integer.BYTES);
    }
}
