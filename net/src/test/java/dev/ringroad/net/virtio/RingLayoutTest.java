package dev.ringroad.net.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

class RingLayoutTest {

    private final MemorySegment s = Arena.ofAuto().allocate(256, 16);

    private int u16(long at) {
        return s.get(ValueLayout.JAVA_SHORT, at) & 0xFFFF;
    }

    @Test
    void halvesOfADescriptorAreWhereTheStandardHasThem() {
        RingDescriptor.address(s, 16, 0x1122334455667788L);
        RingDescriptor.second(s, 16, RingDescriptor.split(0x89ABCDEFL, 3, 0xFEDC));
        assertThat(s.get(ValueLayout.JAVA_LONG, 16)).isEqualTo(0x1122334455667788L);
        assertThat(s.get(ValueLayout.JAVA_INT, 24)).isEqualTo(0x89ABCDEF);
        assertThat(u16(28)).isEqualTo(3);
        assertThat(u16(30)).isEqualTo(0xFEDC);
        long second = RingDescriptor.second(s, 16);
        assertThat(RingDescriptor.length(second)).isEqualTo(0x89ABCDEFL);
        assertThat(RingDescriptor.splitFlags(second)).isEqualTo(3);
        assertThat(RingDescriptor.splitNext(second)).isEqualTo(0xFEDC);
        RingDescriptor.secondRelease(s, 16, RingDescriptor.packed(5, 0xABCD, 0x8082));
        assertThat(u16(28)).isEqualTo(0xABCD);
        assertThat(u16(30)).isEqualTo(0x8082);
        second = RingDescriptor.secondAcquire(s, 16);
        assertThat(RingDescriptor.packedId(second)).isEqualTo(0xABCD);
        assertThat(RingDescriptor.packedFlags(second)).isEqualTo(0x8082);
        assertThat(RingDescriptor.at(16, 3)).isEqualTo(64);
    }

    @Test
    void partsOfASplitRingAreWhereTheStandardHasThem() {
        assertThat(SplitRing.descriptorsBytes(8)).isEqualTo(128);
        assertThat(SplitRing.availableBytes(8)).isEqualTo(6 + 2 * 8);
        assertThat(SplitRing.usedBytes(8)).isEqualTo(6 + 8 * 8);
        SplitRing.flags(s, 0, SplitRing.FLAG_SILENT);
        SplitRing.indexRelease(s, 0, 0xFFFF);
        SplitRing.available(s, 0, 2, 7);
        SplitRing.usedEvent(s, 0, 8, 9);
        assertThat(u16(0)).isEqualTo(1);
        assertThat(u16(2)).isEqualTo(0xFFFF);
        assertThat(SplitRing.indexAcquire(s, 0)).isEqualTo(0xFFFF);
        assertThat(u16(8)).isEqualTo(7);
        assertThat(u16(20)).isEqualTo(9);
        SplitRing.used(s, 64, 1, 3, 0x80000000);
        SplitRing.availableEvent(s, 64, 8, 10);
        assertThat(s.get(ValueLayout.JAVA_INT, 64 + 12)).isEqualTo(3);
        assertThat(u16(64 + 4 + 64)).isEqualTo(10);
        long used = SplitRing.used(s, 64, 1);
        assertThat(SplitRing.usedId(used)).isEqualTo(3);
        assertThat(SplitRing.usedLength(used)).isEqualTo(0x80000000L);
    }

    @Test
    void anIndexPassesAnEventOnce() {
        assertThat(SplitRing.passed(5, 5, 6)).isTrue();
        assertThat(SplitRing.passed(5, 4, 5)).isFalse();
        assertThat(SplitRing.passed(5, 6, 9)).isFalse();
        assertThat(SplitRing.passed(0xFFFF, 0xFFFE, 2)).isTrue();
        assertThat(SplitRing.passed(1, 0xFFFE, 1)).isFalse();
        assertThat(SplitRing.passed(7, 7, 7)).isFalse();
    }

    @Test
    void aPackedPositionPassesAnEventOnceInItsRound() {
        int size = 8;
        int five = 5 | PackedRing.EVENT_WRAP;
        assertThat(PackedRing.passed(five, 6, true, 1, size)).isTrue();
        assertThat(PackedRing.passed(five, 5, true, 1, size)).isFalse();
        assertThat(PackedRing.passed(five, 7, true, 1, size)).isFalse();
        assertThat(PackedRing.passed(five, 1, false, 4, size)).isTrue();
        assertThat(PackedRing.passed(five, 1, false, 3, size)).isFalse();
        assertThat(PackedRing.passed(5, 6, true, 1, size)).isFalse();
    }

    @Test
    void flagsOfAPackedDescriptorTellWhoseItIs() {
        for (boolean wrap : new boolean[] {true, false}) {
            int available = PackedRing.availableFlags(wrap);
            int used = PackedRing.usedFlags(wrap);
            assertThat(PackedRing.isAvailable(available, wrap)).isTrue();
            assertThat(PackedRing.isAvailable(available, !wrap)).isFalse();
            assertThat(PackedRing.isAvailable(used, wrap)).isFalse();
            assertThat(PackedRing.isAvailable(used, !wrap)).isFalse();
            assertThat(PackedRing.isUsed(used, wrap)).isTrue();
            assertThat(PackedRing.isUsed(used, !wrap)).isFalse();
            assertThat(PackedRing.isUsed(available, wrap)).isFalse();
        }
    }

    @Test
    void anEventHasItsPositionBeforeItsFlags() {
        PackedRing.eventPosition(s, 4, 3, true);
        PackedRing.eventFlags(s, 4, PackedRing.EVENT_AT_POSITION);
        assertThat(u16(4)).isEqualTo(0x8003);
        assertThat(u16(6)).isEqualTo(2);
        assertThat(PackedRing.eventPosition(s, 4)).isEqualTo(0x8003);
        assertThat(PackedRing.eventFlags(s, 4)).isEqualTo(PackedRing.EVENT_AT_POSITION);
    }

    @Test
    void theHeaderCountsBuffersAtItsEnd() {
        VirtioNetHeader.buffers(s, 1, 0x1234);
        assertThat(s.get(ValueLayout.JAVA_SHORT_UNALIGNED, 11)).isEqualTo((short) 0x1234);
        assertThat(VirtioNetHeader.buffers(s, 1)).isEqualTo(0x1234);
        assertThat(VirtioNetHeader.bytes(0)).isEqualTo(10);
        assertThat(VirtioNetHeader.bytes(VirtioFeature.VERSION_1.mask())).isEqualTo(12);
        assertThat(VirtioNetHeader.bytes(VirtioFeature.NET_MRG_RXBUF.mask())).isEqualTo(12);
    }
}
