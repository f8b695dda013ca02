package dev.ringroad.bench.packets;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.dpdk.TestPmd;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.core.worker.Worker;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.Mode;
import dev.ringroad.net.forward.Port;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpPrefix;
import dev.ringroad.stack.route.RoutePoller;
import dev.ringroad.stack.route.RoutingPlan;
import dev.ringroad.stack.route.StaticRoute;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

/**
 * Packets a second between two devices that cost nothing, on one processor: nil here, net_null
 * there. What is measured is pool, burst, counters and loop. The runs alternate on the same
 * processor, and the median of each side counts.
 */
public final class PacketsBench {

    private static final int BURST = 32;
    private static final int COUNTERS = 256;
    private static final int ROUTER_COUNTERS = 1024;
    private static final double PER_MILLION = 1e3;

    /** One mode, in our words and in testpmd's. */
    private record Setting(Mode ours, TestPmd.Mode peers) {}

    private static final List<Setting> SETTINGS =
            List.of(
                    new Setting(Mode.IO, TestPmd.Mode.IO),
                    new Setting(Mode.MAC_SWAP, TestPmd.Mode.MAC_SWAP));

    private final int rounds;
    private final long warmUpNanos;
    private final long measuredNanos;
    private final int cpu;
    private final Consumer<String> progress;

    private PacketsBench(boolean quick, int cpu, Consumer<String> progress) {
        this.rounds = quick ? 1 : 5;
        this.warmUpNanos = TimeUnit.MILLISECONDS.toNanos(quick ? 1500 : 2500);
        this.measuredNanos = TimeUnit.MILLISECONDS.toNanos(quick ? 1000 : 2000);
        this.cpu = cpu;
        this.progress = progress;
    }

    /**
     * Measures all rows.
     *
     * @param quick shorter, for a first look
     * @param progress told a sentence after each round
     * @throws IOException if testpmd is missing; the message says what to do
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        String missing = TestPmd.missing();
        if (missing != null) {
            throw new IOException(missing);
        }
        // The highest processor has the least of everybody else's work.
        int cpu = Affinity.allowedCpus().length() - 1;
        PacketsBench bench = new PacketsBench(quick, cpu, progress);
        List<BenchRow> rows = new ArrayList<>();
        for (Setting setting : SETTINGS) {
            rows.add(bench.row(setting));
        }
        rows.add(bench.routed());
        return rows;
    }

    /** testpmd does not route; what it does next to that is to change both hardware addresses. */
    private BenchRow routed() throws IOException {
        return row(
                "IPv4 route between null ports, one core",
                this::routing,
                TestPmd.Mode.MAC_SWAP,
                "DPDK testpmd, net_null, macswap: it does not route");
    }

    private BenchRow row(Setting setting) throws IOException {
        return row(
                setting.ours().word() + " forward between null ports, one core",
                () -> ours(setting.ours()),
                setting.peers(),
                "DPDK testpmd, net_null");
    }

    /** Something whose rate is measured once. */
    private interface Measured {
        double rate() throws IOException;
    }

    private BenchRow row(String name, Measured measured, TestPmd.Mode peerMode, String peerName)
            throws IOException {
        double[] ours = new double[rounds];
        double[] peers = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            ours[i] = measured.rate();
            peers[i] = peers(peerMode);
            progress.accept(
                    String.format(
                            Locale.ROOT,
                            "%s: %.1f Mpps, testpmd %.1f Mpps",
                            name,
                            ours[i],
                            peers[i]));
        }
        return BenchRow.of(
                name,
                "Mpps",
                Median.of(DoubleStream.of(ours)),
                Median.of(DoubleStream.of(peers)),
                peerName,
                Better.HIGHER);
    }

    private double ours(Mode mode) throws IOException {
        try (CounterFile counters = CounterFile.inMemory(COUNTERS);
                NetDevice a = NetDevices.open(DeviceSpec.parse("nil:a"), counters);
                NetDevice b = NetDevices.open(DeviceSpec.parse("nil:b"), counters)) {
            List<Port> ports = List.of(new Port(0, a, counters), new Port(1, b, counters));
            List<ForwardPoller> pollers = ForwardPoller.of(mode, ports, BURST);
            try (Worker worker = new Worker("forward", cpu, IdleStrategy.spin(), pollers)) {
                worker.start();
                return rate(() -> ports.stream().mapToLong(Port::receivedPackets).sum());
            } finally {
                pollers.forEach(ForwardPoller::close);
            }
        }
    }

    /**
     * The router, with both hosts sending to the network of the other; what it passed on counts.
     */
    private double routing() throws IOException {
        RoutingPlan plan =
                RoutingPlan.of(
                        List.of(IpPrefix.parse("10.1.0.1/24"), IpPrefix.parse("10.2.0.1/24")),
                        List.of(
                                StaticRoute.parse("198.18.0.0/16=10.1.0.2"),
                                StaticRoute.parse("198.19.0.0/16=10.2.0.2")));
        try (CounterFile counters = CounterFile.inMemory(ROUTER_COUNTERS);
                NetDevice a = host("nil:a", "10.1.0.2", "10.1.0.1", "198.19.0.0", counters);
                NetDevice b = host("nil:b", "10.2.0.2", "10.2.0.1", "198.18.0.0", counters)) {
            List<Port> ports = List.of(new Port(0, a, counters), new Port(1, b, counters));
            RoutePoller poller = new RoutePoller(plan, ports, BURST, counters, System.nanoTime());
            try (Worker worker = new Worker("route", cpu, IdleStrategy.spin(), List.of(poller))) {
                worker.start();
                return rate(() -> ports.stream().mapToLong(Port::sentPackets).sum());
            } finally {
                poller.close();
            }
        }
    }

    private static NetDevice host(
            String nil, String address, String router, String network, CounterFile counters)
            throws IOException {
        return new NilHost(
                NetDevices.open(DeviceSpec.parse(nil), counters),
                IpAddress.parse(address).v4(),
                IpAddress.parse(router).v4(),
                IpAddress.parse(network).v4());
    }

    private double peers(TestPmd.Mode mode) throws IOException {
        try (TestPmd peer = TestPmd.start(List.of("net_null0", "net_null1"), mode, cpu)) {
            return rate(() -> peer.statistics(0).received() + peer.statistics(1).received());
        }
    }

    /** Something that counts on while it is looked at. */
    private interface Count {
        long now() throws IOException;
    }

    /** In million a second, after the warm-up. */
    private double rate(Count count) throws IOException {
        pause(warmUpNanos);
        long before = count.now();
        long begin = System.nanoTime();
        pause(measuredNanos);
        return (count.now() - before) * PER_MILLION / (System.nanoTime() - begin);
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
