package dev.ringroad.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.ringroad.stack.endpoint.SocketAddressHolder;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Lab;
import dev.ringroad.stack.udp.UdpEndpoint;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Objects;

/** On the way of a datagram through both stacks and back no object is made. */
class UdpAllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int ROUND_TRIPS = 20_000;

    /**
     * What a compiler thread's switch of code may cost this thread; far below one object a round
     * trip.
     */
    private static final long BYTES_MAX = 64 << 10;

    @Test
    void aRoundTripMakesNoObject() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Lab lab = Lab.seed(1).open()) {
            UdpEndpoint server = Objects.requireNonNull(lab.b().udp().open());
            assertThat(server.bind(IpAddress.ANY_V4, 7)).isZero();
            UdpEndpoint client = Objects.requireNonNull(lab.a().udp().open());
            assertThat(client.connect(Lab.ADDRESS_B, 7, lab.now())).isZero();
            RoundTrips trips = new RoundTrips(lab, server, client);
            trips.run(WARM_UP);
            long before = threads.getCurrentThreadAllocatedBytes();
            trips.run(ROUND_TRIPS);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).isLessThan(BYTES_MAX);
        }
    }

    private record RoundTrips(
            Lab lab,
            UdpEndpoint server,
            UdpEndpoint client,
            ByteBuffer message,
            SocketAddressHolder from) {

        RoundTrips(Lab lab, UdpEndpoint server, UdpEndpoint client) {
            this(lab, server, client, ByteBuffer.allocateDirect(64), new SocketAddressHolder());
        }

        void run(int count) {
            long now = lab.now();
            for (int i = 0; i < count; i++) {
                client.send(message.clear(), now);
                lab.a().flush();
                while (server.receive(message.clear(), from) < 0) {
                    lab.a().poll(now);
                    lab.b().poll(now);
                }
                server.send(message.clear(), from.address(), from.port(), now);
                lab.b().flush();
                while (client.receive(message.clear(), null) < 0) {
                    lab.b().poll(now);
                    lab.a().poll(now);
                }
            }
        }
    }
}
