package dev.ringroad.net.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Hugepages;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Packets on a page of 1 GiB, which the test has the kernel set aside and gives back. A machine
 * whose memory is in pieces, or whose kernel has no such pages, shows what happens without; so does
 * every machine once the page is taken.
 */
class GigabytePageTest {

    private static final Placement REQUIRED = new Placement(PageSize.HUGE_1G, -1, true);

    /** One run of it at a time, as the count of pages is the machine's. */
    @Test
    void holdsPacketsAndIsMissedWhenItIsTaken(TestReporter report) throws IOException {
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "ringroad-gigabyte-page");
        try (FileChannel turn =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            turn.lock();
            holdsPacketsAndIsMissed(report);
        }
    }

    private static void holdsPacketsAndIsMissed(TestReporter report) throws IOException {
        long freeBefore = free();
        try (ReservedGigabytePage reserved = new ReservedGigabytePage()) {
            report.publishEntry("pages of 1 GiB that the kernel set aside", "" + reserved.pages());
            if (free() > 0) {
                carriesPackets();
            }
        }
        assertThat(free()).as("given back").isEqualTo(freeBefore);
        if (freeBefore == 0) {
            doesWithSmallerPages();
            isMissed();
        }
    }

    private static void carriesPackets() throws IOException {
        try (CounterFile counters = CounterFile.inMemory(64);
                NetDevice device = open(counters)) {
            SharedRegion region = device.pool().region();
            assertThat(region.pageSize()).isEqualTo(PageSize.HUGE_1G);
            assertThat(pageKib(counters)).isEqualTo(PageSize.HUGE_1G.bytes() >> 10);
            assertThat(kernelPageKib(region)).isEqualTo(PageSize.HUGE_1G.bytes() >> 10);
            writesEveryPacket(device);
        }
    }

    private static void doesWithSmallerPages() throws IOException {
        try (CounterFile counters = CounterFile.inMemory(64);
                NetDevice device = open(counters)) {
            PageSize obtained = device.pool().region().pageSize();
            assertThat(obtained).isLessThan(PageSize.HUGE_1G);
            assertThat(pageKib(counters)).isEqualTo(obtained.bytes() >> 10);
            writesEveryPacket(device);
        }
    }

    private static void isMissed() {
        assertThatThrownBy(() -> SharedRegion.allocate("gigabyte", 1, REQUIRED))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("reserve hugepages");
    }

    private static NetDevice open(CounterFile counters) throws IOException {
        return NetDevices.open(DeviceSpec.parse("nil:a,pages=1G"), counters);
    }

    private static void writesEveryPacket(NetDevice device) {
        Burst all = new Burst(device.pool().packets());
        assertThat(device.rxQueue(0).receive(all)).isEqualTo(device.pool().packets());
        for (int i = 0; i < all.size(); i++) {
            Packet packet = all.get(i);
            packet.segment().set(ValueLayout.JAVA_INT_UNALIGNED, packet.offset(), i);
        }
        for (int i = 0; i < all.size(); i++) {
            Packet packet = all.get(i);
            assertThat(packet.segment().get(ValueLayout.JAVA_INT_UNALIGNED, packet.offset()))
                    .isEqualTo(i);
        }
        all.releaseAll();
    }

    private static long pageKib(CounterFile counters) {
        return counters.readings().stream()
                .filter(reading -> reading.name().equals("nil:a.pool.page-kib"))
                .findFirst()
                .orElseThrow()
                .value();
    }

    /** What the kernel says that the region's pages are. */
    private static long kernelPageKib(SharedRegion region) throws IOException {
        String begin = Long.toHexString(region.segment().address()) + "-";
        return Files.readAllLines(Path.of("/proc/self/smaps")).stream()
                .dropWhile(line -> !line.startsWith(begin))
                .filter(line -> line.startsWith("KernelPageSize:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private static long free() {
        return Hugepages.ofMachine().stream()
                .filter(pages -> pages.pageBytes() == PageSize.HUGE_1G.bytes())
                .mapToLong(Hugepages::free)
                .sum();
    }

    /** Has the kernel set one page more aside, as far as it can, until closed. */
    private static final class ReservedGigabytePage implements AutoCloseable {
        private static final Path COUNT =
                Path.of("/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages");

        private final long before = count();
        private final long pages;

        ReservedGigabytePage() throws IOException {
            if (Files.isWritable(COUNT)) {
                Files.writeString(COUNT, Long.toString(before + 1));
            }
            pages = count() - before;
        }

        private static long count() throws IOException {
            return Files.exists(COUNT) ? Long.parseLong(Files.readString(COUNT).strip()) : 0;
        }

        long pages() {
            return pages;
        }

        @Override
        public void close() throws IOException {
            if (pages > 0) {
                Files.writeString(COUNT, Long.toString(before));
            }
        }
    }
}
