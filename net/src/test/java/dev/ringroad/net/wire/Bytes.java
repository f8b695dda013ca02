package dev.ringroad.net.wire;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/** Segments that end exactly where the bytes of a test end, so that every read beyond throws. */
final class Bytes {

    private Bytes() {}

    static MemorySegment ofHex(String hex) {
        return of(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    static MemorySegment of(byte[] bytes) {
        MemorySegment s =
                Arena.ofAuto().allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
        s.copyFrom(MemorySegment.ofArray(bytes));
        return s;
    }
}
