package dev.ringroad.bench.memif;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.driver.memif.MemifDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** A pinned thread that receives and releases, or transmits, as fast as it can, and counts. */
final class MemifLoad {

    private static final int BURST = 32;
    private static final int FRAME_BYTES = 64;
    private static final int CALLS_A_SERVICE = 4096;

    private final MemifDevice device;
    private final boolean receives;
    private volatile long count;
    private volatile boolean stopping;
    private @Nullable Thread thread;

    MemifLoad(MemifDevice device, boolean receives) {
        this.device = device;
        this.receives = receives;
    }

    /** Packets so far. */
    long count() {
        return count;
    }

    /** Takes the device over. */
    void start(int cpu) {
        Thread made = new Thread(() -> runOn(cpu), "memif load");
        made.setDaemon(true);
        thread = made;
        made.start();
    }

    /** Ends the thread; the device is the caller's again. */
    void stop() throws IOException {
        stopping = true;
        Thread started = thread;
        if (started != null) {
            try {
                started.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the load ends", e);
            }
        }
    }

    private void runOn(int cpu) {
        try {
            Affinity.pinCurrentThread(cpu);
        } catch (SystemCallException e) {
            // Unpinned it runs as well, only less evenly.
            Thread.yield();
        }
        Burst burst = new Burst(BURST);
        long total = 0;
        while (!stopping) {
            total += receives ? receive(burst) : transmit(burst);
            count = total;
            device.service(System.nanoTime());
        }
        burst.releaseAll();
    }

    private long receive(Burst burst) {
        RxQueue queue = device.rxQueue(0);
        long received = 0;
        for (int i = 0; i < CALLS_A_SERVICE; i++) {
            received += queue.receive(burst);
            burst.releaseAll();
        }
        return received;
    }

    private long transmit(Burst burst) {
        TxQueue queue = device.txQueue(0);
        PacketPool pool = device.pool();
        long sent = 0;
        for (int i = 0; i < CALLS_A_SERVICE; i++) {
            while (burst.room() > 0) {
                Packet packet = pool.acquire();
                if (packet == null) {
                    break;
                }
                packet.append(FRAME_BYTES);
                burst.add(packet);
            }
            sent += queue.transmit(burst);
        }
        return sent;
    }
}
