package dev.ringroad.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.command.SglDescriptor;
import dev.ringroad.nvme.command.SubmissionEntry;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

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

    @Test
    void piecesThatLieOnPagesAreOnePrpList() {
        DataPointers pointers = pointers(DataPointers.NO_SGL);
        DmaMemory one = paged(DATA, DATA + 9 * PAGE);
        DmaMemory other = contiguous(4L * PAGE, 2 * DATA);
        DataVector data =
                new DataVector(3)
                        .add(one, 512, 2 * PAGE - 512)
                        .add(other, PAGE, PAGE)
                        .add(other, 3 * PAGE, 512);

        assertThat(pointers.build(data, 3 * PAGE, 1)).isZero();
        assertThat(pointers.first).isEqualTo(DATA + 512);
        assertThat(pointers.second).isEqualTo(LISTS + PAGE + 64);
        assertThat(listed(1, 0)).isEqualTo(DATA + 9 * PAGE);
        assertThat(listed(1, 1)).isEqualTo(2 * DATA + PAGE);
        assertThat(listed(1, 2)).isEqualTo(2 * DATA + 3 * PAGE);
        // What is behind the blocks is left alone.
        assertThat(pointers.build(data, PAGE, 0)).isZero();
        assertThat(pointers.second).isEqualTo(DATA + 9 * PAGE);
        assertThat(pointers.build(data, 3 * PAGE + 1, 0)).isEqualTo(Refusal.MEMORY_TOO_SMALL);
    }

    @Test
    void piecesThatFollowEachOtherAreOneSglDescriptor() {
        DataPointers pointers = pointers(DataPointers.SGL_ANY);
        DmaMemory memory = contiguous(4L * PAGE, DATA);
        DataVector data = new DataVector(3).add(memory, 5, 100).add(memory, 105, 412);

        assertThat(pointers.build(data, 512, 0)).isZero();
        assertThat(pointers.first).isEqualTo(DATA + 5);
        assertThat(pointers.second).isEqualTo(512);
        data.add(memory, 105, 512);
        assertThat(pointers.build(data, 1024, 0)).isZero();
        assertThat(pointers.second >>> 56).isEqualTo(0x30);
        assertThat(listed(0, 0)).isEqualTo(DATA + 5);
        assertThat(listed(0, 1)).isEqualTo(512);
        assertThat(listed(0, 2)).isEqualTo(DATA + 105);
        assertThat(listed(0, 3)).isEqualTo(512);
    }

    @Test
    void aControllerThatWantsDoubleWordsGetsNothingElse() {
        DataPointers pointers = pointers(DataPointers.SGL_ALIGNED);
        DmaMemory memory = contiguous(4L * PAGE, DATA);

        DataVector late = new DataVector(2).add(memory, 0, 508).add(memory, 1025, 4);
        assertThat(pointers.build(late, 512, 0)).isEqualTo(Refusal.MISALIGNED);
        DataVector odd = new DataVector(2).add(memory, 0, 510).add(memory, 1024, 2);
        assertThat(pointers.build(odd, 512, 0)).isEqualTo(Refusal.MISALIGNED);
        DataVector even = new DataVector(2).add(memory, 4, 508).add(memory, 1024, 4);
        assertThat(pointers.build(even, 512, 0)).isZero();
    }

    @Test
    void aVectorHoldsWhatItWasMadeFor() {
        DmaMemory memory = contiguous(PAGE, DATA);
        DataVector data = new DataVector(1).add(memory, 0, PAGE);

        assertThatThrownBy(() -> data.add(memory, 0, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(data.clear().pieces()).isZero();
        assertThat(data.byteSize()).isZero();
        assertThatThrownBy(() -> data.add(memory, 1, PAGE))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> data.add(memory, -1, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> data.add(memory, 0, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(data.add(memory, 1, PAGE - 1).byteSize()).isEqualTo(PAGE - 1);
    }

    /**
     * Whatever the pieces are: each byte is told once, in order, at its own address; or none is.
     */
    @Property(tries = 500)
    void everyByteIsToldAtItsAddress(@ForAll Random random) {
        List<Long> expected = new ArrayList<>();
        DataVector data = new DataVector(8);
        int pieces = 1 + random.nextInt(8);
        for (int piece = 0; piece < pieces; piece++) {
            DmaMemory memory = paged(page(random), page(random), page(random));
            // Now and then at the ends of pages, as PRPs want it.
            long offset = random.nextBoolean() ? 4L * random.nextInt(3000) : PAGE;
            long bytes = random.nextBoolean() ? 1 + random.nextInt(200) : 2 * PAGE - offset % PAGE;
            bytes = Math.min(bytes, memory.byteSize() - offset);
            data.add(memory, offset, bytes);
            for (long at = offset; at < offset + bytes; at++) {
                expected.add(memory.deviceAddress(at));
            }
        }
        for (int sgl : new int[] {DataPointers.NO_SGL, DataPointers.SGL_ANY}) {
            DataPointers pointers = new DataPointers(lists, PAGE, 2, 1024, PAGE, sgl);
            if (pointers.build(data, data.byteSize(), 1) == 0) {
                assertThat(decode(pointers, data.byteSize())).isEqualTo(expected);
            } else {
                assertThat(sgl).as("lists take any pieces").isEqualTo(DataPointers.NO_SGL);
            }
        }
    }

    private static long page(Random random) {
        return DATA + (long) random.nextInt(64) * PAGE;
    }

    /** The address of each byte, as a controller finds it. */
    private List<Long> decode(DataPointers pointers, long bytes) {
        List<Long> all = new ArrayList<>();
        MemorySegment list = lists.segment().asSlice(PAGE + 1024, 1024);
        if (pointers.flags == SubmissionEntry.SGL) {
            if (pointers.second >>> 56 == 0) {
                addRun(all, pointers.first, pointers.second);
                return all;
            }
            assertThat(pointers.first).isEqualTo(LISTS + PAGE + 1024);
            long end = pointers.second & 0xffff_ffffL;
            for (long at = 0; at < end; at += SglDescriptor.BYTES) {
                assertThat(SglDescriptor.type(list, at)).isEqualTo(SglDescriptor.DATA_BLOCK);
                addRun(all, SglDescriptor.address(list, at), SglDescriptor.length(list, at));
            }
            return all;
        }
        long left = bytes - addRun(all, pointers.first, toPageEnd(pointers.first, bytes));
        boolean listed = left > PAGE;
        for (long at = 0; left > 0; at += Long.BYTES) {
            long page = listed ? list.get(ValueLayout.JAVA_LONG, at) : pointers.second;
            assertThat(page % PAGE).isZero();
            left -= addRun(all, page, toPageEnd(page, left));
        }
        return all;
    }

    private static long toPageEnd(long address, long bytesMax) {
        return Math.min(PAGE - address % PAGE, bytesMax);
    }

    private static long addRun(List<Long> all, long address, long bytes) {
        for (long at = 0; at < bytes; at++) {
            all.add(address + at);
        }
        return bytes;
    }
}
