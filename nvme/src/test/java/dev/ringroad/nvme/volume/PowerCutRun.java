package dev.ringroad.nvme.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Random operations on a store, and a power cut after each event of its device: what the cut may
 * leave is opened, checked and compared with what must be there.
 */
final class PowerCutRun {
    private static final int CLUSTER_BYTES = 16 << 10;
    private static final int CLUSTER_SECTORS = CLUSTER_BYTES / CutDevice.SECTOR;
    private static final int CLUSTERS = 48;
    private static final int VOLUMES_MAX = 5;
    private static final int VOLUME_CLUSTERS_MAX = 8;
    private static final int EVERY_SUBSET_OF = 4;
    private static final int SAMPLES = 4;

    private final Random random;
    private final int blockBytes;
    private final int blockSectors;
    private final boolean clears;
    private CutDevice device;
    private VolumeStore store;
    private Map<String, ModelVolume> model = new TreeMap<>();

    /** What the store may be as well, while a change of its volumes is under way. */
    private Map<String, ModelVolume> alternative = model;

    private long nextContent = 1;
    private int nextName;
    private int underWay;
    private int images;

    PowerCutRun(long seed) throws IOException {
        random = new Random(seed);
        blockBytes = random.nextBoolean() ? 512 : 4096;
        blockSectors = blockBytes / CutDevice.SECTOR;
        clears = random.nextBoolean();
        device = new CutDevice(new byte[CLUSTERS * CLUSTER_BYTES], blockBytes, clears, random);
        VolumeStore.format(device, CLUSTER_BYTES);
        device.onEvent(this::cut);
        store = VolumeStore.open(device);
    }

    /** How many images were looked at. */
    int images() {
        return images;
    }

    void run(int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            if (model.isEmpty() || random.nextInt(4) == 0) {
                change();
            } else {
                inputAndOutput();
            }
            if (random.nextInt(12) == 0) {
                reopen(random.nextBoolean());
            }
        }
        store.close();
    }

    // --- what is done

    private String anyName() {
        List<String> names = List.copyOf(model.keySet());
        return names.get(random.nextInt(names.size()));
    }

    private void change() throws IOException {
        Map<String, ModelVolume> before = new TreeMap<>(model);
        alternative = new TreeMap<>(model);
        try {
            if (model.isEmpty() || (model.size() < VOLUMES_MAX && random.nextInt(4) == 0)) {
                create();
            } else if (model.size() < VOLUMES_MAX && random.nextInt(3) > 0) {
                copy(anyName(), random.nextBoolean());
            } else if (random.nextBoolean()) {
                resize(anyName());
            } else {
                String name = anyName();
                alternative.remove(name);
                store.delete(name);
            }
            model = alternative;
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("needs more room");
            model = before;
        }
        alternative = model;
    }

    private void create() throws IOException {
        int clusters = 1 + random.nextInt(VOLUME_CLUSTERS_MAX);
        String name = "v" + nextName++;
        alternative.put(name, new ModelVolume(clusters * CLUSTER_SECTORS, false));
        store.create(name, (long) clusters * CLUSTER_BYTES);
    }

    private void copy(String source, boolean asSnapshot) throws IOException {
        ModelVolume original = model.get(source);
        String name = (asSnapshot ? "s" : "c") + nextName++;
        alternative.put(name, original.copy(asSnapshot));
        if (asSnapshot) {
            store.snapshot(source, name);
        } else {
            store.branch(source, name);
        }
    }

    private void resize(String name) throws IOException {
        ModelVolume old = model.get(name);
        if (old.readOnly) {
            return;
        }
        int clusters = 1 + random.nextInt(VOLUME_CLUSTERS_MAX);
        alternative.put(name, old.resized(clusters * CLUSTER_SECTORS));
        store.resize(name, (long) clusters * CLUSTER_BYTES);
    }

    /** Several requests at once, on two channels of a volume. */
    private void inputAndOutput() throws IOException {
        String name = anyName();
        ModelVolume volume = model.get(name);
        try (Volume opened = store.openVolume(name);
                BlockChannel one = opened.openChannel(4);
                BlockChannel other = opened.openChannel(1)) {
            for (int i = random.nextInt(14); i >= 0; i--) {
                submit(random.nextInt(3) == 0 ? other : one, volume);
                if (random.nextBoolean()) {
                    poll(one, other);
                }
            }
            while (underWay > 0) {
                poll(one, other);
            }
        }
        if (volume.isUncertain()) {
            volume.settle(contents(store, name));
        }
    }

    private static void poll(BlockChannel one, BlockChannel other) {
        int ignored = one.poll(0) + other.poll(0);
    }

    private void submit(BlockChannel channel, ModelVolume volume) {
        int blocks = volume.sectors() / blockSectors;
        int first = random.nextInt(blocks);
        int count;
        if (random.nextInt(3) == 0) {
            // A whole cluster, which unmapping gives up and writing takes.
            count = CLUSTER_SECTORS / blockSectors;
            first = first / count * count;
        } else {
            boolean isLong = random.nextInt(4) == 0;
            count = 1 + random.nextInt(Math.min(blocks - first, isLong ? blocks : 6));
        }
        switch (random.nextInt(8)) {
            case 0, 1 -> flush(channel, volume);
            case 2 -> read(channel, volume, first, count);
            case 3 -> clear(channel, volume, first, count, BlockOperation.UNMAP);
            case 4 -> clear(channel, volume, first, count, BlockOperation.WRITE_ZEROES);
            default -> write(channel, volume, first, count);
        }
    }

    private void write(BlockChannel channel, ModelVolume volume, int firstBlock, int blocks) {
        int first = firstBlock * blockSectors;
        int count = blocks * blockSectors;
        if (volume.readOnly || volume.isBusy(first, count)) {
            return;
        }
        long content = nextContent++;
        long[] words = new long[blocks * blockBytes / Long.BYTES];
        Arrays.fill(words, content);
        boolean isForced = random.nextInt(4) == 0;
        volume.beginWrite(first, count, content);
        submit(
                channel,
                status -> {
                    boolean isDone = requireDone(status);
                    volume.endWrite(first, count, isDone, isForced);
                },
                request ->
                        request.fill(
                                        BlockOperation.WRITE,
                                        firstBlock,
                                        blocks,
                                        MemorySegment.ofArray(words),
                                        0)
                                .forceUnitAccess(isForced));
    }

    private static boolean requireDone(BlockStatus status) {
        assertThat(status).isIn(BlockStatus.OK, BlockStatus.NO_SPACE);
        return status == BlockStatus.OK;
    }

    private void submit(
            BlockChannel channel, Consumer<BlockStatus> told, Consumer<BlockRequest> content) {
        BlockRequest request =
                new BlockRequest(
                        (_, status) -> {
                            underWay--;
                            told.accept(status);
                        });
        content.accept(request);
        underWay++;
        channel.submit(request);
    }

    private void clear(
            BlockChannel channel,
            ModelVolume volume,
            int firstBlock,
            int blocks,
            BlockOperation operation) {
        int begin = firstBlock * blockSectors;
        int end = begin + blocks * blockSectors;
        if (volume.readOnly || volume.isBusy(begin, end - begin)) {
            return;
        }
        boolean isUnmap = operation == BlockOperation.UNMAP;
        // Unmapping works by whole clusters.
        int first = isUnmap ? -Math.floorDiv(-begin, CLUSTER_SECTORS) * CLUSTER_SECTORS : begin;
        int count = (isUnmap ? end / CLUSTER_SECTORS * CLUSTER_SECTORS : end) - first;
        if (count > 0) {
            volume.beginWrite(first, count, 0);
        }
        submit(
                channel,
                status -> {
                    if (count > 0) {
                        volume.endWrite(first, count, requireDone(status), false);
                    }
                },
                request -> request.fill(operation, firstBlock, blocks, MemorySegment.NULL, 0));
    }

    private void read(BlockChannel channel, ModelVolume volume, int firstBlock, int blocks) {
        int first = firstBlock * blockSectors;
        int count = blocks * blockSectors;
        if (volume.isBusy(first, count)) {
            return;
        }
        MemorySegment memory = MemorySegment.ofArray(new long[blocks * blockBytes / Long.BYTES]);
        volume.beginRead(first, count);
        submit(
                channel,
                status -> {
                    assertThat(status).isEqualTo(BlockStatus.OK);
                    volume.endRead(first, count);
                    for (int i = 0; i < count; i++) {
                        expectRead(volume, first + i, content(memory, i));
                    }
                },
                request -> request.fill(BlockOperation.READ, firstBlock, blocks, memory, 0));
    }

    private static void expectRead(ModelVolume volume, int sector, long content) {
        if (!volume.mayRead(sector, content)) {
            fail(
                    "Sector %d reads %d, and its contents were %s",
                    sector, content, volume.history(sector));
        }
    }

    private void flush(BlockChannel channel, ModelVolume volume) {
        int[] completed = volume.completed();
        submit(
                channel,
                status -> {
                    assertThat(status).isEqualTo(BlockStatus.OK);
                    volume.flushed(completed);
                },
                BlockRequest::flush);
    }

    /** Goes on with what a power cut has left, or after an orderly end. */
    private void reopen(boolean isCut) throws IOException {
        byte[] image = device.tornImage();
        if (isCut) {
            device.onEvent(() -> {});
        }
        store.close();
        if (!isCut) {
            image = device.content();
        }
        device = new CutDevice(image, blockBytes, clears, random);
        store = VolumeStore.open(device);
        assertThat(explain(store, model)).isEmpty();
        for (Map.Entry<String, ModelVolume> entry : model.entrySet()) {
            entry.getValue().found(contents(store, entry.getKey()));
        }
        device.onEvent(this::cut);
    }

    // --- what is found after a cut

    private void cut() {
        int count = device.unflushedCount();
        if (count <= EVERY_SUBSET_OF) {
            for (long subset = 0; subset < 1L << count; subset++) {
                examine(device.image(subset), subset);
            }
        } else {
            examine(device.image(0), 0);
            examine(device.image(-1), -1);
            for (int i = 0; i < SAMPLES; i++) {
                long subset = random.nextLong() | (random.nextBoolean() ? random.nextLong() : 0);
                examine(device.image(subset), subset);
            }
        }
        examine(device.tornImage(), 'T');
    }

    private void examine(byte[] image, long subset) {
        images++;
        try {
            CutDevice left = new CutDevice(image, blockBytes, clears, random);
            assertThat(StoreCheck.check(left))
                    .allMatch(finding -> finding.gravity() == Finding.Gravity.NOTE);
            try (VolumeStore opened = VolumeStore.open(left)) {
                String why = explain(opened, model);
                if (!why.isEmpty()) {
                    why = explain(opened, alternative);
                }
                assertThat(why).isEmpty();
            }
        } catch (IOException | AssertionError e) {
            throw new AssertionError("With unflushed writes " + Long.toBinaryString(subset), e);
        }
    }

    /** What does not fit between a store and a model, or nothing. */
    private String explain(VolumeStore opened, Map<String, ModelVolume> expected)
            throws IOException {
        List<String> names = opened.volumes().stream().map(VolumeInfo::name).sorted().toList();
        if (!names.equals(List.copyOf(expected.keySet()))) {
            return "There are " + names + " and not " + expected.keySet();
        }
        for (String name : names) {
            ModelVolume volume = expected.get(name);
            long[] contents = contents(opened, name);
            if (contents.length != volume.sectors()) {
                return name + " has " + contents.length + " sectors, not " + volume.sectors();
            }
            for (int i = 0; i < contents.length; i++) {
                if (!volume.mayHold(i, contents[i])) {
                    return "Sector %d of %s holds %d, not one of %s"
                            .formatted(i, name, contents[i], volume.history(i));
                }
            }
        }
        return "";
    }

    private long[] contents(VolumeStore opened, String name) throws IOException {
        try (Volume volume = opened.openVolume(name);
                BlockClient client = BlockClient.open(volume)) {
            long bytes = volume.geometry().byteSize();
            MemorySegment memory = MemorySegment.ofArray(new long[(int) (bytes / Long.BYTES)]);
            client.read(0, volume.geometry().blocks(), memory, 0);
            long[] contents = new long[(int) (bytes / CutDevice.SECTOR)];
            for (int i = 0; i < contents.length; i++) {
                contents[i] = content(memory, i);
            }
            return contents;
        }
    }

    private static long content(MemorySegment memory, int sector) {
        long at = (long) sector * CutDevice.SECTOR;
        long first = memory.get(ValueLayout.JAVA_LONG, at);
        long last = memory.get(ValueLayout.JAVA_LONG, at + CutDevice.SECTOR - Long.BYTES);
        return first == last ? first : -1;
    }
}
