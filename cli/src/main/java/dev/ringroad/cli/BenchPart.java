package dev.ringroad.cli;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.collectors.CollectorsBench;
import dev.ringroad.bench.idle.IdleBench;
import dev.ringroad.bench.memif.MemifBench;
import dev.ringroad.bench.nvme.NvmeBench;
import dev.ringroad.bench.packets.PacketsBench;
import dev.ringroad.bench.pools.PoolsBench;
import dev.ringroad.bench.rings.RingsBench;
import dev.ringroad.bench.tables.TablesBench;
import dev.ringroad.bench.uring.UringBench;
import dev.ringroad.bench.veth.VethBench;
import dev.ringroad.bench.virtio.VirtioBench;
import dev.ringroad.cli.common.Refusal;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What {@code ringroad bench} can measure. */
enum BenchPart {
    /** The JVM's collectors. */
    COLLECTORS(CollectorsBench::run),

    /** Workers that have nothing to do. */
    IDLE(IdleBench::run),

    /** Packets to and from testpmd. */
    MEMIF(MemifBench::run),

    /** Reads through the NVMe driver. */
    NVME(NvmeBench::run),

    /** Packets through a forwarder. */
    PACKETS(PacketsBench::run),

    /** Packets out of pools and back. */
    POOLS(PoolsBench::run),

    /** Rings between threads. */
    RINGS(RingsBench::run),

    /** Lookups in tables. */
    TABLES(TablesBench::run),

    /** No-ops, reads, echoes and copies through io_uring. */
    URING(UringBench::run),

    /** Packets over a cable of the kernel. */
    VETH(VethBench::run),

    /** Packets between a virtio driver and its device in another process. */
    VIRTIO(VirtioBench::run);

    /** A line for each part, for the command's help. */
    static final String DESCRIPTIONS =
            "  collectors: packets a second and bytes allocated under each collector of the JVM\n"
                    + "  idle: CPU of a worker that has nothing to do, and how long it takes to wake\n"
                    + "  memif: packets a second of 64 bytes, beside DPDK's testpmd (Debian: dpdk-dev)\n"
                    + "  nvme: 512-byte reads a second through one queue pair against a controller that costs"
                    + " nothing\n"
                    + "  packets: packets a second through a forwarder on one core, beside testpmd\n"
                    + "  pools: cycles to acquire and release a packet, beside dpdk-test (and Debian's"
                    + " faketime)\n"
                    + "  rings: cycles on one core and on two, beside DPDK's dpdk-test\n"
                    + "  tables: cycles of a route, flow, access list or RSS hash, beside DPDK's tests, which take"
                    + " minutes\n"
                    + "  uring: no-ops, reads, echoes and copies through io_uring, beside liburing, fio, Netty and cp\n"
                    + "  veth: packets a second over a cable of the kernel with AF_XDP and AF_PACKET, beside"
                    + " testpmd; needs root\n"
                    + "  virtio: packets a second of 64 bytes over vhost-user, beside testpmd";

    /** Measures a part and its peer in turns. */
    private interface Benchmark {
        List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException;
    }

    private final Benchmark benchmark;

    BenchPart(Benchmark benchmark) {
        this.benchmark = benchmark;
    }

    /** The part with this name, in lower case; refuses others. */
    static BenchPart named(String name) {
        return Arrays.stream(values())
                .filter(part -> part.word().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                Refusal.wrongUse(
                                        "There is no benchmark \""
                                                + name
                                                + "\"; there is "
                                                + words()
                                                + "."));
    }

    private static String words() {
        return Arrays.stream(values()).map(BenchPart::word).collect(Collectors.joining(", "));
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Measures it.
     *
     * @param progress told a sentence from time to time
     * @throws IOException if it can't be measured; the message says why and what to do
     */
    List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        return benchmark.run(quick, progress);
    }
}
