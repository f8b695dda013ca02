package dev.ringroad.bench.collectors;

import com.sun.management.ThreadMXBean;

import dev.ringroad.bench.veth.End;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.core.worker.Worker;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.Mode;
import dev.ringroad.net.forward.Port;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What runs under each collector, in a JVM of its own: forwarding between devices that cost
 * nothing, and frames over a cable of the kernel. Says what it measured in lines of three words:
 * what, million frames a second, bytes allocated by the threads that move them.
 */
public final class CollectorLoad {

    private static final int BURST = 32;
    private static final int COUNTERS = 256;
    private static final double PER_MILLION = 1e3;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long warmUpMillis;
    private final long measuredMillis;

    private CollectorLoad(long warmUpMillis, long measuredMillis) {
        this.warmUpMillis = warmUpMillis;
        this.measuredMillis = measuredMillis;
    }

    /**
     * Measures.
     *
     * @param args milliseconds of warm-up, milliseconds measured, the processor of the forwarder
     *     and the receiver, the sender's, and then, if there is a cable, the specs of its ends
     */
    public static void main(String[] args) throws Exception {
        CollectorLoad load = new CollectorLoad(Long.parseLong(args[0]), Long.parseLong(args[1]));
        int cpu = Integer.parseInt(args[2]);
        load.forward(cpu);
        if (args.length > 4) {
            load.veth(args[4], args[5], cpu, Integer.parseInt(args[3]));
        }
    }

    private void forward(int cpu) throws IOException, InterruptedException {
        try (CounterFile counters = CounterFile.inMemory(COUNTERS);
                NetDevice a = NetDevices.open(DeviceSpec.parse("nil:a"), counters);
                NetDevice b = NetDevices.open(DeviceSpec.parse("nil:b"), counters)) {
            List<Port> ports = List.of(new Port(0, a, counters), new Port(1, b, counters));
            List<ForwardPoller> pollers = ForwardPoller.of(Mode.IO, ports, BURST);
            try (Worker worker = new Worker("forward", cpu, IdleStrategy.spin(), pollers)) {
                worker.start();
                LongSupplier count = () -> ports.stream().mapToLong(Port::receivedPackets).sum();
                measure(CollectorsBench.FORWARD, count, worker);
            } finally {
                pollers.forEach(ForwardPoller::close);
            }
        }
    }

    private void veth(String from, String to, int receiverCpu, int senderCpu)
            throws IOException, InterruptedException {
        try (End.Ours receiver = End.Ours.start(to, false, receiverCpu);
                End.Ours sender = End.Ours.start(from, true, senderCpu)) {
            measure(CollectorsBench.VETH, receiver::count, receiver.worker(), sender.worker());
        }
    }

    private void measure(String what, LongSupplier count, Worker... workers)
            throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(warmUpMillis);
        long bytes = -allocated(workers);
        long frames = -count.getAsLong();
        long begin = System.nanoTime();
        TimeUnit.MILLISECONDS.sleep(measuredMillis);
        frames += count.getAsLong();
        double mpps = frames * PER_MILLION / (System.nanoTime() - begin);
        bytes += allocated(workers);
        System.out.printf(Locale.ROOT, "%s %.3f %d%n", what, mpps, bytes);
    }

    private long allocated(Worker... workers) {
        long bytes = 0;
        for (Worker worker : workers) {
            bytes += threads.getThreadAllocatedBytes(worker.thread().threadId());
        }
        return bytes;
    }
}
