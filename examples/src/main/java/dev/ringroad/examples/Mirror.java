package dev.ringroad.examples;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.core.worker.Poller;
import dev.ringroad.core.worker.Worker;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends every frame back to where it came from: the smallest packet function there is.
 *
 * <p>It shows how packets are handled: they come in bursts, belong to us from {@code receive} to
 * {@code transmit}, and what {@code transmit} does not take is ours still. With a JDK 25, against
 * DPDK's testpmd, which sends and receives in its mode flowgen:
 *
 * <pre>
 *   java --enable-native-access=ALL-UNNAMED -cp 'cli/target/dist/lib/*:examples/target/classes' \
 *       dev.ringroad.examples.Mirror memif:/tmp/m.sock,role=server
 *   dpdk-testpmd --no-pci --single-file-segments --no-huge -m 256 \
 *       --vdev=net_memif,role=client,socket=/tmp/m.sock,socket-abstract=no \
 *       -- --total-num-mbufs=8192 --auto-start --forward-mode=flowgen
 * </pre>
 */
public final class Mirror implements Poller {
    private static final int BURST_PACKETS = 32;
    private static final long SERVICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final NetDevice device;
    private final Burst burst = new Burst(BURST_PACKETS);
    private long serviceAtNanos;
    private long mirrored;

    Mirror(NetDevice device, long nowNanos) {
        this.device = device;
        this.serviceAtNanos = nowNanos;
    }

    /** Runs until the process is ended; the argument is a device, such as {@code tap:mirror0}. */
    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("Give a device, such as memif:/tmp/m.sock,role=server.");
            System.exit(2);
        }
        CounterFile counters = CounterFile.inMemory(256);
        NetDevice device = NetDevices.open(DeviceSpec.parse(args[0]), counters);
        Mirror mirror = new Mirror(device, System.nanoTime());
        System.out.println(
                "Sending every frame that " + device.name() + " receives back; ^C ends.");
        IdleStrategy idle =
                IdleStrategy.adaptive(
                        TimeUnit.MICROSECONDS.toNanos(50), TimeUnit.MICROSECONDS.toNanos(50));
        Worker worker = new Worker("mirror", Worker.ANY_CPU, idle, List.of(mirror));
        // The device is the worker's until that has stopped; closing it removes its socket.
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .unstarted(
                                        () -> {
                                            worker.close();
                                            mirror.burst.releaseAll();
                                            device.close();
                                        }));
        worker.start();
        worker.thread().join();
    }

    @Override
    public int poll(long nowNanos) {
        if (nowNanos - serviceAtNanos >= 0) {
            device.service(nowNanos);
            serviceAtNanos = nowNanos + SERVICE_NANOS;
        }
        // What the device had no room for last time is still in the burst, before what comes now.
        int received = device.rxQueue(0).receive(burst);
        int size = burst.size();
        for (int i = size - received; i < size; i++) {
            swapAddresses(burst.get(i));
        }
        int sent = device.txQueue(0).transmit(burst);
        mirrored += sent;
        return received + sent;
    }

    private static void swapAddresses(Packet packet) {
        MemorySegment segment = packet.segment();
        long at = packet.offset();
        if (packet.length() >= EthernetHeader.BYTES) {
            long destination = EthernetHeader.destination(segment, at);
            EthernetHeader.destination(segment, at, EthernetHeader.source(segment, at));
            EthernetHeader.source(segment, at, destination);
        }
    }

    /** Asleep, it is woken by the device's own descriptors. */
    @Override
    public boolean prepareSleep(PollSet wake) {
        return burst.size() == 0 && device.prepareSleep(wake);
    }

    @Override
    public void wakeUp() {
        device.wakeUp();
    }

    @Override
    public long nextDeadlineNanos() {
        return serviceAtNanos;
    }

    /** How many frames went back. */
    long mirrored() {
        return mirrored;
    }
}
