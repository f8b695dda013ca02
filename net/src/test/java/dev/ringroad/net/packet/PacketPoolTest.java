package dev.ringroad.net.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

class PacketPoolTest {

    @Test
    void lendsEveryBufferOnceAndCountsWhenItIsEmpty() {
        try (PacketPool pool = PacketPool.create("pool", 8, 256, Placement.ordinary())) {
            Set<Long> offsets = new HashSet<>();
            List<Packet> lent = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Packet packet = Objects.requireNonNull(pool.acquire());
                assertThat(packet.offset() % 64).isZero();
                assertThat(offsets.add(packet.offset())).isTrue();
                lent.add(packet);
            }
            assertThat(pool.available()).isZero();
            assertThat(pool.acquire()).isNull();
            assertThat(pool.exhaustedCount()).isEqualTo(1);
            lent.forEach(Packet::release);
            assertThat(pool.available()).isEqualTo(8);
        }
    }

    @Test
    void lendsWhatCameBackLast() {
        try (PacketPool pool = PacketPool.create("pool", 8, 256, Placement.ordinary())) {
            Packet first = Objects.requireNonNull(pool.acquire());
            Packet second = Objects.requireNonNull(pool.acquire());
            first.release();
            second.release();
            assertThat(pool.acquire()).isSameAs(second);
            second.release();
        }
    }

    @Test
    void lendsAllOrNone() {
        try (PacketPool pool = PacketPool.create("pool", 8, 256, Placement.ordinary())) {
            Burst burst = new Burst(16);
            assertThat(pool.acquireBulk(burst, 9)).isFalse();
            assertThat(burst.size()).isZero();
            assertThat(pool.acquireBulk(burst, 8)).isTrue();
            assertThat(burst.size()).isEqualTo(8);
            burst.releaseAll();
            assertThat(pool.acquireBulk(new Burst(4), 5)).isFalse();
            assertThat(pool.available()).isEqualTo(8);
        }
    }

    @Test
    void lendsRawWithTheFormerOwnersWindow() {
        try (PacketPool pool = PacketPool.create("pool", 8, 256, Placement.ordinary())) {
            Packet[] packets = new Packet[10];
            assertThat(pool.acquireRaw(packets, 1, 9)).isFalse();
            assertThat(pool.exhaustedCount()).isEqualTo(1);
            assertThat(pool.acquireRaw(packets, 1, 8)).isTrue();
            assertThat(packets[0]).isNull();
            assertThat(packets[9]).isNull();
            assertThat(Arrays.asList(packets).subList(1, 9)).doesNotHaveDuplicates();
            packets[8].append(30);
            packets[8].prepend(10);
            pool.releaseRaw(packets, 1, 7);
            pool.releaseRaw(packets[8]);
            Packet again = Objects.requireNonNull(pool.acquireRaw());
            assertThat(again).isSameAs(packets[8]);
            assertThat(again.length()).isEqualTo(40);
            again.start(5);
            assertThat(again.length()).isEqualTo(5);
            assertThat(again.headroom()).isEqualTo(PacketPool.DEFAULT_HEADROOM);
            assertThatThrownBy(() -> again.start(129)).hasMessageContaining("start of 129 bytes");
            assertThatThrownBy(() -> again.start(-1)).hasMessageContaining("does not fit");
            again.release();
            assertThat(Objects.requireNonNull(pool.acquire()).length()).isZero();
            again.release();
            assertThat(pool.available()).isEqualTo(8);
        }
    }

    @Test
    void neighboursDoNotShareBytes() {
        try (PacketPool pool = PacketPool.create("pool", 3, 2048, Placement.ordinary())) {
            Burst burst = new Burst(3);
            pool.acquireBulk(burst, 3);
            for (int i = 0; i < 3; i++) {
                Packet packet = burst.get(i);
                packet.prepend(packet.headroom());
                packet.append(packet.tailroom());
                assertThat(packet.length()).isEqualTo(2048);
                byte[] bytes = new byte[2048];
                java.util.Arrays.fill(bytes, (byte) (i + 1));
                packet.copyIn(0, bytes, 0, 2048);
            }
            for (int i = 0; i < 3; i++) {
                byte[] bytes = new byte[2048];
                burst.get(i).copyOut(0, bytes, 0, 2048);
                for (byte b : bytes) {
                    assertThat(b).isEqualTo((byte) (i + 1));
                }
            }
            burst.releaseAll();
        }
    }

    @Test
    void liesWithinSomebodysRegion() throws IOException {
        try (SharedRegion region = SharedRegion.allocate("r", 16384, Placement.ordinary());
                PacketPool pool = PacketPool.over(region, 4096, 4, 2048)) {
            Packet packet = pool.at(2);
            assertThat(pool.region()).isSameAs(region);
            Packet acquired = Objects.requireNonNull(pool.acquire());
            assertThat(acquired.offset()).isEqualTo(4096 + PacketPool.DEFAULT_HEADROOM);
            assertThat(acquired.bufferIndex()).isZero();
            assertThat(packet.bufferIndex()).isEqualTo(2);
            acquired.release();
            assertThatThrownBy(() -> PacketPool.over(region, 8192 + 64, 4, 2048))
                    .hasMessageContaining("do not fit");
            assertThatThrownBy(() -> PacketPool.over(region, 32, 4, 2048))
                    .hasMessageContaining("do not fit");
            assertThatThrownBy(() -> PacketPool.over(region, -64, 4, 2048))
                    .hasMessageContaining("do not fit");
        }
    }

    @Test
    void refusesSizesThatCannotBe() {
        assertThatThrownBy(() -> PacketPool.create("p", 0, 2048, Placement.ordinary()))
                .hasMessageContaining("at least one packet");
        assertThatThrownBy(() -> PacketPool.create("p", 1, 100, Placement.ordinary()))
                .hasMessageContaining("multiple of 64");
        assertThatThrownBy(() -> PacketPool.create("p", 2_000_000, 2048, Placement.ordinary()))
                .hasMessageContaining("below 2 GiB");
    }

    /** Any sequence of acquire, retain and release leaves every packet lent once or free once. */
    @Property(tries = 200)
    void keepsItsInvariants(@ForAll @Size(max = 200) List<@IntRange(max = 99) Integer> steps) {
        try (PacketPool pool = PacketPool.create("model", 7, 256, Placement.ordinary())) {
            pool.recordStacks(false);
            List<Packet> references = new ArrayList<>();
            long exhausted = 0;
            for (int step : steps) {
                if (step < 45) {
                    Packet packet = pool.acquire();
                    if (packet == null) {
                        exhausted++;
                    } else {
                        assertThat(references).doesNotContain(packet);
                        references.add(packet);
                    }
                } else if (!references.isEmpty()) {
                    int which = step % references.size();
                    if (step < 60) {
                        references.get(which).retain();
                        references.add(references.get(which));
                    } else {
                        references.remove(which).release();
                    }
                }
                Set<Packet> lent = new HashSet<>(references);
                assertThat(pool.available()).isEqualTo(7 - lent.size());
                for (int i = 0; i < 7; i++) {
                    Packet packet = pool.at(i);
                    long count = references.stream().filter(r -> r == packet).count();
                    assertThat(packet.references()).isEqualTo((int) count);
                }
                assertThat(pool.exhaustedCount()).isEqualTo(exhausted);
            }
            references.forEach(Packet::release);
            assertThat(pool.available()).isEqualTo(7);
        }
    }
}
