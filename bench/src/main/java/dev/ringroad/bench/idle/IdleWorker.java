package dev.ringroad.bench.idle;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.core.worker.Worker;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.Mode;
import dev.ringroad.net.forward.Port;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A worker that receives and forgets, and the device at the other end, which belongs to the thread
 * that made this.
 */
final class IdleWorker implements AutoCloseable {

    private static final int COUNTERS = 256;
    private static final int FRAME_BYTES = 64;
    private static final int BROADCAST_BYTES = 6;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long SERVICE_NANOS = 1_000_000;

    /** A processor's share while nothing came, and how long a frame waited. */
    record Figure(double idlePercent, double waitMicros) {}

    private final List<AutoCloseable> opened;
    private final NetDevice sender;
    private final Port port;
    private final Worker worker;
    private final Burst burst = new Burst(1);

    private IdleWorker(List<AutoCloseable> opened, NetDevice sender, Port port, Worker worker) {
        this.opened = opened;
        this.sender = sender;
        this.port = port;
        this.worker = worker;
    }

    /** Opens both ends, the worker's on a processor, and waits until they are connected. */
    static IdleWorker start(IdleCase each, IdleStrategy idle, int cpu) throws IOException {
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            CounterFile counters = CounterFile.inMemory(COUNTERS);
            opened.add(counters);
            NetDevice receiver = NetDevices.open(DeviceSpec.parse(each.receiver()), counters);
            opened.add(receiver);
            NetDevice sender = NetDevices.open(DeviceSpec.parse(each.sender()), counters);
            opened.add(sender);
            Port port = new Port(0, receiver, counters);
            ForwardPoller poller = ForwardPoller.of(Mode.RX_ONLY, List.of(port), 32).getFirst();
            opened.add(poller::close);
            Worker worker = new Worker("idle", cpu, idle, List.of(poller));
            opened.add(worker);
            worker.start();
            IdleWorker made = new IdleWorker(opened, sender, port, worker);
            made.await("both links are up", () -> port.linkUp() && sender.linkUp());
            return made;
        } catch (Throwable t) {
            closeAll(opened);
            throw t;
        }
    }

    Figure measure(boolean quick) throws IOException, InterruptedException {
        int frames = quick ? 200 : 400;
        waits(frames / 2); // until it is compiled
        double waitMicros = waits(frames);
        TimeUnit.MILLISECONDS.sleep(100);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long thread = worker.thread().threadId();
        long cpuNanos = -threads.getThreadCpuTime(thread);
        long nanos = -System.nanoTime();
        TimeUnit.MILLISECONDS.sleep(quick ? 500 : 1000);
        nanos += System.nanoTime();
        cpuNanos += threads.getThreadCpuTime(thread);
        return new Figure(Math.max(0, cpuNanos) * 100.0 / nanos, waitMicros);
    }

    /** The median from the call that transmits to the receiver's count, a frame a millisecond. */
    private double waits(int frames) throws IOException, InterruptedException {
        long[] waited = new long[frames];
        for (int i = 0; i < frames; i++) {
            TimeUnit.MILLISECONDS.sleep(1);
            sender.service(System.nanoTime());
            long before = port.receivedPackets();
            burst.add(frame());
            long begin = System.nanoTime();
            while (!burst.isEmpty()) {
                sender.txQueue(0).transmit(burst);
            }
            await("a frame has arrived", () -> port.receivedPackets() > before);
            waited[i] = System.nanoTime() - begin;
        }
        Arrays.sort(waited);
        return waited[frames / 2] / 1e3;
    }

    private Packet frame() {
        Packet packet = Objects.requireNonNull(sender.pool().acquire());
        packet.append(FRAME_BYTES);
        byte[] bytes = new byte[FRAME_BYTES];
        Arrays.fill(bytes, 0, BROADCAST_BYTES, (byte) 0xFF);
        packet.copyIn(0, bytes, 0, FRAME_BYTES);
        return packet;
    }

    private void await(String what, BooleanSupplier condition) throws IOException {
        long begin = System.nanoTime();
        long serviced = begin;
        while (!condition.getAsBoolean()) {
            long now = System.nanoTime();
            if (now - serviced > SERVICE_NANOS) {
                serviced = now;
                sender.service(now);
            }
            if (now - begin > PATIENCE_NANOS) {
                throw new IOException("waited in vain until " + what + ": " + port.device().name());
            }
            Thread.onSpinWait();
        }
    }

    private static void closeAll(List<AutoCloseable> opened) {
        for (AutoCloseable each : opened.reversed()) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close what was measured", e);
            }
        }
    }

    @Override
    public void close() {
        closeAll(opened);
    }
}
