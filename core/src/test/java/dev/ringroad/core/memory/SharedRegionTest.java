package dev.ringroad.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.core.Leaks;
import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Hugepages;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.Memfd;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

@ExtendWith(Leaks.class)
class SharedRegionTest {
    private static final long PAGE = PageSize.ORDINARY.bytes();

    @TempDir Path folder;

    private static Descriptor reopened(SharedRegion region) throws IOException {
        String path = "/proc/self/fd/" + region.descriptor().number();
        return Descriptor.open(path, Descriptor.READ_WRITE, 0, "");
    }

    @Test
    void isZeroedSealedAndWholePages() throws Exception {
        try (SharedRegion region = SharedRegion.allocate("test", PAGE + 1, Placement.ordinary())) {
            assertThat(region.byteSize()).isEqualTo(2 * PAGE);
            assertThat(region.pageSize()).isEqualTo(PageSize.ORDINARY);
            assertThat(region.keepsItsPages()).isTrue();
            assertThat(Memfd.seals(region.descriptor()))
                    .isEqualTo(Memfd.SEAL_SHRINK | Memfd.SEAL_GROW | Memfd.SEAL_SEAL);
            assertThat(region.segment().mismatch(MemorySegment.ofArray(new byte[(int) (2 * PAGE)])))
                    .isEqualTo(-1);
            assertThatThrownBy(() -> Memfd.resize(region.descriptor(), PAGE))
                    .hasMessageContaining("EPERM");
        }
    }

    @Test
    void isTheSameMemoryWhereverItIsMapped() throws Exception {
        try (SharedRegion ours = SharedRegion.allocate("test", PAGE, Placement.ordinary());
                SharedRegion theirs = SharedRegion.mapSealed(reopened(ours), PAGE, PAGE)) {
            ours.segment().set(ValueLayout.JAVA_LONG, 40, 4711);
            assertThat(theirs.segment().get(ValueLayout.JAVA_LONG, 40)).isEqualTo(4711);
        }
    }

    @Test
    void anAccessAfterCloseThrows() throws Exception {
        SharedRegion region = SharedRegion.allocate("test", PAGE, Placement.ordinary());
        region.close();
        region.close();
        assertThatThrownBy(() -> region.segment().get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThat(region.descriptor().isOpen()).isFalse();
    }

    @Test
    void refusesAFileThatIsTooShort() throws Exception {
        Descriptor file = Memfd.create("short", PAGE);
        Memfd.resize(file, 100);
        assertThatThrownBy(() -> SharedRegion.map(file, PAGE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 100 bytes, but its region is said to have 4096");
        assertThat(file.isOpen()).isFalse();
    }

    @Test
    void refusesAFileThatCanShrinkWhenAsked() throws Exception {
        try (Descriptor file = Memfd.create("unsealed", PAGE)) {
            Memfd.resize(file, PAGE);
            String path = "/proc/self/fd/" + file.number();
            Descriptor first = Descriptor.open(path, Descriptor.READ_WRITE, 0, "");
            assertThatThrownBy(() -> SharedRegion.mapSealed(first, PAGE, PAGE))
                    .hasMessageContaining("F_SEAL_SHRINK");
            try (SharedRegion taken =
                    SharedRegion.map(Descriptor.open(path, Descriptor.READ_WRITE, 0, ""), PAGE)) {
                assertThat(taken.keepsItsPages()).isFalse();
            }
        }
    }

    @Test
    void refusesAPeersFileThatIsNotInMemory() throws Exception {
        Descriptor file = Descriptor.open("/proc/self/status", Descriptor.READ_ONLY, 0, "");
        assertThat(Memfd.isInMemory(file)).isFalse();
        assertThatThrownBy(() -> SharedRegion.map(file, PAGE, PAGE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not in memory");
        assertThat(file.isOpen()).isFalse();
    }

    @Test
    void bringsInNoMoreThanAllowed() throws Exception {
        long bytes = 64 * PAGE;
        for (long limit : new long[] {0, 1, 16 * PAGE, 16 * PAGE + 1, bytes, Long.MAX_VALUE}) {
            String name = "present-" + limit;
            Descriptor file = Memfd.create(name, PAGE);
            Memfd.resize(file, bytes);
            try (SharedRegion region = SharedRegion.map(file, bytes, limit)) {
                assertThat(presentBytes(name)).isEqualTo(Math.min(bytes, limit / PAGE * PAGE));
                region.segment().set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) 1);
            }
        }
    }

    /** How much of a mapped file in memory this process has in its page table. */
    private static long presentBytes(String name) throws IOException {
        return mappedBytes(name, "Rss:");
    }

    private static long mappedBytes(String name, String kind) throws IOException {
        String line =
                Files.readAllLines(Path.of("/proc/self/smaps")).stream()
                        .dropWhile(each -> !each.contains("memfd:" + name + " "))
                        .filter(each -> each.startsWith(kind))
                        .findFirst()
                        .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }

    @Test
    void refusesSizesThatAreNone() {
        assertThatThrownBy(() -> SharedRegion.allocate("test", 0, Placement.ordinary()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Placement(PageSize.ORDINARY, -2, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesHugepagesOrFallsBack() throws Exception {
        try (SharedRegion region = SharedRegion.allocate("test", 10, Placement.preferHuge())) {
            assertThat(region.byteSize()).isEqualTo(region.pageSize().bytes());
            try (SharedRegion again = SharedRegion.map(reopened(region), 10)) {
                assertThat(again.pageSize()).isEqualTo(region.pageSize());
                assertThat(again.byteSize()).isEqualTo(10);
            }
        }
    }

    @Test
    void aHoleInARegionForPeersIsAZeroedPage() throws Exception {
        try (SharedRegion region =
                SharedRegion.allocateForPeers("peers", 10, Placement.preferHuge())) {
            assertThat(region.byteSize()).isEqualTo(PageSize.HUGE_2M.bytes());
            assertThat(region.keepsItsPages()).isTrue();
            assertThat(joinedBytes("peers"))
                    .isEqualTo(region.pageSize() == PageSize.HUGE_2M ? region.byteSize() : 0);
            region.segment().fill((byte) 7);
            punch(region, PAGE, PAGE);
            assertThat(region.segment().get(ValueLayout.JAVA_BYTE, 2 * PAGE - 1)).isZero();
            assertThat(region.segment().get(ValueLayout.JAVA_BYTE, 2 * PAGE)).isEqualTo((byte) 7);
            assertThatThrownBy(() -> Memfd.resize(region.descriptor(), PAGE))
                    .hasMessageContaining("EPERM");
        }
    }

    @Test
    void aRegionForPeersNeedsNoMoreThanOrdinaryPages() throws Exception {
        try (SharedRegion region =
                SharedRegion.allocateForPeers("small", 10, Placement.ordinary())) {
            assertThat(region.byteSize()).isEqualTo(PAGE);
            assertThat(region.pageSize()).isEqualTo(PageSize.ORDINARY);
            assertThat(region.keepsItsPages()).isTrue();
        }
    }

    private static void punch(SharedRegion region, long at, long bytes) throws Exception {
        String file =
                "/proc/" + ProcessHandle.current().pid() + "/fd/" + region.descriptor().number();
        String range = "--offset=" + at + " --length=" + bytes + " ";
        String command = "fallocate --punch-hole " + range + file;
        assertThat(new ProcessBuilder(command.split(" ")).inheritIO().start().waitFor()).isZero();
    }

    /**
     * Whoever has the file can take hugepages away, and the last free one goes to somebody else.
     */
    @Test
    void onlyOrdinaryPagesAreKeptBecauseTheSizeIsSealed() throws Exception {
        try (SharedRegion region = SharedRegion.allocate("test", PAGE, Placement.preferHuge())) {
            assertThat(Memfd.seals(region.descriptor()) & Memfd.SEAL_SHRINK).isNotZero();
            assertThat(region.keepsItsPages()).isEqualTo(region.pageSize() == PageSize.ORDINARY);
        }
    }

    /** How much of a mapped file this process has as hugepages in its page table. */
    private static long joinedBytes(String name) throws IOException {
        return mappedBytes(name, "ShmemPmdMapped:");
    }

    @Test
    void saysHowToGetHugepagesThatAreRequired() {
        Placement required = new Placement(PageSize.HUGE_1G, -1, true);
        long free =
                Hugepages.ofMachine().stream()
                        .filter(pages -> pages.pageBytes() == PageSize.HUGE_1G.bytes())
                        .mapToLong(Hugepages::free)
                        .sum();
        assumeTrue(
                free == 0,
                "this machine has free hugepages of 1 GiB, so there is no lack to be told");
        assertThatThrownBy(() -> SharedRegion.allocate("test", 1, required))
                .hasMessageContaining("Remedy: reserve hugepages");
    }

    @Test
    void aNodeThatIsNotThereIsAnError() throws Exception {
        Placement nowhere = Placement.ordinary().onNode(1000);
        assertThatThrownBy(() -> SharedRegion.allocate("test", PAGE, nowhere))
                .hasMessageContaining("mbind(node 1000)");
        try (SharedRegion region =
                SharedRegion.allocate("test", PAGE, Placement.ordinary().onNode(0))) {
            assertThat(region.byteSize()).isEqualTo(PAGE);
        }
    }

    @Test
    void mapsFilesForOneWriterAndManyReaders() throws Exception {
        Path file = folder.resolve("file");
        try (SharedRegion writer = SharedRegion.mapFile(file, 100, true, true)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            try (SharedRegion reader = SharedRegion.mapFile(file, 50, false, false)) {
                writer.segment().set(ValueLayout.JAVA_BYTE, 49, (byte) 9);
                assertThat(reader.segment().get(ValueLayout.JAVA_BYTE, 49)).isEqualTo((byte) 9);
                assertThat(reader.byteSize()).isEqualTo(50);
                assertThatThrownBy(() -> reader.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> SharedRegion.mapFile(file, 101, false, false))
                    .hasMessageContaining("has 100 bytes where at least 101 are needed");
            try (SharedRegion next = SharedRegion.mapFile(file, 100, true, true)) {
                assertThat(next.segment().get(ValueLayout.JAVA_BYTE, 49)).isZero();
                assertThat(writer.segment().get(ValueLayout.JAVA_BYTE, 49)).isEqualTo((byte) 9);
            }
        }
        assertThatThrownBy(() -> SharedRegion.mapFile(folder.resolve("none"), 1, false, false))
                .hasMessageContaining("ENOENT");
    }

    @Test
    void roundsUpToPagesWithoutOverflow() {
        assertThat(PageSize.HUGE_2M.roundUp(1)).isEqualTo(2 << 20);
        assertThat(PageSize.HUGE_2M.roundUp(2 << 20)).isEqualTo(2 << 20);
        assertThat(PageSize.ORDINARY.bytes()).isEqualTo(Mappings.ORDINARY_PAGE_BYTES);
        assertThatThrownBy(() -> PageSize.ORDINARY.roundUp(Long.MAX_VALUE))
                .isInstanceOf(ArithmeticException.class);
    }
}
