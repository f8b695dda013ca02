package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The names in an open directory ({@code getdents64(2)}), as the bytes that they are: what is no
 * text in any encoding is a name too. One directory after the other, not for several threads at
 * once; the memory is its arena's.
 *
 * <pre>
 *   struct linux_dirent64 (linux/dirent.h)
 *   0       8               16             18     19
 *   | inode | next position | entry length | kind | name, and a zero byte |
 * </pre>
 */
public final class DirectoryEntries {
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int NAME_AT = 19;
    private static final FunctionDescriptor CALL =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle SYSCALL = Native.linkVariadic("syscall", CALL, 1);
    private static final long NUMBER = CallNumbers.getDirectoryEntries();

    private final MemorySegment buffer;
    private int directory = -1;
    private int position;
    private int limit;
    private int failure;

    /** Takes memory for a part of a listing. */
    public DirectoryEntries(Arena arena) {
        buffer = arena.allocate(BUFFER_BYTES, Long.BYTES);
    }

    /** Begins with an open directory, from where it has been read up to. */
    public void list(int descriptor) {
        directory = descriptor;
        position = 0;
        limit = 0;
        failure = 0;
    }

    /**
     * Goes to the next entry; {@code .} and {@code ..} are left out.
     *
     * @return false at the end, or when {@link #failure} says more
     */
    public boolean next() {
        while (true) {
            if (position < limit) {
                position += Short.toUnsignedInt(buffer.get(JAVA_SHORT, position + 16));
            }
            if (position >= limit && !fill()) {
                return false;
            }
            if (!isDots()) {
                return true;
            }
        }
    }

    private boolean fill() {
        position = 0;
        limit = 0;
        MemorySegment capture = Native.capture();
        long bytes;
        try {
            bytes =
                    (long)
                            SYSCALL.invokeExact(
                                    capture, NUMBER, (long) directory, buffer, (long) BUFFER_BYTES);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        int result = (int) Native.result(bytes, capture);
        failure = Math.min(result, 0);
        limit = Math.max(result, 0);
        return limit > 0;
    }

    private boolean isDots() {
        int at = position + NAME_AT;
        if (buffer.get(JAVA_BYTE, at) != '.') {
            return false;
        }
        byte second = buffer.get(JAVA_BYTE, at + 1);
        return second == 0 || (second == '.' && buffer.get(JAVA_BYTE, at + 2) == 0);
    }

    /** The negated errno of a listing that broke off, or 0. */
    public int failure() {
        return failure;
    }

    /** The name of the present entry, without a zero byte. */
    public byte[] name() {
        int at = position + NAME_AT;
        int end = at;
        while (buffer.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        byte[] name = new byte[end - at];
        MemorySegment.copy(buffer, JAVA_BYTE, at, name, 0, name.length);
        return name;
    }

    /** Whether the present entry's name begins with these bytes. */
    public boolean nameBeginsWith(byte[] prefix) {
        return Arrays.mismatch(name(), prefix) >= prefix.length;
    }
}
