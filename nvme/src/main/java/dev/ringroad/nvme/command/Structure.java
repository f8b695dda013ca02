package dev.ringroad.nvme.command;

import static dev.ringroad.nvme.command.LittleEndian.INT;
import static dev.ringroad.nvme.command.LittleEndian.LONG;
import static dev.ringroad.nvme.command.LittleEndian.SHORT;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A structure in memory, read and written in place: what is untrusted is shown as it is. */
abstract class Structure {
    private final MemorySegment bytes;

    Structure(MemorySegment memory, long byteSize) {
        if (memory.byteSize() < byteSize) {
            throw new IllegalArgumentException(
                    getClass().getSimpleName()
                            + " has "
                            + byteSize
                            + " bytes, but only "
                            + memory.byteSize()
                            + " are there");
        }
        this.bytes = memory.asSlice(0, byteSize);
    }

    /** The memory that it is in. */
    public final MemorySegment bytes() {
        return bytes;
    }

    final int byteAt(long at) {
        return bytes.get(JAVA_BYTE, at) & 0xff;
    }

    final int shortAt(long at) {
        return bytes.get(SHORT, at) & 0xffff;
    }

    final int intAt(long at) {
        return bytes.get(INT, at);
    }

    final long longAt(long at) {
        return bytes.get(LONG, at);
    }

    final void putByte(long at, int value) {
        bytes.set(JAVA_BYTE, at, (byte) value);
    }

    final void putShort(long at, int value) {
        bytes.set(SHORT, at, (short) value);
    }

    final void putInt(long at, int value) {
        bytes.set(INT, at, value);
    }

    final void putLong(long at, long value) {
        bytes.set(LONG, at, value);
    }

    /**
     * Printable ASCII up to the first zero, without the spaces at its ends; else question marks.
     */
    final String textAt(long at, int length) {
        byte[] raw = bytes.asSlice(at, length).toArray(JAVA_BYTE);
        int end = 0;
        while (end < raw.length && raw[end] != 0) {
            if (raw[end] < ' ' || raw[end] > '~') {
                raw[end] = '?';
            }
            end++;
        }
        return new String(raw, 0, end, StandardCharsets.US_ASCII).strip();
    }

    /**
     * @param fill what stands behind the text: a space, or zero
     */
    final void putText(long at, int length, char fill, String text) {
        byte[] raw = text.getBytes(StandardCharsets.US_ASCII);
        if (raw.length > length) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is longer than the " + length + " bytes that it has here");
        }
        byte[] field = Arrays.copyOf(raw, length);
        Arrays.fill(field, raw.length, length, (byte) fill);
        MemorySegment.copy(field, 0, bytes, JAVA_BYTE, at, length);
    }
}
