package dev.ringroad.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.command.SglDescriptor;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

class DataPointersTest {
    private static final int PAGE = 4096;
    private static final long LISTS = 0x7000_0000L;
    private static final long DATA = 0x1_0000_0000L;

    private final DmaMemory lists = contiguous(4 * PAGE, LISTS);

    private static DmaMemory contiguous(long bytes, long address) {
        return DmaMemory.contiguous(Arena.ofAuto().allocate(bytes, PAGE), address, () -> {});
    }

    private static DmaMemory paged(long... addresses) {
        MemorySegment segment = Arena.ofAuto().allocate((long) addresses.length * PAGE, PAGE);
        return DmaMemory.paged(segment, addresses, PAGE, () -> {});
    }

    private DataPointers pointers(int sgl) {
        return new DataPointers(lists, PAGE, 2, 64, PAGE, sgl);
    }

    private long listed(int tracker, int entry) {
        return lists.segment()
                .get(ValueLayout.JAVA_LONG, PAGE + tracker * 64L + entry * (long) Long.BYTES);
    }

    @Test
    void whatFitsIntoAPageNeedsOneEntry() {
        DataPointers pointers = pointers(DataPointers.NO_SGL);

        assertThat(pointers.build(contiguous(PAGE, DATA), 512, PAGE - 512, 0)).isZero();
        assertThat(pointers.first).isEqualTo(DATA + 512);
        assertThat(pointers.second).isZero();
        assertThat(pointers.flags).isZero();
    }

    @Test
    void whatReachesIntoTheNextPageNeedsTwo() {
        DataPointers pointers = pointers(DataPointers.NO_SGL);
        DmaMemory data = paged(DATA, DATA + 77 * PAGE);

        assertThat(pointers.build(data, 512, PAGE + 512, 0)).isZero();
        assertThat(pointers.first).isEqualTo(DATA + 512);
        assertThat(pointers.second).isEqualTo(DATA + 77 * PAGE);
    }

    @Test
    void whatIsLongerNeedsAListOfItsTrackers() {
        DataPointers pointers = pointers(DataPointers.NO_SGL);
        DmaMemory data = paged(DATA, DATA + 9 * PAGE, DATA + 5 * PAGE, DATA + 7 * PAGE);

        assertThat(pointers.build(data, 4, 3 * PAGE, 1)).isZero();
        assertThat(pointers.first).isEqualTo(DATA + 4);
        assertThat(pointers.second).isEqualTo(LISTS + PAGE + 64);
        assertThat(listed(1, 0)).isEqualTo(DATA + 9 * PAGE);
        assertThat(listed(1, 1)).isEqualTo(DATA + 5 * PAGE);
        assertThat(listed(1, 2)).isEqualTo(DATA + 7 * PAGE);
        assertThat(listed(0, 0)).as("the other tracker's list").isZero();
    }

    @Test
    void aListIsNeverLeft() {
        DataPointers pointers = pointers(DataPointers.NO_SGL);
        DmaMemory data = contiguous(64L * PAGE, DATA);

        assertThat(pointers.build(data, 0, 9 * PAGE, 1)).isZero();
        assertThat(pointers.build(data, 0, 10 * PAGE, 1)).isEqualTo(Refusal.TOO_LONG);
        assertThat(lists.segment().asSlice(PAGE + 128).toArray(ValueLayout.JAVA_BYTE))
                .containsOnly(0);
    }

    @Test
    void memoryThatIsTooSmallOrMisalignedIsRefused() {
        DataPointers pointers = pointers(DataPointers.NO_SGL);
        DmaMemory data = contiguous(2 * PAGE, DATA);

        assertThat(pointers.build(data, PAGE, PAGE + 1, 0)).isEqualTo(Refusal.MEMORY_TOO_SMALL);
        assertThat(pointers.build(data, -1, 1, 0)).isEqualTo(Refusal.MEMORY_TOO_SMALL);
        assertThat(pointers.build(data, 3 * PAGE, 1, 0)).isEqualTo(Refusal.MEMORY_TOO_SMALL);
        assertThat(pointers.build(data, 2, 512, 0)).isEqualTo(Refusal.MISALIGNED);
    }

    @Test
    void piecesThatAreNoPagesAreRefused() {
        DataPointers pointers = pointers(DataPointers.NO_SGL);
        MemorySegment segment = Arena.ofAuto().allocate(4096, PAGE);
        DmaMemory data =
                DmaMemory.paged(
                        segment, new long[] {DATA, 2 * DATA, 3 * DATA, 4 * DATA}, 1024, () -> {});

        assertThat(pointers.build(data, 0, 1024, 0)).isZero();
        assertThat(pointers.build(data, 512, 1024, 0)).isEqualTo(Refusal.TOO_SCATTERED);
    }

    @Test
    void contiguousMemoryIsOneSglDescriptorHoweverAligned() {
        DataPointers pointers = pointers(DataPointers.SGL_ANY);
        DmaMemory data = contiguous(64L * PAGE, DATA);

        assertThat(pointers.build(data, 3, 60 * PAGE, 0)).isZero();
        assertThat(pointers.flags).isEqualTo(SubmissionEntry.SGL);
        assertThat(pointers.first).isEqualTo(DATA + 3);
        assertThat(pointers.second).isEqualTo(60 * PAGE);
        assertThat(pointers(DataPointers.SGL_ALIGNED).build(data, 3, 512, 0))
                .isEqualTo(Refusal.MISALIGNED);
    }

    @Test
    void scatteredMemoryIsASegmentOfItsRuns() {
        DataPointers pointers = pointers(DataPointers.SGL_ALIGNED);
        DmaMemory data = paged(DATA, DATA + PAGE, DATA + 5 * PAGE, DATA + 6 * PAGE);

        assertThat(pointers.build(data, 512, 3 * PAGE, 1)).isZero();
        assertThat(pointers.first).isEqualTo(LISTS + PAGE + 64);
        assertThat(pointers.second >>> 56).isEqualTo(0x30);
        assertThat(pointers.second & 0xffff_ffffL).isEqualTo(2 * SglDescriptor.BYTES);
        assertThat(listed(1, 0)).isEqualTo(DATA + 512);
        assertThat(listed(1, 1)).isEqualTo(2 * PAGE - 512);
        assertThat(listed(1, 2)).isEqualTo(DATA + 5 * PAGE);
        assertThat(listed(1, 3)).isEqualTo(PAGE + 512);
    }

    @Test
    void moreRunsThanAListHoldsAreRefused() {
        DataPointers pointers = pointers(DataPointers.SGL_ANY);
        DmaMemory data =
                paged(DATA, DATA + 2 * PAGE, DATA + 4 * PAGE, DATA + 6 * PAGE, DATA + 8 * PAGE);

        assertThat(pointers.build(data, 0, 5 * PAGE, 0)).isEqualTo(Refusal.TOO_SCATTERED);
    }
}
