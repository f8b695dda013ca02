package dev.ringroad.bench.memif;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.dpdk.MppsRow;
import dev.ringroad.bench.dpdk.TestPmd;
import dev.ringroad.bench.machine.FloorWatch;
import dev.ringroad.bench.machine.ProcessorPair;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.driver.memif.MemifConfig;
import dev.ringroad.net.driver.memif.MemifDevice;
import dev.ringroad.net.driver.memif.MemifRole;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Packets a second of 64 bytes over memif: testpmd to us and us to testpmd, beside testpmd to
 * itself in the same set-up. Either end has a processor of its own, the runs alternate, and what
 * counts is the median of each side over the rounds during which the processors stayed in place.
 */
public final class MemifBench {

    private static final int COUNTERS = 64;
    private static final long LINK_NANOS_MAX = TimeUnit.SECONDS.toNanos(20);
    private static final double PER_MILLION = 1e3;

    /** So many times the rounds wanted are tried at most. */
    private static final int ATTEMPTS = 3;

    /** Who is the client, and whether it copies: the set-up of one row. */
    private record Setting(String words, boolean weReceive, MemifRole ours, boolean zeroCopy) {}

    private static final List<Setting> SETTINGS =
            List.of(
                    new Setting("receive, server", true, MemifRole.SERVER, false),
                    new Setting("receive, zero-copy client", true, MemifRole.CLIENT, true),
                    new Setting("transmit, server", false, MemifRole.SERVER, false),
                    new Setting("transmit, zero-copy client", false, MemifRole.CLIENT, true));

    private final int rounds;
    private final long warmUpNanos;
    private final long measuredNanos;
    private final int cpuOfOther;
    private final int cpuOfMeasured;
    private final Path folder;
    private final FloorWatch floor;
    private final Consumer<String> progress;

    private MemifBench(
            boolean quick,
            int cpuOfOther,
            int cpuOfMeasured,
            Path folder,
            Consumer<String> progress) {
        this.rounds = quick ? 1 : 3;
        this.warmUpNanos = TimeUnit.MILLISECONDS.toNanos(quick ? 1500 : 3000);
        this.measuredNanos = TimeUnit.MILLISECONDS.toNanos(quick ? 1000 : 2000);
        this.cpuOfOther = cpuOfOther;
        this.cpuOfMeasured = cpuOfMeasured;
        this.folder = folder;
        this.progress = progress;
        floor = FloorWatch.between(cpuOfOther, cpuOfMeasured);
    }

    /**
     * Measures all rows.
     *
     * @param quick shorter, for a first look
     * @param progress told a sentence after each round
     * @throws IOException if testpmd is missing, or there are fewer than two processors; the
     *     message says what to do
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        String missing = TestPmd.missing();
        if (missing != null) {
            throw new IOException(missing);
        }
        ProcessorPair cpus = ProcessorPair.choose("memif is measured between");
        Path folder = Files.createTempDirectory("ringroad-bench");
        try {
            return new MemifBench(quick, cpus.first(), cpus.second(), folder, progress).rows();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        } finally {
            Files.deleteIfExists(folder.resolve("memif.sock"));
            Files.deleteIfExists(folder);
        }
    }

    private List<BenchRow> rows() throws IOException, InterruptedException {
        List<BenchRow> rows = new ArrayList<>();
        for (Setting setting : SETTINGS) {
            rows.add(row(setting));
        }
        return rows;
    }

    private BenchRow row(Setting setting) throws IOException, InterruptedException {
        return new MppsRow("memif 64 B " + setting.words(), rounds, ATTEMPTS * rounds)
                .measure(floor, () -> ours(setting), () -> peers(setting), progress);
    }

    private String path() {
        return folder.resolve("memif.sock").toString();
    }

    private double ours(Setting setting) throws IOException {
        Files.deleteIfExists(Path.of(path()));
        boolean serving = setting.ours() == MemifRole.SERVER;
        MemifConfig config =
                serving
                        ? MemifConfig.server(path())
                        : MemifConfig.client(path()).withZeroCopy(setting.zeroCopy());
        TestPmd.Mode mode = setting.weReceive() ? TestPmd.Mode.TX_ONLY : TestPmd.Mode.RX_ONLY;
        MemifRole role = serving ? MemifRole.CLIENT : MemifRole.SERVER;
        // testpmd's server replaces no socket, and its client does not wait for one.
        if (!serving) {
            try (TestPmd peer = TestPmd.start(role, path(), false, mode, cpuOfOther);
                    CounterFile counters = CounterFile.inMemory(COUNTERS);
                    MemifDevice device = MemifDevice.open("bench", config, counters)) {
                return measure(setting, device, peer);
            }
        }
        try (CounterFile counters = CounterFile.inMemory(COUNTERS);
                MemifDevice device = MemifDevice.open("bench", config, counters);
                TestPmd peer = TestPmd.start(role, path(), false, mode, cpuOfOther)) {
            return measure(setting, device, peer);
        }
    }

    /** In a thread of its own, which is pinned and runs nothing else. */
    private double measure(Setting setting, MemifDevice device, TestPmd peer) throws IOException {
        awaitLink(device);
        MemifLoad load = new MemifLoad(device, setting.weReceive());
        load.start(cpuOfMeasured);
        try {
            pause(warmUpNanos);
            long before = counted(setting, load, peer);
            long begin = System.nanoTime();
            pause(measuredNanos);
            long count = counted(setting, load, peer) - before;
            return count * PER_MILLION / (System.nanoTime() - begin);
        } finally {
            load.stop();
        }
    }

    /** Always what the receiver got: what was only put into a ring is no throughput. */
    private static long counted(Setting setting, MemifLoad load, TestPmd peer) throws IOException {
        return setting.weReceive() ? load.count() : peer.statistics().received();
    }

    private static void awaitLink(MemifDevice device) throws IOException {
        long begin = System.nanoTime();
        while (!device.linkUp()) {
            device.service(System.nanoTime());
            pause(1_000_000);
            if (System.nanoTime() - begin > LINK_NANOS_MAX) {
                throw new IOException("the link does not come up: " + device.status());
            }
        }
    }

    /** testpmd on both ends, in the roles of the setting. */
    private double peers(Setting setting) throws IOException {
        Files.deleteIfExists(Path.of(path()));
        boolean serverMeasured = setting.ours() == MemifRole.SERVER;
        TestPmd.Mode measured = setting.weReceive() ? TestPmd.Mode.RX_ONLY : TestPmd.Mode.TX_ONLY;
        TestPmd.Mode other = setting.weReceive() ? TestPmd.Mode.TX_ONLY : TestPmd.Mode.RX_ONLY;
        boolean zeroCopy = setting.zeroCopy();
        TestPmd.Mode serverMode = serverMeasured ? measured : other;
        TestPmd.Mode clientMode = serverMeasured ? other : measured;
        int serverCpu = serverMeasured ? cpuOfMeasured : cpuOfOther;
        int clientCpu = serverMeasured ? cpuOfOther : cpuOfMeasured;
        try (TestPmd server =
                        TestPmd.start(MemifRole.SERVER, path(), false, serverMode, serverCpu);
                TestPmd client =
                        TestPmd.start(MemifRole.CLIENT, path(), zeroCopy, clientMode, clientCpu)) {
            TestPmd receiver = serverMode == TestPmd.Mode.RX_ONLY ? server : client;
            pause(warmUpNanos);
            long before = receiver.statistics().received();
            long begin = System.nanoTime();
            pause(measuredNanos);
            long count = receiver.statistics().received() - before;
            return count * PER_MILLION / (System.nanoTime() - begin);
        }
    }

    private static void pause(long nanos) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        }
    }
}
