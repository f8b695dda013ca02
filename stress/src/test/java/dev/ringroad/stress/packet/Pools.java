package dev.ringroad.stress.packet;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** Many small pools over one region, each on bytes that no other state uses at the same time. */
final class Pools {

    private static final int BUFFER_BYTES = 256;
    private static final int PACKETS = 2;
    private static final int PLACES = 1 << 16;
    private static final SharedRegion REGION = region();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Pools() {}

    private static SharedRegion region() {
        try {
            long bytes = (long) PLACES * PACKETS * BUFFER_BYTES;
            return SharedRegion.allocate("stress", bytes, Placement.ordinary());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A shared pool of which one packet is lent for good, so that there is one to fight for. */
    static PacketPool ofOne() {
        long place = NEXT.getAndIncrement() & (PLACES - 1);
        long at = place * PACKETS * BUFFER_BYTES;
        PacketPool pool = PacketPool.sharedOver(REGION, at, PACKETS, BUFFER_BYTES, PACKETS);
        acquire(pool);
        return pool;
    }

    static Packet acquire(PacketPool pool) {
        return Objects.requireNonNull(pool.acquire());
    }

    static void write(Packet packet, int value) {
        packet.segment().set(ValueLayout.JAVA_BYTE, packet.offset(), (byte) value);
    }

    static int read(Packet packet) {
        return packet.segment().get(ValueLayout.JAVA_BYTE, packet.offset());
    }
}
