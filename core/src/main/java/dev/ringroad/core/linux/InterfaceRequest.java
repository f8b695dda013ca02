package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What is asked of or told to a network interface ({@code struct ifreq}, {@code linux/if.h}).
 *
 * <pre>
 *   0                               16                                              40
 *   | name, ends with a zero byte   | flags, or an address, or a number              |
 * </pre>
 */
final class InterfaceRequest {
    static final long VALUE = 16;

    private static final int NAME_BYTES = 16;
    private static final long BYTES = 40;

    private InterfaceRequest() {}

    /** Whether the kernel can have an interface of this name. */
    static boolean isName(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes >= NAME_BYTES || name.equals(".") || name.equals("..")) {
            return false;
        }
        return name.chars()
                .noneMatch(c -> c == '/' || c == ':' || c == '%' || c <= ' ' || c == 127);
    }

    static MemorySegment of(Arena arena, String name) throws SystemCallException {
        if (!isName(name)) {
            throw new SystemCallException(
                    "interface \"" + name + "\"",
                    Errno.EINVAL,
                    "a name has 1 to 15 bytes and neither a space nor one of / : %");
        }
        MemorySegment request = arena.allocate(BYTES, Long.BYTES);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(bytes, 0, request, JAVA_BYTE, 0, bytes.length);
        return request;
    }

    static String nameIn(MemorySegment request) {
        return request.asSlice(0, NAME_BYTES).getString(0);
    }
}
