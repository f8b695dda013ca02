package dev.ringroad.net.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Hugepages;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.Memfd;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Takes pages from under a mapping, as a hostile peer can that has the file's descriptor. */
public final class Holes {
    private static final long PAGE = PageSize.HUGE_2M.bytes();
    private static final int ATTEMPTS = 100;

    private Holes() {}

    /** Skips the test where there are no hugepages to take away. */
    public static void assumeHugepages() {
        assumeTrue(
                freeHugepages() > 1,
                "this machine has no free hugepages (sysctl vm.nr_hugepages=64)");
    }

    private static long freeHugepages() {
        return Hugepages.ofMachine().stream()
                .filter(pages -> pages.pageBytes() == PAGE)
                .mapToLong(Hugepages::free)
                .sum();
    }

    /** Punches a hole into a region's file, by another process. */
    public static void punch(SharedRegion region, long at, long bytes) throws Exception {
        String file =
                "/proc/" + ProcessHandle.current().pid() + "/fd/" + region.descriptor().number();
        String[] command = {
            "fallocate",
            "--punch-hole",
            "--offset",
            Long.toString(at),
            "--length",
            Long.toString(bytes),
            file
        };
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    /**
     * Takes the first hugepage of a region away and then tries something that needs it. Whoever
     * gives hugepages back at that moment spoils it, hence the attempts.
     *
     * @param noticed tries it, and tells whether it was noticed that the page is gone
     */
    public static void takeUntil(SharedRegion region, Callable<Boolean> noticed) throws Exception {
        for (int i = 0; i < ATTEMPTS; i++) {
            punch(region, 0, PAGE);
            try (AutoCloseable _ = takeFreeHugepages()) {
                if (noticed.call()) {
                    return;
                }
            }
        }
        throw new AssertionError("nobody noticed that a hugepage was gone");
    }

    /** Reserves the hugepages that are free, without touching them, until it is closed. */
    public static AutoCloseable takeFreeHugepages() throws IOException {
        List<AutoCloseable> taken = new ArrayList<>();
        long pages = freeHugepages();
        while (pages > 0) {
            try {
                taken.add(reserve(pages * PAGE));
            } catch (SystemCallException e) {
                pages /= 2;
            }
        }
        return () -> {
            for (AutoCloseable each : taken) {
                each.close();
            }
        };
    }

    private static AutoCloseable reserve(long bytes) throws SystemCallException {
        try (Descriptor file = Memfd.create("taken", PAGE)) {
            Memfd.resize(file, bytes);
            long address = Mappings.map(file, bytes, true, "");
            return () -> Mappings.unmap(address, bytes);
        }
    }
}
