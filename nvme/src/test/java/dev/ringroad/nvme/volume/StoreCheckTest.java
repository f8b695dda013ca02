package dev.ringroad.nvme.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.MemoryDevice;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

final class StoreCheckTest {
    private static final int CLUSTER = 16 << 10;
    private static final int CLUSTERS = 64;

    private BlockDevice device;
    private BlockClient client;

    /** Two volumes, a snapshot of each, some data. */
    @BeforeEach
    void makeStore() throws IOException {
        device = MemoryDevice.create("memory", 512, (long) CLUSTERS * CLUSTER / 512);
        client = BlockClient.open(device);
        VolumeStore.format(device, CLUSTER);
        try (VolumeStore store = VolumeStore.open(device)) {
            for (int i = 1; i <= 2; i++) {
                store.create("v" + i, 1 << 20);
                write(store, "v" + i, 0, 4, i);
                store.snapshot("v" + i, "s" + i);
                write(store, "v" + i, 1, 1, 10 + i);
            }
        }
        assertThat(StoreCheck.check(device)).isEmpty();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        device.close();
    }

    private static void write(VolumeStore store, String name, int cluster, int count, int content)
            throws IOException {
        try (Volume volume = store.openVolume(name);
                BlockClient blocks = BlockClient.open(volume)) {
            byte[] bytes = new byte[count * CLUSTER];
            java.util.Arrays.fill(bytes, (byte) content);
            blocks.write(cluster * 32L, count * 32L, MemorySegment.ofArray(bytes), 0);
        }
    }

    private static int read(VolumeStore store, String name, int cluster) throws IOException {
        try (Volume volume = store.openVolume(name);
                BlockClient blocks = BlockClient.open(volume)) {
            byte[] bytes = new byte[512];
            blocks.read(cluster * 32L, 1, MemorySegment.ofArray(bytes), 0);
            return bytes[7];
        }
    }

    private void expectContent(VolumeStore store) throws IOException {
        for (int i = 1; i <= 2; i++) {
            for (int cluster = 0; cluster < 4; cluster++) {
                assertThat(read(store, "s" + i, cluster)).isEqualTo(i);
                assertThat(read(store, "v" + i, cluster)).isEqualTo(cluster == 1 ? 10 + i : i);
            }
        }
    }

    // --- pages of the store in force

    private Page page(long number) throws IOException {
        MemorySegment memory = MemorySegment.ofArray(new byte[Page.BYTES]);
        client.read(number * 8, 8, memory, 0);
        return new Page(memory);
    }

    private void change(long number, Consumer<Page> change) throws IOException {
        MemorySegment memory = MemorySegment.ofArray(new byte[Page.BYTES]);
        client.read(number * 8, 8, memory, 0);
        Page page = new Page(memory);
        change.accept(page);
        page.seal();
        client.write(number * 8, 8, memory, 0);
    }

    private void spoil(long number) throws IOException {
        MemorySegment memory = MemorySegment.ofArray(new byte[512]);
        client.read(number * 8 + 3, 1, memory, 0);
        memory.set(ValueLayout.JAVA_BYTE, 9, (byte) (memory.get(ValueLayout.JAVA_BYTE, 9) ^ 1));
        client.write(number * 8 + 3, 1, memory, 0);
    }

    private long cataloguePage() throws IOException {
        return page(0).longAt(Page.CATALOGUE_LIST);
    }

    private long volumePage(int slot) throws IOException {
        return page(cataloguePage()).longAt(Page.HEADER + slot * 8L);
    }

    private long directoryPage(int slot) throws IOException {
        return page(volumePage(slot)).longAt(Page.DIRECTORY_LIST);
    }

    private long leafPage(int slot) throws IOException {
        return page(directoryPage(slot)).longAt(Page.HEADER);
    }

    private List<String> check() throws IOException {
        return StoreCheck.check(device).stream().map(Finding::sentence).toList();
    }

    private void expectDamage(String words) throws IOException {
        assertThat(check()).anyMatch(sentence -> sentence.contains(words));
        assertThatThrownBy(() -> VolumeStore.open(device))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    private void expectMendedWithoutLoss() throws IOException {
        StoreCheck.Repair repair = StoreCheck.repair(device, false);
        assertThat(repair.done()).isNotEmpty();
        assertThat(repair.remaining()).isEmpty();
        assertThat(repair.isSound()).isTrue();
        try (VolumeStore store = VolumeStore.open(device)) {
            expectContent(store);
        }
    }

    @Test
    void eitherSuperblockWillDo() throws Exception {
        spoil(Page.SUPERBLOCK_PAGE);
        assertThat(check()).singleElement().asString().contains("its twin is used");
        try (VolumeStore store = VolumeStore.open(device)) {
            expectContent(store);
        }
        expectMendedWithoutLoss();
        spoil(Page.TWIN_PAGE);
        assertThat(check()).singleElement().asString().contains("twin is not readable");
        expectMendedWithoutLoss();
        spoil(Page.SUPERBLOCK_PAGE);
        spoil(Page.TWIN_PAGE);
        assertThatThrownBy(this::check).hasMessageContaining("checksum");
        assertThatThrownBy(() -> StoreCheck.repair(device, true)).hasMessageContaining("checksum");
    }

    @Test
    void aClusterThatIsUsedTwiceIsCopied() throws Exception {
        int foreign = page(leafPage(2)).intAt(Page.HEADER);
        int own = page(leafPage(0)).intAt(Page.HEADER + 8);
        change(leafPage(0), leaf -> leaf.putInt(Page.HEADER + 8, foreign));
        expectDamage("used twice");
        StoreCheck.Repair repair = StoreCheck.repair(device, false);
        assertThat(repair.remaining()).isEmpty();
        assertThat(repair.done()).anyMatch(sentence -> sentence.contains("2 copied"));
        assertThat(own).isNotEqualTo(foreign);
        try (VolumeStore store = VolumeStore.open(device)) {
            assertThat(read(store, "v1", 2)).isEqualTo(2);
            write(store, "v1", 2, 1, 77);
            assertThat(read(store, "v2", 0)).isEqualTo(2);
        }
    }

    @Test
    void dataInAClusterOfMetadataAreMovedAway() throws Exception {
        int metadata = (int) (leafPage(0) / (CLUSTER / Page.BYTES));
        change(leafPage(0), leaf -> leaf.putInt(Page.HEADER + 8, metadata));
        expectDamage("metadata lie in it");
        assertThat(StoreCheck.repair(device, false).remaining()).isEmpty();
        try (VolumeStore store = VolumeStore.open(device)) {
            write(store, "v1", 2, 1, 77);
            assertThat(read(store, "v2", 0)).isEqualTo(2);
        }
        assertThat(check()).isEmpty();
    }

    @Test
    void wrongCountsAreFoundAndMended() throws Exception {
        change(leafPage(0), leaf -> leaf.place(leaf.owner(), 0, 9));
        expectDamage("says that it has 9 clusters, and has 4");
        expectMendedWithoutLoss();
        change(volumePage(0), volume -> volume.putLong(88, 5));
        expectDamage("says that it holds 5 clusters, and its map has 4");
        expectMendedWithoutLoss();
        change(Page.SUPERBLOCK_PAGE, superblock -> superblock.putInt(84, 3));
        expectDamage("says that there are 3 volumes");
        expectMendedWithoutLoss();
        change(Page.SUPERBLOCK_PAGE, superblock -> superblock.putInt(80, 2));
        expectDamage("The next volume would be number 2");
        expectMendedWithoutLoss();
    }

    @Test
    void namesThatCannotBeAreReplaced() throws Exception {
        change(volumePage(0), volume -> volume.putBytes(Page.NAME, new byte[] {0, 27}));
        expectDamage("a name that cannot be");
        assertThat(StoreCheck.repair(device, false).remaining()).isEmpty();
        change(volumePage(1), volume -> volume.putBytes(Page.NAME, new byte[] {'v', '2'}));
        expectDamage("the name v2 of another volume");
        assertThat(StoreCheck.repair(device, false).remaining()).isEmpty();
        try (VolumeStore store = VolumeStore.open(device)) {
            assertThat(store.volumes())
                    .extracting(VolumeInfo::name)
                    .containsExactlyInAnyOrder("volume-1", "v2", "volume-3", "s2")
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void whatLiesBehindTheEndIsGivenUp() throws Exception {
        change(volumePage(0), volume -> volume.putLong(80, 2));
        expectDamage("behind its end");
        StoreCheck.Repair repair = StoreCheck.repair(device, false);
        assertThat(repair.remaining()).isEmpty();
        try (VolumeStore store = VolumeStore.open(device)) {
            assertThat(read(store, "v1", 1)).isEqualTo(11);
            assertThat(read(store, "s1", 3)).isEqualTo(1);
        }
    }

    @Test
    void whatIsLostIsLeftOutOnlyWhenThatIsWanted() throws Exception {
        spoil(leafPage(0));
        expectDamage("The map of clusters 0 to 1007 of volume v1");
        StoreCheck.Repair refused = StoreCheck.repair(device, false);
        assertThat(refused.done()).isEmpty();
        assertThat(refused.isSound()).isFalse();
        StoreCheck.Repair repair = StoreCheck.repair(device, true);
        assertThat(repair.remaining()).isEmpty();
        try (VolumeStore store = VolumeStore.open(device)) {
            assertThat(read(store, "v1", 0)).isZero();
            assertThat(read(store, "s1", 0)).isEqualTo(1);
            assertThat(read(store, "v2", 1)).isEqualTo(12);
        }
        for (long page : new long[] {directoryPage(2), volumePage(1), cataloguePage()}) {
            spoil(page);
            expectDamage("is lost: its checksum does not match");
            assertThat(StoreCheck.repair(device, true).remaining()).isEmpty();
            VolumeStore.open(device).close();
        }
    }

    @Test
    void pagesOfElsewhereAreNotBelieved() throws Exception {
        long leaf = leafPage(0);
        long generation = page(leaf).generation();
        long store = page(leaf).store();
        change(leaf, page -> page.place(page.owner(), 1, page.used()));
        expectDamage("it is the page of another place");
        change(leaf, page -> page.place(99, 0, page.used()));
        expectDamage("it is the page of another place");
        change(leaf, page -> page.place(1, 0, page.used()).putLong(16, 1L << 40));
        expectDamage("it is newer than the superblock");
        change(leaf, page -> page.putLong(24, 5));
        expectDamage("it is a page of something else");
        change(
                leaf,
                page -> {
                    page.putLong(24, store);
                    page.putLong(16, generation);
                });
        assertThat(check()).isEmpty();
        change(directoryPage(2), page -> page.putLong(Page.HEADER, leaf));
        expectDamage("is said to be page " + leaf);
        change(cataloguePage(), page -> page.putLong(Page.HEADER + 8, page.longAt(Page.HEADER)));
        expectDamage("is something else already");
        change(cataloguePage(), page -> page.putLong(Page.HEADER + 8, 1L << 60));
        expectDamage("which is not in the store");
    }

    @Test
    void aRepairIsDoneOrNotWhereverThePowerIsCut() throws Exception {
        change(leafPage(0), leaf -> leaf.place(leaf.owner(), 0, 9));
        byte[] content = new byte[CLUSTERS * CLUSTER];
        client.read(0, content.length / 512, MemorySegment.ofArray(content), 0);
        CutDevice cut = new CutDevice(content, 512, false, new Random(4));
        List<byte[]> images = new ArrayList<>();
        cut.onEvent(() -> images.add(cut.tornImage()));
        assertThat(StoreCheck.repair(cut, false).remaining()).isEmpty();
        assertThat(images).hasSizeGreaterThan(4);
        for (byte[] image : images) {
            CutDevice left = new CutDevice(image, 512, false, new Random(5));
            assertThat(StoreCheck.repair(left, false).remaining())
                    .allMatch(finding -> finding.gravity() == Finding.Gravity.NOTE);
            try (VolumeStore store = VolumeStore.open(left)) {
                expectContent(store);
            }
        }
    }

    /** Random numbers in valid pages, and random bytes: an answer in any case. */
    @Test
    void hostileMetadataGetAnAnswer() throws Exception {
        byte[] content = new byte[CLUSTERS * CLUSTER];
        client.read(0, content.length / 512, MemorySegment.ofArray(content), 0);
        List<Integer> pages = metadataPages(content);
        for (long seed = 0; seed < 1500; seed++) {
            Random random = new Random(seed);
            byte[] image = content.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                spoil(image, pages, random);
            }
            try {
                expectAnswer(new CutDevice(image, 512, false, random));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("With the seed " + seed, e);
            }
        }
    }

    private static List<Integer> metadataPages(byte[] content) {
        List<Integer> pages = new ArrayList<>();
        for (int i = 0; i < content.length / Page.BYTES; i++) {
            Page page = page(content, i);
            if ((page.kind() & 0xFFFF) == (Page.SUPERBLOCK & 0xFFFF)) {
                pages.add(i);
            }
        }
        return pages;
    }

    private static Page page(byte[] content, int number) {
        return new Page(
                MemorySegment.ofArray(content).asSlice(number * (long) Page.BYTES, Page.BYTES));
    }

    private static void spoil(byte[] image, List<Integer> pages, Random random) {
        Page page = page(image, pages.get(random.nextInt(pages.size())));
        int offset = 4 * (random.nextBoolean() ? 1 + random.nextInt(60) : random.nextInt(1024));
        switch (random.nextInt(5)) {
            case 0 -> page.putInt(offset, random.nextInt());
            case 1 -> page.putInt(offset, random.nextInt(CLUSTERS + 2));
            case 2 -> page.putLong(offset & ~7, pages.get(random.nextInt(pages.size())));
            case 3 ->
                    page.putInt(offset, new int[] {-1, Integer.MAX_VALUE, 0, 1}[random.nextInt(4)]);
            default -> page.putInt(offset, page.intAt(offset) ^ 1 << random.nextInt(32));
        }
        if (random.nextInt(8) > 0) {
            page.seal();
        }
    }

    private static void expectAnswer(BlockDevice left) {
        try {
            boolean isSound = StoreCheck.isSound(StoreCheck.check(left));
            if (isSound) {
                exercise(left);
            } else {
                assertThatThrownBy(() -> VolumeStore.open(left)).isInstanceOf(IOException.class);
            }
            if (StoreCheck.repair(left, true).isSound()) {
                exercise(left);
                assertThat(StoreCheck.isSound(StoreCheck.check(left))).isTrue();
            }
        } catch (IOException e) {
            assertThat(e.getMessage()).containsAnyOf("holds no volume store", "room");
        }
    }

    private static void exercise(BlockDevice left) throws IOException {
        try (VolumeStore store = VolumeStore.open(left)) {
            for (VolumeInfo volume : store.volumes()) {
                int ignored = read(store, volume.name(), 0);
                if (!volume.snapshot()) {
                    write(store, volume.name(), 0, 1, 5);
                }
            }
        }
    }

    @Test
    void aClusterThatIsNamedMoreOftenThanCanBeCountedIsFound() throws Exception {
        // A leaf for each write; more entries than a count of 16 bits has numbers.
        int leaves = 70;
        try (BlockDevice crafted = MemoryDevice.create("crafted", 512, 256L * CLUSTER / 512);
                BlockClient blocks = BlockClient.open(crafted)) {
            VolumeStore.format(crafted, CLUSTER);
            try (VolumeStore store = VolumeStore.open(crafted)) {
                store.create("v", (long) leaves * Page.CLUSTERS_OF_LEAF * CLUSTER);
                for (int i = 0; i < leaves; i++) {
                    write(store, "v", i * Page.CLUSTERS_OF_LEAF, 1, 1);
                }
            }
            MemorySegment memory = MemorySegment.ofArray(new byte[Page.BYTES]);
            Page page = new Page(memory);
            for (long number = 4; number < 256L * CLUSTER / Page.BYTES; number++) {
                blocks.read(number * 8, 8, memory, 0);
                if (page.kind() == Page.LEAF && page.number() == number) {
                    page.place(page.owner(), page.index(), Page.CLUSTERS_OF_LEAF);
                    for (int i = 0; i < Page.CLUSTERS_OF_LEAF; i++) {
                        page.putInt(Page.HEADER + i * 4L, 200);
                    }
                    page.seal();
                    blocks.write(number * 8, 8, memory, 0);
                }
            }

            assertThat(StoreCheck.check(crafted))
                    .anyMatch(finding -> finding.sentence().startsWith("Cluster 200 is used"));
            assertThatThrownBy(() -> VolumeStore.open(crafted)).hasMessageContaining("damaged");
            assertThatThrownBy(() -> StoreCheck.repair(crafted, true))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no room");
        }
    }
}
