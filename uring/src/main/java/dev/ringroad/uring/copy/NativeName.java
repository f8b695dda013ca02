package dev.ringroad.uring.copy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Names of files: bytes for the kernel, text for people. */
final class NativeName {
    /** More than {@code NAME_MAX}: names of UTF-16 have up to 765 bytes here. */
    static final int BYTES = 1024;

    private static final byte[] DOT = {'.'};

    private NativeName() {}

    /** Memory for one name after the other. */
    static MemorySegment allocate(Arena arena) {
        return arena.allocate(BYTES);
    }

    /** Puts a name into such memory; its last byte is zero whatever the name. */
    static MemorySegment fill(MemorySegment into, byte[] name) {
        MemorySegment.copy(name, 0, into, JAVA_BYTE, 0, name.length);
        into.set(JAVA_BYTE, name.length, (byte) 0);
        return into;
    }

    /** A path of any length. */
    static MemorySegment path(Arena arena, byte[] path) {
        MemorySegment text = arena.allocate(path.length + 1L);
        MemorySegment.copy(path, 0, text, JAVA_BYTE, 0, path.length);
        return text;
    }

    /**
     * The bytes of a path. Its string would have lost those that the locale cannot decode; its
     * address has them all.
     */
    static byte[] bytes(Path path) {
        String text = path.toString();
        if (text.chars().allMatch(c -> c > 0 && c < 0x80)) {
            return text.isEmpty() ? DOT : text.getBytes(StandardCharsets.US_ASCII);
        }
        URI address = path.toUri();
        byte[] decoded = decoded(address.getRawPath());
        int length = decoded.length;
        if (length > 1 && decoded[length - 1] == '/') { // the JDK marks directories so
            length--;
        }
        byte[] bytes = new byte[length];
        System.arraycopy(decoded, 0, bytes, 0, length);
        return bytes;
    }

    private static byte[] decoded(String rawPath) {
        byte[] bytes = new byte[rawPath.length()];
        int length = 0;
        for (int i = 0; i < rawPath.length(); i++) {
            char c = rawPath.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) Integer.parseInt(rawPath, i + 1, i + 3, 16);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        byte[] exact = new byte[length];
        System.arraycopy(bytes, 0, exact, 0, length);
        return exact;
    }

    /** For people: what is not UTF-8, and what would upset a terminal, as {@code \xHH}. */
    static String shown(byte[] name) {
        String text = new String(name, StandardCharsets.UTF_8);
        boolean clean =
                text.indexOf('\uFFFD') < 0 && text.chars().noneMatch(Character::isISOControl);
        if (clean) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        for (byte b : name) {
            if (b >= 0x20 && b < 0x7f) {
                escaped.append((char) b);
            } else {
                escaped.append("\\x%02x".formatted(b));
            }
        }
        return escaped.toString();
    }
}
