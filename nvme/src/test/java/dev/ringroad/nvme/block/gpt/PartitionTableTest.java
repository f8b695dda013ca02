package dev.ringroad.nvme.block.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.block.SliceDevice;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.UUID;

class PartitionTableTest {
    private static final long BLOCKS = 32768;
    private static final UUID DISK = UUID.fromString("12345678-9abc-def0-1122-334455667788");

    private MemoryDevice device;
    private PartitionTable table;

    @BeforeEach
    void write() throws IOException {
        device = MemoryDevice.create("disk", 512, BLOCKS);
        table =
                PartitionTable.plan(
                        device.geometry(),
                        DISK,
                        List.of(
                                new PartitionTable.Wanted("boot", Partition.LINUX_DATA, 1 << 20),
                                new PartitionTable.Wanted("größer", Partition.LINUX_DATA, 0)));
        table.write(device);
    }

    @AfterEach
    void close() {
        device.close();
    }

    private MemorySegment block(long number) {
        return device.content().asSlice(number * 512, 512);
    }

    private static void flip(MemorySegment memory, long at) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) ~memory.get(ValueLayout.JAVA_BYTE, at));
    }

    @Test
    void readsWhatItHasWritten() throws IOException {
        PartitionTable read = PartitionTable.read(device);
        assertThat(read).isEqualTo(table);
        assertThat(read.partitions()).extracting(Partition::firstBlock).contains(2048L, 4096L);
        SliceDevice boot = read.open("boot", device, 1);
        assertThat(boot.geometry().blocks()).isEqualTo(2048);
        assertThat(boot.firstBlock()).isEqualTo(2048);
        assertThatThrownBy(() -> read.open("none", device, 3))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("1, 2");
    }

    @Test
    void readsTheBackupWhenTheFirstCopyIsDamaged() throws IOException {
        flip(block(1), 50);
        PartitionTable read = PartitionTable.read(device);
        assertThat(read.partitions()).isEqualTo(table.partitions());
        assertThat(read.notes()).singleElement().asString().contains("checksum of its header");
        assertThat(read.open("boot", device, 1).warnings())
                .containsExactly("disk: " + read.notes().getFirst());
    }

    @Test
    void readsTheFirstCopyWhenTheBackupIsDamaged() throws IOException {
        flip(block(BLOCKS - 10), 3);
        PartitionTable read = PartitionTable.read(device);
        assertThat(read.partitions()).isEqualTo(table.partitions());
        assertThat(read.notes()).singleElement().asString().contains("checksum of its entries");
    }

    @Test
    void readsNothingWhenBothAreDamaged() {
        flip(block(1), 0);
        flip(block(BLOCKS - 1), 0);
        assertThatThrownBy(() -> PartitionTable.read(device))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("EFI PART");
    }

    @Test
    void believesNothingAlthoughTheChecksumIsRight() {
        long[] longs = {-1, 0, 1, BLOCKS, Long.MAX_VALUE, Long.MIN_VALUE};
        for (int at : new int[] {Gpt.ENTRIES_BLOCK_AT, Gpt.LAST_USABLE_AT, Gpt.OWN_BLOCK_AT}) {
            for (long value : longs) {
                if (at != Gpt.OWN_BLOCK_AT || value != 1) {
                    assertRefused(at, value, true);
                }
            }
        }
        for (int at : new int[] {Gpt.ENTRY_COUNT_AT, Gpt.ENTRY_BYTES_AT, Gpt.HEADER_BYTES_AT}) {
            for (int value : new int[] {-1, 0, 1, 127, 1 << 20, Integer.MAX_VALUE, 1 << 31}) {
                assertRefused(at, value, false);
            }
        }
    }

    private void assertRefused(int at, long value, boolean isLong) {
        byte[] clean = device.content().toArray(ValueLayout.JAVA_BYTE);
        for (long own : new long[] {1, BLOCKS - 1}) {
            MemorySegment header = block(own);
            if (isLong) {
                Gpt.longAt(header, at, value);
            } else {
                Gpt.intAt(header, at, (int) value);
            }
            Gpt.intAt(header, Gpt.HEADER_CRC_AT, 0);
            Gpt.intAt(header, Gpt.HEADER_CRC_AT, Gpt.crc(header, 0, Gpt.HEADER_BYTES));
        }
        assertThatThrownBy(() -> PartitionTable.read(device))
                .as("%d at %d", value, at)
                .isInstanceOf(IOException.class);
        device.content().copyFrom(MemorySegment.ofArray(clean));
    }

    @Test
    void refusesToWriteOverlapsAndWhatIsOutside() {
        for (Partition other :
                List.of(
                        partition(2, 4095, 5000),
                        partition(2, 5000, 4999),
                        partition(2, 1, 10),
                        partition(2, 5000, BLOCKS),
                        partition(1, 5000, 6000),
                        partition(129, 5000, 6000))) {
            PartitionTable wrong =
                    new PartitionTable(
                            DISK,
                            table.firstUsable(),
                            table.lastUsable(),
                            List.of(partition(1, 2048, 4095), other),
                            List.of());
            assertThatThrownBy(() -> wrong.write(device))
                    .as("%s", other)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Partition partition(int number, long first, long last) {
        return new Partition(number, Partition.LINUX_DATA, DISK, first, last, 0, "test");
    }

    @Test
    void neverShowsAnotherTableWhateverBytesChange() throws IOException {
        Random random = new Random(7);
        byte[] clean = device.content().toArray(ValueLayout.JAVA_BYTE);
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i <= random.nextInt(4); i++) {
                long at = random.nextInt(34 * 512);
                flip(device.content(), random.nextBoolean() ? BLOCKS * 512 - 1 - at : at);
            }
            try {
                assertThat(PartitionTable.read(device).partitions()).isEqualTo(table.partitions());
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
            device.content().copyFrom(MemorySegment.ofArray(clean));
        }
    }

    @Test
    void findsNoTableOnADeviceWithoutRoom() throws IOException {
        try (MemoryDevice tiny = MemoryDevice.create("tiny", 512, 2)) {
            assertThatThrownBy(() -> PartitionTable.read(tiny)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> PartitionTable.plan(tiny.geometry(), DISK, List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
