package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What the structures of {@code linux/vfio.h} have in common: they begin with their size, which the
 * kernel raises when it has more to say, and may end in a chain of capabilities.
 *
 * <pre>
 *   structure                       struct vfio_info_cap_header
 *   0         4         8           0        2          4          8
 *   | argsz   | flags   | ...       | id     | version  | next     |   next: from the structure's begin
 * </pre>
 */
final class VfioRequest {
    static final int ARGSZ = 0;
    static final int FLAGS = 4;
    static final int CAPABILITY_HEADER_BYTES = 8;

    // _IO(';', 100 + n)
    private static final long BASE = ';' << 8 | 100;
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int CHAIN_MAX = 64;

    private VfioRequest() {}

    static long number(int n) {
        return BASE + n;
    }

    static MemorySegment structure(Arena arena, int bytes) {
        MemorySegment structure = arena.allocate(bytes, Long.BYTES);
        structure.set(JAVA_INT, ARGSZ, bytes);
        return structure;
    }

    /**
     * Asks, and asks again with as much room as the answer needs.
     *
     * @param question the structure, filled in
     */
    static MemorySegment ask(
            Arena arena, Descriptor on, int request, String call, MemorySegment question)
            throws SystemCallException {
        MemorySegment structure = question;
        Native.check(Ioctl.call(on, number(request), structure), call, "");
        int wanted = structure.get(JAVA_INT, ARGSZ);
        if (wanted > structure.byteSize() && wanted <= ANSWER_BYTES_MAX) {
            MemorySegment larger = structure(arena, wanted);
            MemorySegment.copy(question, FLAGS, larger, FLAGS, question.byteSize() - FLAGS);
            Native.check(Ioctl.call(on, number(request), larger), call, "");
            structure = larger;
        }
        return structure;
    }

    /**
     * Where a capability begins, or 0 for none.
     *
     * @param first what the structure says about the chain's begin
     */
    static int capability(MemorySegment structure, int first, int id) {
        int at = first;
        for (int i = 0; i < CHAIN_MAX && at > 0; i++) {
            if (at > structure.byteSize() - CAPABILITY_HEADER_BYTES) {
                return 0;
            }
            if (Short.toUnsignedInt(structure.get(JAVA_SHORT_UNALIGNED, at)) == id) {
                return at;
            }
            at = structure.get(JAVA_INT_UNALIGNED, at + 4);
        }
        return 0;
    }
}
