package dev.ringroad.net.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Puts eBPF instructions together (RFC 9669), as many as the house's programs need.
 *
 * <pre>
 *   0        1                2        4              8
 *   | opcode | source, target | offset | immediate     |    numbers in the machine's byte order
 * </pre>
 */
public final class Assembler {

    /** Where a call leaves its result, and what the program returns. */
    public static final int R0 = 0;

    /** First argument; the context when the program begins. */
    public static final int R1 = 1;

    /** Second argument. */
    public static final int R2 = 2;

    /** Third argument. */
    public static final int R3 = 3;

    private static final int INSTRUCTIONS_MAX = 4096;
    private static final int REGISTER_BITS = 4;

    private static final byte LOAD_WORD = 0x61; // LDX | MEM | W, section 5.1
    private static final byte LOAD_LONG = 0x18; // LD | IMM | DW, section 5.4
    private static final byte MOVE = (byte) 0xb7; // ALU64 | MOV | K, section 4.1
    private static final byte CALL = (byte) 0x85; // JMP | CALL, section 4.3
    private static final byte EXIT = (byte) 0x95; // JMP | EXIT, section 4.3
    private static final int MAP_BY_DESCRIPTOR = 1; // source register of LOAD_LONG, section 5.4

    private final ByteBuffer code =
            ByteBuffer.allocate(INSTRUCTIONS_MAX * Long.BYTES).order(ByteOrder.nativeOrder());

    /** Begins a program. */
    public Assembler() {}

    /** Loads 32 bits from {@code offset} bytes behind the address in a register. */
    public Assembler loadWord(int target, int address, int offset) {
        return add(LOAD_WORD, target, address, offset, 0);
    }

    /** Loads the address of the map that a descriptor of this process stands for. */
    public Assembler loadMap(int target, int descriptor) {
        add(LOAD_LONG, target, MAP_BY_DESCRIPTOR, 0, descriptor);
        return add((byte) 0, 0, 0, 0, 0);
    }

    /** Sets a register. */
    public Assembler move(int target, int value) {
        return add(MOVE, target, 0, 0, value);
    }

    /** Calls one of the kernel's helpers. */
    public Assembler call(int helper) {
        return add(CALL, 0, 0, 0, helper);
    }

    /** Ends the program. */
    public Assembler exit() {
        return add(EXIT, 0, 0, 0, 0);
    }

    private Assembler add(byte opcode, int target, int source, int offset, int immediate) {
        byte registers =
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                        ? (byte) (source << REGISTER_BITS | target)
                        : (byte) (target << REGISTER_BITS | source);
        code.put(opcode).put(registers).putShort((short) offset).putInt(immediate);
        return this;
    }

    /** The program so far. */
    public byte[] code() {
        byte[] bytes = new byte[code.position()];
        code.get(0, bytes);
        return bytes;
    }
}
