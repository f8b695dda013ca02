package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.require;

import java.lang.foreign.MemorySegment;

/**
 * A command that failed, 64 bytes (NVM Express Base Specification 2.0, section 5.16.1.2, "Error
 * Information").
 *
 * <pre>
 *    0                               8       10      12      14      16
 *    | count                         | queue | id    | status| where |
 *   16                               24              28  29  30      32
 *    | block                         | namespace     |log|trt|       |
 *   32                               40      42                      64
 *    | command's own                 | transport's   | reserved …    |
 * </pre>
 */
public final class ErrorLogEntry extends Structure {
    public static final int BYTES = 64;

    private static final int NAMESPACE_AT = 24;
    private static final int OWN_AT = 32;

    static {
        require(NAMESPACE_AT + 8 == OWN_AT, "the namespace and what follows it have 8 bytes");
    }

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public ErrorLogEntry(MemorySegment memory) {
        super(memory, BYTES);
    }

    /** Which error of the controller's life it is; 0 in an entry that is not used. */
    public long count() {
        return longAt(0);
    }

    public ErrorLogEntry count(long value) {
        putLong(0, value);
        return this;
    }

    public int queueId() {
        return shortAt(8);
    }

    public ErrorLogEntry queueId(int value) {
        putShort(8, value);
        return this;
    }

    public int commandId() {
        return shortAt(10);
    }

    public ErrorLogEntry commandId(int value) {
        putShort(10, value);
        return this;
    }

    /** As in {@link NvmeStatus}. */
    public int status() {
        return NvmeStatus.ofCompletion(shortAt(12));
    }

    public ErrorLogEntry status(int value) {
        putShort(12, value << 1);
        return this;
    }

    /** Which byte (bits 7 to 0) and bit (10 to 8) of the command was wrong; all ones for none. */
    public int parameter() {
        return shortAt(14);
    }

    public ErrorLogEntry parameter(int value) {
        putShort(14, value);
        return this;
    }

    public long block() {
        return longAt(16);
    }

    public ErrorLogEntry block(long value) {
        putLong(16, value);
        return this;
    }

    /** Unsigned. */
    public int namespaceId() {
        return intAt(NAMESPACE_AT);
    }

    public ErrorLogEntry namespaceId(int value) {
        putInt(NAMESPACE_AT, value);
        return this;
    }

    public long commandSpecific() {
        return longAt(OWN_AT);
    }
}
