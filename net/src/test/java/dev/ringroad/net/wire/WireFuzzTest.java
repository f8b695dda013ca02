package dev.ringroad.net.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;

import java.lang.foreign.MemorySegment;

/**
 * Coverage-guided bytes against every codec. Inputs that once found a new way through are kept and
 * replayed in each build.
 */
class WireFuzzTest {

    /** The segment ends where the bytes end, so whoever reads beyond throws. */
    @FuzzTest(maxDuration = "1m")
    void anyBytes(byte[] data) {
        MemorySegment s = MemorySegment.ofArray(data);
        for (HostileBytesTest.Codec codec : HostileBytesTest.Codec.values()) {
            codec.readAll(s, data.length);
        }
    }
}
