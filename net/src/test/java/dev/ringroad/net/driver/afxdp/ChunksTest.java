package dev.ringroad.net.driver.afxdp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Entries of rings that no kernel would write. */
class ChunksTest {

    private SharedRegion region;
    private PacketPool pool;
    private Chunks chunks;

    @BeforeEach
    void make() throws Exception {
        region = SharedRegion.allocate("chunks", 4 * Chunks.BYTES, Placement.ordinary());
        pool = PacketPool.over(region, 0, 4, Chunks.BYTES);
        chunks = new Chunks(pool);
    }

    @AfterEach
    void free() {
        chunks.takeAll();
        pool.close();
        region.close();
    }

    @Test
    void believesAFilledBufferOnceAndOfItsQueueOnly() {
        long at = chunks.fill(pool.acquire());
        assertThat(new Chunks(pool).filled(at + 256, 100)).as("another queue's").isNull();
        Packet packet = chunks.filled(at + 256, 100);
        assertThat(packet.length()).isEqualTo(100);
        assertThat(packet.offset()).isEqualTo(at + 256);
        assertThat(chunks.filled(at + 256, 100)).as("a second time").isNull();
        packet.release();
    }

    @Test
    void takesBackABufferWhoseFrameLeadsOutOfIt() {
        long at = chunks.fill(pool.acquire());
        assertThat(chunks.filled(at + 256, Chunks.BYTES - 255)).isNull();
        assertThat(pool.available()).isEqualTo(4);
        long again = chunks.fill(pool.acquire());
        assertThat(chunks.filled(again, -1)).isNull();
        assertThat(pool.available()).isEqualTo(4);
    }

    @Test
    void takesNoBufferOutsideThePool() {
        for (long at : new long[] {-1, -2048, Long.MIN_VALUE, 4 * Chunks.BYTES, Long.MAX_VALUE}) {
            assertThat(chunks.filled(at, 10)).isNull();
            assertThat(chunks.sent(at)).isNull();
        }
    }

    @Test
    void releasesASentPacketAsOftenAsItWasGiven() {
        Packet packet = pool.acquire();
        packet.retain();
        chunks.send(packet);
        chunks.send(packet);
        long at = packet.offset();
        for (int i = 0; i < 2; i++) {
            assertThat(chunks.sent(at)).isSameAs(packet);
            packet.release();
        }
        assertThat(pool.available()).isEqualTo(4);
        assertThat(chunks.sent(at)).isNull();
    }

    @Test
    void takesEverythingBackAtTheEnd() {
        chunks.fill(pool.acquire());
        chunks.send(pool.acquire());
        chunks.takeAll();
        assertThat(pool.available()).isEqualTo(4);
    }
}
