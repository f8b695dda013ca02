package dev.ringroad.nvme.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockException;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.DelayDevice;
import dev.ringroad.nvme.block.MemoryDevice;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

final class VolumeStoreTest {
    private static final int CLUSTER = 16 << 10;
    private static final int BLOCKS_OF_CLUSTER = CLUSTER / 512;
    private static final int CLUSTERS = 128;

    private BlockDevice device;
    private VolumeStore store;

    @BeforeEach
    void makeStore() throws IOException {
        device = MemoryDevice.create("memory", 512, (long) CLUSTERS * BLOCKS_OF_CLUSTER);
        VolumeStore.format(device, CLUSTER);
        store = VolumeStore.open(device);
    }

    @AfterEach
    void closeStore() throws IOException {
        store.close();
        assertThat(StoreCheck.check(device)).isEmpty();
        device.close();
    }

    private void reopen() throws IOException {
        store.close();
        store = VolumeStore.open(device);
    }

    private void write(String name, long block, int count, int content) throws IOException {
        try (Volume volume = store.openVolume(name);
                BlockClient client = BlockClient.open(volume)) {
            byte[] bytes = new byte[count * 512];
            java.util.Arrays.fill(bytes, (byte) content);
            client.write(block, count, MemorySegment.ofArray(bytes), 0);
        }
    }

    private int read(String name, long block) throws IOException {
        try (Volume volume = store.openVolume(name);
                BlockClient client = BlockClient.open(volume)) {
            byte[] bytes = new byte[512];
            client.read(block, 1, MemorySegment.ofArray(bytes), 0);
            for (byte each : bytes) {
                assertThat(each).isEqualTo(bytes[0]);
            }
            return bytes[0];
        }
    }

    private VolumeInfo info(String name) {
        return store.volumes().stream()
                .filter(volume -> volume.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aVolumeMayBeLargerThanItsStoreAndTakesWhatIsWritten() throws Exception {
        long free = store.info().freeBytes();
        store.create("thin", 1L << 40);
        assertThat(info("thin").bytes()).isEqualTo(1L << 40);
        assertThat(info("thin").usedBytes()).isZero();
        write("thin", (1L << 31) - 3, 2, 7);
        assertThat(read("thin", (1L << 31) - 2)).isEqualTo(7);
        assertThat(read("thin", (1L << 31) - 4)).isZero();
        assertThat(read("thin", 0)).isZero();
        assertThat(info("thin").usedBytes()).isEqualTo(CLUSTER);
        assertThat(store.info().freeBytes()).isGreaterThan(free - 5 * CLUSTER);
    }

    @Test
    void whatWasWrittenIsThereWhenTheStoreIsOpenedAgain() throws Exception {
        store.create("one", 1 << 20);
        store.create("other", 1 << 20);
        write("one", 5, 100, 1);
        write("other", 5, 100, 2);
        store.snapshot("one", "kept");
        reopen();
        assertThat(store.volumes())
                .extracting(VolumeInfo::name)
                .containsExactly("one", "other", "kept");
        assertThat(info("kept").origin()).isEqualTo("one");
        assertThat(info("kept").snapshot()).isTrue();
        assertThat(read("one", 104)).isEqualTo(1);
        assertThat(read("other", 5)).isEqualTo(2);
        assertThat(read("kept", 5)).isEqualTo(1);
    }

    @Test
    void snapshotsStayAndClonesGoTheirOwnWay() throws Exception {
        store.create("volume", 1 << 20);
        write("volume", 0, 200, 1);
        store.snapshot("volume", "then");
        store.branch("then", "clone");
        store.branch("volume", "twin");
        long used = store.info().freeBytes();
        write("volume", 10, 1, 2);
        write("clone", 11, 1, 3);
        write("twin", 12, 100, 4);
        assertThat(store.info().freeBytes()).isLessThan(used);
        for (String name : new String[] {"volume", "then", "clone", "twin"}) {
            assertThat(read(name, 9)).isEqualTo(1);
            assertThat(read(name, 10)).isEqualTo(name.equals("volume") ? 2 : 1);
            assertThat(read(name, 11)).isEqualTo(name.equals("clone") ? 3 : 1);
            assertThat(read(name, 12)).isEqualTo(name.equals("twin") ? 4 : 1);
            assertThat(read(name, 150)).isEqualTo(1);
        }
        assertThatThrownBy(() -> write("then", 0, 1, 9))
                .isInstanceOfSatisfying(
                        BlockException.class,
                        e -> assertThat(e.status()).isEqualTo(BlockStatus.READ_ONLY));
    }

    @Test
    void deletingGivesBackWhatNobodyShares() throws Exception {
        store.create("volume", 1 << 20);
        write("volume", 0, 10 * BLOCKS_OF_CLUSTER, 1);
        store.snapshot("volume", "then");
        long free = store.info().freeBytes();
        store.delete("then");
        write("volume", 0, 10 * BLOCKS_OF_CLUSTER, 2);
        assertThat(store.info().freeBytes()).isGreaterThanOrEqualTo(free - CLUSTER);
        store.snapshot("volume", "then");
        write("volume", 0, 10 * BLOCKS_OF_CLUSTER, 3);
        store.delete("volume");
        assertThat(read("then", 3)).isEqualTo(2);
        assertThat(info("then").origin()).isNull();
        store.delete("then");
        assertThat(store.volumes()).isEmpty();
        assertThat(store.info().freeBytes())
                .isGreaterThanOrEqualTo((CLUSTERS - 3) * (long) CLUSTER);
    }

    @Test
    void unmapAndZeroesGiveClustersBack() throws Exception {
        store.create("volume", 1 << 20);
        write("volume", 0, 10 * BLOCKS_OF_CLUSTER, 1);
        try (Volume volume = store.openVolume("volume");
                BlockClient client = BlockClient.open(volume)) {
            client.unmap(1, 3L * BLOCKS_OF_CLUSTER);
            client.writeZeroes(5L * BLOCKS_OF_CLUSTER - 1, 2L * BLOCKS_OF_CLUSTER + 2);
        }
        assertThat(info("volume").usedBytes()).isEqualTo(6 * CLUSTER);
        assertThat(read("volume", 0)).isEqualTo(1);
        assertThat(read("volume", 2 * BLOCKS_OF_CLUSTER)).isZero();
        assertThat(read("volume", 4 * BLOCKS_OF_CLUSTER)).isEqualTo(1);
        assertThat(read("volume", 5 * BLOCKS_OF_CLUSTER - 1)).isZero();
        assertThat(read("volume", 5 * BLOCKS_OF_CLUSTER)).isZero();
        assertThat(read("volume", 7 * BLOCKS_OF_CLUSTER)).isZero();
        assertThat(read("volume", 7 * BLOCKS_OF_CLUSTER + 1)).isEqualTo(1);
    }

    @Test
    void aSmallerVolumeLosesItsEndForGood() throws Exception {
        store.create("volume", 64 * CLUSTER);
        write("volume", 0, 40 * BLOCKS_OF_CLUSTER, 1);
        store.snapshot("volume", "whole");
        try (Volume open = store.openVolume("volume");
                BlockChannel channel = open.openChannel(1)) {
            store.resize("volume", 20 * CLUSTER);
            assertThat(open.geometry().blocks()).isEqualTo(20 * BLOCKS_OF_CLUSTER);
            BlockStatus[] told = new BlockStatus[1];
            channel.submit(
                    new BlockRequest((_, status) -> told[0] = status)
                            .fill(
                                    BlockOperation.READ,
                                    20 * BLOCKS_OF_CLUSTER,
                                    1,
                                    MemorySegment.ofArray(new byte[512]),
                                    0));
            while (channel.outstanding() > 0) {
                int ignored = channel.poll(0);
            }
            assertThat(told[0]).isEqualTo(BlockStatus.INVALID);
        }
        reopen();
        store.resize("volume", 1 << 30);
        assertThat(read("volume", 20 * BLOCKS_OF_CLUSTER - 1)).isEqualTo(1);
        assertThat(read("volume", 20 * BLOCKS_OF_CLUSTER)).isZero();
        assertThat(read("whole", 20 * BLOCKS_OF_CLUSTER)).isEqualTo(1);
        write("volume", (1 << 21) - 1, 1, 5);
        store.resize("volume", CLUSTER);
        assertThat(info("volume").usedBytes()).isEqualTo(CLUSTER);
    }

    @Test
    void aFullStoreSaysSoAndGoesOnWhenRoomIsMade() throws Exception {
        store.create("volume", 4L * CLUSTERS * CLUSTER);
        write("volume", 0, 32, 1);
        store.snapshot("volume", "then");
        assertThatThrownBy(() -> write("volume", 0, 2 * CLUSTERS * BLOCKS_OF_CLUSTER, 2))
                .isInstanceOfSatisfying(
                        BlockException.class,
                        e -> assertThat(e.status()).isEqualTo(BlockStatus.NO_SPACE));
        assertThatThrownBy(() -> write("volume", 3 * CLUSTERS * BLOCKS_OF_CLUSTER, 1, 3))
                .hasMessageContaining("no room is left");
        // What is there can be written, flushed, and given up.
        write("volume", 4, 1, 4);
        store.flush();
        reopen();
        assertThat(read("volume", 4)).isEqualTo(4);
        assertThat(read("then", 4)).isEqualTo(1);
        try (Volume volume = store.openVolume("volume");
                BlockClient client = BlockClient.open(volume)) {
            client.unmap(0, 50L * BLOCKS_OF_CLUSTER);
        }
        write("volume", 3 * CLUSTERS * BLOCKS_OF_CLUSTER, 40 * BLOCKS_OF_CLUSTER, 3);
        assertThatThrownBy(() -> write("volume", 0, 2 * CLUSTERS * BLOCKS_OF_CLUSTER, 2))
                .hasMessageContaining("no room is left");
        store.delete("then");
        store.delete("volume");
        assertThat(store.info().freeBytes())
                .isGreaterThanOrEqualTo((CLUSTERS - 4) * (long) CLUSTER);
    }

    @Test
    void manySnapshotsOfManyVolumesAreKeptApart() throws Exception {
        Random random = new Random(3);
        store.create("v0", 1 << 20);
        int[][] expected = new int[40][8];
        for (int i = 1; i < expected.length; i++) {
            int source = random.nextInt(i);
            store.branch("v" + source, "v" + i);
            expected[i] = expected[source].clone();
            int block = random.nextInt(8);
            write("v" + i, block * 3L, 1, i);
            expected[i][block] = i;
            if (i % 10 == 0) {
                reopen();
            }
        }
        for (int i = 0; i < expected.length; i++) {
            for (int block = 0; block < 8; block++) {
                assertThat(read("v" + i, block * 3L)).isEqualTo(expected[i][block]);
            }
        }
    }

    @Test
    void namesAndSizesThatCannotBeAreRefused() throws Exception {
        store.create("there", 1);
        assertThat(info("there").bytes()).isEqualTo(CLUSTER);
        assertThatThrownBy(() -> store.create("there", 1))
                .hasMessageContaining("There is already a volume there");
        assertThatThrownBy(() -> store.create("../up", 1)).hasMessageContaining("letters, digits");
        assertThatThrownBy(() -> store.create("x".repeat(65), 1)).hasMessageContaining("letters");
        assertThatThrownBy(() -> store.create("none", 0)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> store.create("vast", Long.MAX_VALUE))
                .hasMessageContaining("bytes, not");
        assertThatThrownBy(() -> store.delete("gone")).hasMessageContaining("no volume gone");
        store.rename("there", "here");
        assertThatThrownBy(() -> store.openVolume("there")).hasMessageContaining("no volume there");
        try (Volume _ = store.openVolume("here")) {
            assertThatThrownBy(() -> store.delete("here")).hasMessageContaining("is open");
            assertThatThrownBy(() -> store.close()).hasMessageContaining("open volumes");
        }
    }

    @Test
    void whoWouldWaitForHimselfIsToldSo() throws Exception {
        store.create("volume", 1 << 20);
        try (Volume volume = store.openVolume("volume");
                BlockChannel channel = volume.openChannel(1)) {
            channel.submit(new BlockRequest((_, _) -> {}).flush());
            assertThatThrownBy(() -> store.snapshot("volume", "then"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("poll");
            while (channel.outstanding() > 0) {
                int ignored = channel.poll(0);
            }
            store.snapshot("volume", "then");
        }
    }

    @Test
    void afterAFailedCommitNothingIsChangedAnyMore() throws Exception {
        byte[] empty = new byte[CLUSTERS * CLUSTER];
        CutDevice failing = new CutDevice(empty, 512, false, new Random(1));
        VolumeStore.format(failing, CLUSTER);
        VolumeStore opened = VolumeStore.open(failing);
        opened.create("volume", 1 << 20);
        try (Volume volume = opened.openVolume("volume");
                BlockClient client = BlockClient.open(volume)) {
            MemorySegment block = MemorySegment.ofArray(new byte[512]);
            block.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            client.write(0, 1, block, 0);
            failing.writesUntilFailure = 2;
            assertThatThrownBy(client::flush).isInstanceOf(BlockException.class);
            failing.writesUntilFailure = Integer.MAX_VALUE;
            assertThatThrownBy(client::flush).isInstanceOf(BlockException.class);
            client.read(0, 1, block, 0);
            assertThat(block.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
            assertThatThrownBy(() -> client.write(100, 1, block, 0)).hasMessageContaining("failed");
        }
        assertThatThrownBy(() -> opened.create("more", 1)).hasMessageContaining("opened again");
        opened.close();
        try (VolumeStore again = VolumeStore.open(failing)) {
            assertThat(again.volumes()).hasSize(1);
        }
    }

    @Test
    void devicesThatDoNotDoAreRefused() throws Exception {
        try (BlockDevice small = MemoryDevice.create("small", 512, 100);
                BlockDevice blank = MemoryDevice.create("blank", 512, 1024);
                BlockDevice wide = MemoryDevice.create("wide", 8192, 1024);
                BlockDevice marked = MemoryDevice.create("marked", 512, 1024, 8)) {
            assertThatThrownBy(() -> VolumeStore.format(small, CLUSTER))
                    .hasMessageContaining("too small");
            assertThatThrownBy(() -> VolumeStore.open(blank))
                    .hasMessageContaining("holds no volume store")
                    .hasMessageContaining("there is none");
            assertThatThrownBy(() -> VolumeStore.format(wide, CLUSTER))
                    .hasMessageContaining("8192");
            assertThatThrownBy(() -> VolumeStore.format(marked, CLUSTER))
                    .hasMessageContaining("metadata");
            assertThat(VolumeStore.isOn(blank)).isFalse();
            assertThat(VolumeStore.isOn(device)).isTrue();
        }
    }

    @Test
    void aClosedVolumeHasNoNewChannels() throws Exception {
        store.create("volume", 1 << 20);
        Volume volume = store.openVolume("volume");
        volume.close();
        store.delete("volume");

        assertThatThrownBy(() -> volume.openChannel(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aChannelIsDoneWithItsCommitBeforeItTellsTheLastRequest() throws Exception {
        DelayDevice slow = new DelayDevice("slow", device, 1000);
        MemorySegment block = MemorySegment.ofArray(new byte[512]);
        BlockRequest[] wrong = new BlockRequest[2];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = new BlockRequest((_, _) -> {});
            wrong[i].fill(BlockOperation.READ, -1, 1, block, 0);
        }
        store.create("volume", 1 << 20);
        store.close();
        store = VolumeStore.open(slow);
        try (Volume volume = store.openVolume("volume");
                BlockChannel channel = volume.openChannel(4)) {
            long now = 0;
            BlockRequest request = new BlockRequest((_, _) -> {});
            channel.submit(request.fill(BlockOperation.WRITE, 0, 1, block, 0));
            for (; channel.outstanding() > 0; now += 1000) {
                int ignored = channel.poll(now);
            }
            channel.submit(request.flush());
            for (; store.commit().durable() == 0; now += 1000) {
                int ignored = channel.poll(now);
            }
            now -= 1000;
            // The twin is still to be written.
            assertThat(store.commit().isIdle()).isFalse();
            for (BlockRequest each : wrong) {
                channel.submit(each);
            }
            while (channel.outstanding() > 0) {
                int ignored = channel.poll(now);
                now += channel.outstanding() == 1 ? 1000 : 0;
            }
        }
    }

    @Test
    void aStoreThatIsClosedHasTwoSuperblocks() throws Exception {
        CutDevice drive = new CutDevice(new byte[CLUSTERS * CLUSTER], 512, false, new Random(1));
        VolumeStore.format(drive, CLUSTER);
        try (VolumeStore opened = VolumeStore.open(drive)) {
            opened.create("volume", 1 << 20);
        }

        assertThat(drive.unflushedCount()).isZero();
    }
}
