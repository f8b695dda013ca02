package dev.ringroad.bench.virtio;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.dpdk.MppsRow;
import dev.ringroad.bench.dpdk.TestPmd;
import dev.ringroad.bench.machine.FloorWatch;
import dev.ringroad.bench.machine.ProcessorPair;
import dev.ringroad.bench.veth.End;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Packets a second of 64 bytes between a virtio driver and a vhost-user back end, one of them ours,
 * beside testpmd on both ends. Either end has a processor of its own, the runs alternate, and what
 * counts is the median of each side over the rounds during which the processors stayed in place.
 */
public final class VirtioBench {

    private static final double PER_MILLION = 1e3;

    /** So many times the rounds wanted are tried at most. */
    private static final int ATTEMPTS = 2;

    private static final String DPDK_BACK_END = "net_vhost0,iface=%s,queues=1";
    private static final String DPDK_DRIVER = "net_virtio_user0,path=%s,queues=1";
    private static final String DPDK_PACKED_DRIVER = DPDK_DRIVER + ",packed_vq=1";

    /**
     * Which end is ours in a row; the same end is testpmd's in the run that it is compared with.
     *
     * @param ours our device, for {@code %s} the socket
     * @param same testpmd's in its place
     * @param other testpmd's at the other end
     * @param driver whether ours is the driver, which connects and so is started after the other
     */
    private record Setting(
            String words,
            boolean weReceive,
            String ours,
            String same,
            String other,
            boolean driver) {

        private static Setting driver(String words, boolean weReceive, boolean packed) {
            return new Setting(
                    "driver " + words,
                    weReceive,
                    packed ? "virtio:%s,packed=yes" : "virtio:%s",
                    packed ? DPDK_PACKED_DRIVER : DPDK_DRIVER,
                    DPDK_BACK_END,
                    true);
        }

        /** DPDK does not seal its memory, so ours has to be told to take it nevertheless. */
        private static Setting backEnd(String words, boolean weReceive, boolean packed) {
            return new Setting(
                    "back end " + words,
                    weReceive,
                    "vhost:%s,unsealed=yes",
                    DPDK_BACK_END,
                    packed ? DPDK_PACKED_DRIVER : DPDK_DRIVER,
                    false);
        }
    }

    private static final List<Setting> SETTINGS =
            List.of(
                    Setting.driver("transmits, split ring", false, false),
                    Setting.driver("transmits, packed ring", false, true),
                    Setting.driver("receives, split ring", true, false),
                    Setting.driver("receives, packed ring", true, true),
                    Setting.backEnd("transmits, split ring", false, false),
                    Setting.backEnd("transmits, packed ring", false, true),
                    Setting.backEnd("receives, split ring", true, false),
                    Setting.backEnd("receives, packed ring", true, true));

    private final int rounds;
    private final long warmUpNanos;
    private final long measuredNanos;
    private final int cpuOfOther;
    private final int cpuOfMeasured;
    private final Path folder;
    private final FloorWatch floor;
    private final Consumer<String> progress;

    private VirtioBench(
            boolean quick,
            int cpuOfOther,
            int cpuOfMeasured,
            Path folder,
            Consumer<String> progress) {
        this.rounds = quick ? 1 : 3;
        this.warmUpNanos = TimeUnit.MILLISECONDS.toNanos(3000);
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
        ProcessorPair cpus = ProcessorPair.choose("virtio is measured between");
        Path folder = Files.createTempDirectory("ringroad-bench");
        try {
            VirtioBench bench =
                    new VirtioBench(quick, cpus.first(), cpus.second(), folder, progress);
            List<BenchRow> rows = new ArrayList<>();
            for (Setting setting : SETTINGS) {
                rows.add(bench.row(setting));
            }
            return rows;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        } finally {
            Files.deleteIfExists(folder.resolve("vhost.sock"));
            Files.deleteIfExists(folder);
        }
    }

    private BenchRow row(Setting setting) throws IOException, InterruptedException {
        return new MppsRow("virtio 64 B, " + setting.words(), rounds, ATTEMPTS * rounds)
                .measure(floor, () -> rate(setting, true), () -> rate(setting, false), progress);
    }

    /** Always what the receiver got: what was only put into a ring is no throughput. */
    private double rate(Setting setting, boolean weMeasured) throws IOException {
        Files.deleteIfExists(folder.resolve("vhost.sock"));
        try (End backEnd = start(setting, weMeasured, !setting.driver());
                End driver = start(setting, weMeasured, setting.driver())) {
            End measured = setting.driver() ? driver : backEnd;
            End other = setting.driver() ? backEnd : driver;
            End receiver = setting.weReceive() ? measured : other;
            pause(warmUpNanos);
            long before = receiver.count();
            long begin = System.nanoTime();
            pause(measuredNanos);
            long count = receiver.count() - before;
            return count * PER_MILLION / (System.nanoTime() - begin);
        }
    }

    /**
     * Starts an end.
     *
     * @param ours whether the measured end is our device
     * @param measured whether it is the measured end
     */
    private End start(Setting setting, boolean ours, boolean measured) throws IOException {
        String path = folder.resolve("vhost.sock").toString();
        boolean sends = measured != setting.weReceive();
        int cpu = measured ? cpuOfMeasured : cpuOfOther;
        if (measured && ours) {
            return End.Ours.start(String.format(Locale.ROOT, setting.ours(), path), sends, cpu);
        }
        String device = measured ? setting.same() : setting.other();
        return End.Peers.start(List.of(), String.format(Locale.ROOT, device, path), sends, cpu);
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
