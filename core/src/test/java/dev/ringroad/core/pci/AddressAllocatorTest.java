package dev.ringroad.core.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.IovaRange;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

final class AddressAllocatorTest {

    @Test
    void theLowestAlignedAddressIsGiven() {
        AddressAllocator addresses =
                new AddressAllocator(
                        List.of(
                                new IovaRange(0x1000, 0xfedf_ffffL),
                                new IovaRange(0xfef0_0000L, Long.MAX_VALUE)));

        assertThat(addresses.allocate(0x1000, 0x1000)).isEqualTo(0x1000);
        assertThat(addresses.allocate(0x20_0000, 0x20_0000)).isEqualTo(0x20_0000);
        assertThat(addresses.allocate(0x1000, 0x1000)).isEqualTo(0x2000);
        assertThat(addresses.allocate(1L << 32, 0x1000)).isEqualTo(0xfef0_0000L);
        addresses.release(0x1000, 0x1000);
        assertThat(addresses.allocate(0x1000, 0x1000)).isEqualTo(0x1000);
    }

    @Test
    void rangesThatCannotBeAreNoRanges() {
        AddressAllocator addresses =
                new AddressAllocator(List.of(new IovaRange(-1, -1), new IovaRange(8192, 4096)));

        assertThat(addresses.allocate(4096, 4096)).isEqualTo(AddressAllocator.NONE);
        addresses.add(new IovaRange(0, -1));
        assertThat(addresses.allocate(Long.MAX_VALUE, 1)).isZero();
        assertThat(addresses.allocate(1, 1)).isEqualTo(AddressAllocator.NONE);
    }

    @Property(tries = 300)
    void nothingIsGivenTwiceAndAllComesBack(@ForAll long seed) {
        Random random = new Random(seed);
        int size = 1 + random.nextInt(512);
        AddressAllocator addresses = new AddressAllocator(List.of(new IovaRange(0, size - 1)));
        BitSet taken = new BitSet();
        List<long[]> held = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            if (!held.isEmpty() && random.nextInt(3) == 0) {
                long[] piece = held.remove(random.nextInt(held.size()));
                addresses.release(piece[0], piece[1]);
                taken.clear((int) piece[0], (int) (piece[0] + piece[1]));
            } else {
                long bytes = 1L + random.nextInt(32);
                long alignment = 1L << random.nextInt(5);
                long first = addresses.allocate(bytes, alignment);
                if (first != AddressAllocator.NONE) {
                    assertThat(first % alignment).isZero();
                    assertThat(first + bytes).isLessThanOrEqualTo(size);
                    assertThat(taken.get((int) first, (int) (first + bytes)).isEmpty()).isTrue();
                    taken.set((int) first, (int) (first + bytes));
                    held.add(new long[] {first, bytes});
                }
            }
        }
        held.forEach(piece -> addresses.release(piece[0], piece[1]));
        assertThat(addresses.allocate(size, 1)).isZero();
    }
}
