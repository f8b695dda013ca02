package dev.ringroad.testkit.device;

import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.LockSupport;

/**
 * Owns one end in a thread of its own and sends frames one by one: sometimes at once, sometimes
 * after the receiver has probably fallen asleep, and never more than a few ahead of it.
 */
final class ThreadedSender {

    private final NetDevice from;
    private final NetDevice to;
    private final int count;
    private final int aheadMax;
    private final Thread thread;
    private volatile int received;
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;

    ThreadedSender(NetDevice from, NetDevice to, int count, int aheadMax) {
        this.from = from;
        this.to = to;
        this.count = count;
        this.aheadMax = aheadMax;
        this.thread = new Thread(this::run, "sender of " + from.name());
    }

    void start() {
        thread.start();
    }

    /** The receiver says how many have arrived. */
    void received(int total) {
        received = total;
    }

    /** Ends the thread, which hands the device back, and tells what went wrong in it. */
    void finish() throws InterruptedException {
        stopped = true;
        thread.join();
        Throwable problem = failure;
        if (problem != null) {
            throw new AssertionError("the sender failed", problem);
        }
    }

    private void run() {
        try {
            send();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void send() {
        Burst burst = new Burst(1);
        int sent = 0;
        while (!stopped) {
            if (burst.isEmpty() && sent < count && sent - received < aheadMax) {
                Packet packet = from.pool().acquire();
                if (packet != null) {
                    long destination = to.macAddress().bits();
                    TestFrames.fill(packet, destination, from.macAddress().bits(), sent, 64);
                    burst.add(packet);
                    sent++;
                    pause(sent);
                }
            }
            from.txQueue(0).transmit(burst);
            from.service(System.nanoTime());
            if (burst.isEmpty() && sent == count) {
                Thread.yield();
            }
        }
        burst.releaseAll();
    }

    private static void pause(int sent) {
        if (sent % 7 == 0) {
            Thread.yield();
        } else if (sent % 40 == 0) {
            LockSupport.parkNanos(200_000);
        }
    }
}
