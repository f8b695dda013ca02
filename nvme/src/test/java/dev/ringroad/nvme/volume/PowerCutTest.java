package dev.ringroad.nvme.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.BlockClient;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whatever is done, and wherever the power is cut: the store opens, is sound, and holds what was
 * flushed. Longer: {@code -Dvolume.seeds=1000}.
 */
final class PowerCutTest {
    private static final int ROUNDS = 30;
    private static final int CLUSTER = 16 << 10;

    /**
     * Among them 2, which tells when clusters are freed before the commit is durable, and 9, 14 and
     * 15, which tell when a stale twin is left as it is.
     */
    private static final long[] SEEDS = {1, 2, 3, 9, 14, 15};

    private static void run(long seed) {
        try {
            PowerCutRun run = new PowerCutRun(seed);
            run.run(ROUNDS);
            assertThat(run.images()).isPositive();
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError("With the seed " + seed, e);
        }
    }

    @Test
    void aCutAtAnyWriteLosesNothingThatWasFlushed() {
        for (long seed : SEEDS) {
            run(seed);
        }
    }

    @Test
    void aCutLosesNothingWithSeedsOfTheDayEither() {
        for (int i = Integer.getInteger("volume.seeds", 3); i > 0; i--) {
            run(ThreadLocalRandom.current().nextLong());
        }
    }

    /** Of a process that ends without a word, wherever it is; its drive goes on. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    void aProcessThatDiesInACommitLeavesNothingToALaterCut() throws IOException {
        int events = 0;
        while (diesAfter(events)) {
            events++;
        }
        // Pages, flush, superblock, flush, twin.
        assertThat(events).isGreaterThan(4);
    }

    private static boolean diesAfter(int events) throws IOException {
        CutDevice device = new CutDevice(new byte[48 * CLUSTER], 512, true, new Random(events));
        VolumeStore.format(device, CLUSTER);
        VolumeStore store = VolumeStore.open(device);
        store.create("kept", 8 * CLUSTER);
        store.create("gone", 20 * CLUSTER);
        write(store, "kept", 0, 4, 1);
        write(store, "gone", 0, 20, 2);
        AtomicInteger left = new AtomicInteger(events);
        device.onEvent(
                () -> {
                    if (left.getAndDecrement() == 0) {
                        throw new Killed();
                    }
                });
        boolean died = false;
        try {
            store.delete("gone");
        } catch (Killed e) {
            died = true;
        }
        device.onEvent(() -> {});
        store.metadata().stop("Its process is dead");
        store.close();
        VolumeStore next = VolumeStore.open(device);
        device.onEvent(() -> cutInTwoPlaces(device));
        write(next, "kept", 4, 4, 3);
        next.create("new", CLUSTER);
        device.onEvent(() -> {});
        next.close();
        return died;
    }

    private static void write(VolumeStore store, String name, int first, int count, int content)
            throws IOException {
        byte[] bytes = new byte[count * CLUSTER];
        Arrays.fill(bytes, (byte) content);
        try (Volume volume = store.openVolume(name);
                BlockClient client = BlockClient.open(volume)) {
            long block = (long) first * CLUSTER / 512;
            client.write(block, bytes.length / 512, MemorySegment.ofArray(bytes), 0);
            client.flush();
        }
    }

    /** All of what is unflushed reached the medium, but for one write or two. */
    private static void cutInTwoPlaces(CutDevice device) {
        for (int i = 0; i < Math.min(device.unflushedCount(), 4); i++) {
            for (int j = i; j < Math.min(device.unflushedCount(), 4); j++) {
                byte[] image = device.image(~(1L << i | 1L << j));
                try (VolumeStore store =
                        VolumeStore.open(new CutDevice(image, 512, true, new Random(1)))) {
                    for (VolumeInfo info : store.volumes()) {
                        expectOwn(store, info.name());
                    }
                } catch (IOException e) {
                    throw new AssertionError("Without unflushed writes " + i + ", " + j, e);
                }
            }
        }
    }

    private static void expectOwn(VolumeStore store, String name) throws IOException {
        try (Volume volume = store.openVolume(name);
                BlockClient client = BlockClient.open(volume)) {
            byte[] bytes = new byte[(int) volume.geometry().byteSize()];
            client.read(0, volume.geometry().blocks(), MemorySegment.ofArray(bytes), 0);
            for (int at = 0; at < bytes.length; at += 512) {
                assertThat(bytes[at]).describedAs(name).isIn(contents(name, at / CLUSTER));
            }
        }
    }

    private static List<Byte> contents(String name, int cluster) {
        return switch (name) {
            case "gone" -> List.of((byte) 2);
            case "kept" -> cluster < 4 ? List.of((byte) 1) : List.of((byte) 0, (byte) 3);
            default -> List.of((byte) 0);
        };
    }
}
