package dev.ringroad.nvme.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockException;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.MemoryDevice;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several threads on one store, some on one volume, while volumes come and go. */
final class VolumeThreadsTest {
    private static final int CLUSTER = 16 << 10;
    private static final int THREADS = 3;
    private static final int BLOCKS = 24 * CLUSTER / 512;

    private BlockDevice device;
    private VolumeStore store;

    @BeforeEach
    void makeStore() throws IOException {
        device = MemoryDevice.create("memory", 512, 400L * CLUSTER / 512);
        VolumeStore.format(device, CLUSTER);
        store = VolumeStore.open(device);
    }

    @AfterEach
    void closeStore() throws IOException {
        store.close();
        assertThat(StoreCheck.check(device)).isEmpty();
        device.close();
    }

    private static void together(List<Callable<Void>> tasks) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
            List<Future<Void>> futures = new ArrayList<>();
            for (Callable<Void> task : tasks) {
                futures.add(threads.submit(task));
            }
            for (Future<Void> future : futures) {
                Void ignored = future.get();
            }
        }
    }

    /** Its own blocks of a volume, written and read back, with everything else in between. */
    private static Void useBlocks(Volume volume, int thread, int rounds) throws IOException {
        Random random = new Random(thread);
        long[] expected = new long[BLOCKS];
        long[] block = new long[64];
        MemorySegment memory = MemorySegment.ofArray(block);
        try (BlockClient client = BlockClient.open(volume)) {
            for (int i = 1; i <= rounds; i++) {
                int own = random.nextInt(BLOCKS / THREADS) * THREADS + thread;
                if (random.nextInt(3) > 0) {
                    expected[own] = ((long) thread << 32) + i;
                    java.util.Arrays.fill(block, expected[own]);
                    client.write(own, 1, memory, 0);
                } else if (random.nextInt(20) == 0) {
                    client.flush();
                }
                int read = random.nextInt(BLOCKS / THREADS) * THREADS + thread;
                client.read(read, 1, memory, 0);
                assertThat(block).as("block %d", read).containsOnly(expected[read]);
            }
        }
        return null;
    }

    private long[] contents(String name) throws IOException {
        long[] words = new long[BLOCKS * 64];
        try (Volume volume = store.openVolume(name);
                BlockClient client = BlockClient.open(volume)) {
            client.read(0, BLOCKS, MemorySegment.ofArray(words), 0);
        }
        return words;
    }

    /** Snapshots of a volume that is being written: each stays as it was. */
    private Void takeSnapshots(String name, int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            store.snapshot(name, name + "-" + i);
            long[] first = contents(name + "-" + i);
            store.branch(name + "-" + i, "clone");
            if (i > 1) {
                store.delete(name + "-" + (i - 2));
            }
            assertThat(contents("clone")).isEqualTo(first);
            assertThat(contents(name + "-" + i)).isEqualTo(first);
            store.delete("clone");
        }
        return null;
    }

    /** Writes, unmaps and resizes a volume of its own, so that its clusters change hands. */
    private Void churn(String name, int rounds) throws IOException {
        Random random = new Random(9);
        try (Volume volume = store.openVolume(name);
                BlockClient client = BlockClient.open(volume)) {
            long[] words = new long[4 * CLUSTER / Long.BYTES];
            java.util.Arrays.fill(words, -1);
            for (int i = 0; i < rounds; i++) {
                int at = random.nextInt(20) * (CLUSTER / 512);
                if (random.nextBoolean()) {
                    writeIfRoom(client, at, MemorySegment.ofArray(words));
                } else {
                    client.unmap(at, 4 * CLUSTER / 512);
                }
                if (random.nextInt(8) == 0) {
                    client.flush();
                }
            }
        }
        return null;
    }

    private static void writeIfRoom(BlockClient client, int at, MemorySegment memory)
            throws IOException {
        try {
            client.write(at, memory.byteSize() / 512, memory, 0);
        } catch (BlockException e) {
            assertThat(e.status()).isEqualTo(BlockStatus.NO_SPACE);
        }
    }

    @Test
    void threadsOnOneVolumeKeepTheirBlocksWhileItIsSnapshot() throws Exception {
        store.create("volume", (long) BLOCKS * 512);
        store.create("other", (long) BLOCKS * 512);
        try (Volume volume = store.openVolume("volume")) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                tasks.add(() -> useBlocks(volume, thread, 20_000));
            }
            tasks.add(() -> takeSnapshots("volume", 150));
            tasks.add(() -> churn("other", 3_000));
            together(tasks);
        }
    }

    @Test
    void threadsThatFillTheStoreTogetherGetAnAnswer() throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            String name = "volume" + i;
            store.create(name, 400L * CLUSTER);
            tasks.add(
                    () -> {
                        try (Volume volume = store.openVolume(name);
                                BlockClient client = BlockClient.open(volume)) {
                            MemorySegment memory = MemorySegment.ofArray(new byte[3 * CLUSTER]);
                            for (int at = 0; at < 390; at += 3) {
                                writeIfRoom(client, at * (CLUSTER / 512), memory);
                                if (at % 60 == 0) {
                                    client.unmap(0, 30L * CLUSTER / 512);
                                }
                            }
                        }
                        return null;
                    });
        }
        together(tasks);
    }
}
