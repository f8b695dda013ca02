package dev.ringroad.testkit.device;

import com.sun.management.ThreadMXBean;

import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.management.ManagementFactory;

/**
 * Sends frames from one device to another in one thread and asks how many bytes that thread
 * allocated. Code that has not been compiled yet allocates what the compiler later removes, so
 * rounds are repeated until one is clean, or patience ends.
 */
final class AllocationProbe {

    private static final int ROUNDS_MAX = 400;
    private static final int FRAMES_A_ROUND = 2000;
    private static final int SIZE = 16;
    private static final int FRAME_BYTES = 64;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final NetDevice from;
    private final NetDevice to;
    private final Burst out = new Burst(SIZE);
    private final Burst in = new Burst(SIZE);

    AllocationProbe(NetDevice from, NetDevice to) {
        this.from = from;
        this.to = to;
    }

    /** What the cleanest round allocated. */
    long leastBytesAllocated() {
        return least(this::round);
    }

    private long least(Runnable round) {
        long least = Long.MAX_VALUE;
        long thread = Thread.currentThread().threadId();
        for (int i = 0; i < ROUNDS_MAX && least > 0; i++) {
            long before = threads.getThreadAllocatedBytes(thread);
            round.run();
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        return least;
    }

    /** What the cleanest round allocated that passed frames of a device that always has some. */
    long leastBytesPassedOn() {
        return least(this::passOn);
    }

    private void passOn() {
        for (int received = 0; received < FRAMES_A_ROUND; received += SIZE) {
            to.rxQueue(0).receive(in);
            from.txQueue(0).transmit(in);
            from.service(0);
            to.service(0);
        }
    }

    private void round() {
        int received = 0;
        int idle = 0;
        while (received < FRAMES_A_ROUND && idle < 1_000_000) {
            while (out.room() > 0) {
                Packet packet = from.pool().acquire();
                if (packet == null) {
                    break;
                }
                write(packet);
                out.add(packet);
            }
            from.txQueue(0).transmit(out);
            int n = to.rxQueue(0).receive(in);
            in.releaseAll();
            received += n;
            idle = n == 0 ? idle + 1 : 0;
            from.service(0);
            to.service(0);
        }
        out.releaseAll();
        int quiet = 0;
        while (quiet < 10) {
            quiet = to.rxQueue(0).receive(in) == 0 ? quiet + 1 : 0;
            in.releaseAll();
            from.txQueue(0).transmit(out);
        }
    }

    private void write(Packet packet) {
        packet.append(FRAME_BYTES);
        EthernetHeader.write(
                packet.segment(),
                packet.offset(),
                to.macAddress().bits(),
                from.macAddress().bits(),
                TestFrames.TYPE);
        BigEndian.u32(packet.segment(), packet.offset() + EthernetHeader.BYTES, 1);
    }
}
