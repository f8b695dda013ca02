package dev.ringroad.stack.route;

import static dev.ringroad.stack.route.RouterBed.LEFT;
import static dev.ringroad.stack.route.RouterBed.RIGHT;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Frames;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;

class RouteAllocationTest {

    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 5_000;

    /** Passed on, fragmented, not routable, and for the router itself. */
    @ParameterizedTest
    @ValueSource(strings = {"10.2.0.2 100", "10.2.0.2 900", "192.0.2.1 100", "10.2.0.1 100"})
    void noDatagramCostsAnObject(String what) {
        String[] words = what.split(" ");
        int destination = IpAddress.parse(words[0]).v4();
        byte[] datagram = Frames.ipv4(LEFT, destination, 17, new byte[Integer.parseInt(words[1])]);
        try (RouterBed bed = new RouterBed(1500, 576)) {
            bed.introduce();
            run(bed, datagram, WARM_UP);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().threadId();
            long before = threads.getThreadAllocatedBytes(thread);
            run(bed, datagram, 0);
            long idle = threads.getThreadAllocatedBytes(thread) - before;
            before = threads.getThreadAllocatedBytes(thread);
            run(bed, datagram, MEASURED);
            long allocated = threads.getThreadAllocatedBytes(thread) - before - idle;
            // Less than a byte for each datagram: the compiler's own doings, if anything.
            assertThat(allocated).isLessThan(MEASURED);
        }
    }

    private static void run(RouterBed bed, byte[] datagram, int times) {
        Burst in = new Burst(1);
        Burst out = new Burst(32);
        byte[] frame = Frames.ethernet(bed.routerHardware(0), bed.hardware(0), 0x0800, datagram);
        for (int i = 0; i < times; i++) {
            bed.turn(in, out, frame);
        }
    }

    @Test
    void itSleepsWithADeadlineWhileADeviceHasNoRoom() {
        try (RouterBed bed = new RouterBed();
                PollSet wake = new PollSet(4)) {
            bed.introduce();
            assertThat(bed.poller().prepareSleep(wake)).isTrue();
            bed.poller().wakeUp();
            byte[] datagram = Frames.ipv4(LEFT, RIGHT, 17, new byte[100]);
            for (int i = 0; i < RouterBed.PACKETS / 2 + 10; i++) {
                bed.receive(0, datagram, _ -> {});
            }
            bed.poll();
            assertThat(bed.poller().prepareSleep(wake)).as("nothing waits to be received").isTrue();
            assertThat(bed.poller().nextDeadlineNanos() - bed.now()).isBetween(0L, 1_000_000L);
            bed.poller().wakeUp();
            assertThat(bed.datagrams(1)).hasSizeGreaterThan(RouterBed.PACKETS / 2 - 1);
            bed.poll();
            assertThat(bed.datagrams(1)).isNotEmpty();
        }
    }
}
