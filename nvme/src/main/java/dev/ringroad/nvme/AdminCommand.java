package dev.ringroad.nvme;

import dev.ringroad.nvme.command.AdminOpcode;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * A command for the admin queue: made, filled and executed by one thread at a time.
 *
 * @see NvmeController#execute
 */
public final class AdminCommand {
    private static final int FIRST_WORD = 10;

    private final int opcode;
    private final int[] words = new int[6];
    private int namespaceId;
    private @Nullable MemorySegment data;
    private boolean dataIn;
    private long first;
    private long second;
    private boolean unlimited;

    /**
     * @param opcode of {@link AdminOpcode}
     */
    public AdminCommand(int opcode) {
        this.opcode = opcode;
    }

    /** Unsigned; -1 for all namespaces. */
    public AdminCommand namespaceId(int id) {
        namespaceId = id;
        return this;
    }

    /**
     * @param index 10 to 15
     */
    public AdminCommand doubleWord(int index, int value) {
        words[index - FIRST_WORD] = value;
        return this;
    }

    /** Where to put what the controller sends: as many bytes as the segment has. */
    public AdminCommand dataIn(MemorySegment into) {
        data = into;
        dataIn = true;
        return this;
    }

    /** What the controller gets: as many bytes as the segment has. */
    public AdminCommand dataOut(MemorySegment from) {
        data = from;
        dataIn = false;
        return this;
    }

    /** It may take as long as it likes, such as an asynchronous event request. */
    public AdminCommand unlimited() {
        unlimited = true;
        return this;
    }

    /** Both PRP entries, for memory that the driver itself lends. */
    AdminCommand addresses(long prp1, long prp2) {
        first = prp1;
        second = prp2;
        return this;
    }

    int opcode() {
        return opcode;
    }

    int namespace() {
        return namespaceId;
    }

    /** The double words from an index on, two in one. */
    long words(int index) {
        int at = index - FIRST_WORD;
        return (words[at] & 0xffff_ffffL) | (long) words[at + 1] << 32;
    }

    @Nullable MemorySegment data() {
        return data;
    }

    boolean isDataIn() {
        return dataIn;
    }

    long first() {
        return first;
    }

    long second() {
        return second;
    }

    boolean isUnlimited() {
        return unlimited;
    }

    @Override
    public String toString() {
        return AdminOpcode.name(opcode);
    }
}
