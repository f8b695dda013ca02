package dev.ringroad.net.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.ring.SpscRing;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

class SharedPoolTest {

    private static final int PACKETS = 64;
    private static final int CACHE = 16;

    private final PacketPool pool =
            PacketPool.shared("shared", PACKETS, 256, Placement.ordinary(), CACHE);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void everythingIsBack() {
        threads.shutdownNow();
        int available = pool.available();
        pool.close();
        assertThat(available).isEqualTo(PACKETS);
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Runs it in another thread to its end. */
    private void elsewhere(Work work) throws Exception {
        start(work).get();
    }

    private Future<?> start(Work work) {
        return threads.submit(
                () -> {
                    work.run();
                    return null;
                });
    }

    private Packet acquire() {
        return Objects.requireNonNull(pool.acquire());
    }

    @Test
    void lendsToThreadsWithoutACacheToo() {
        List<Packet> lent = new ArrayList<>();
        for (int i = 0; i < PACKETS; i++) {
            lent.add(acquire());
        }
        assertThat(pool.acquire()).isNull();
        assertThat(pool.statistics().exhausted()).isEqualTo(1);
        assertThat(lent).doesNotHaveDuplicates();
        lent.forEach(Packet::release);
        Burst burst = new Burst(PACKETS + 1);
        assertThat(pool.acquireBulk(burst, PACKETS)).isTrue();
        assertThat(pool.acquireBulk(burst, 1)).isFalse();
        assertThat(burst.size()).isEqualTo(PACKETS);
        burst.releaseAll();
        assertThat(pool.acquireBulk(burst, PACKETS + 1)).isFalse();
        assertThat(burst.isEmpty()).isTrue();
    }

    @Test
    void lendsWhatCameBackLast() {
        try (PoolCache cache = pool.openCache()) {
            Packet a = acquire();
            Packet b = acquire();
            a.release();
            b.release();
            assertThat(pool.acquire()).isSameAs(b);
            assertThat(cache.acquire()).isSameAs(a);
            a.release();
            b.release();
        }
    }

    @Test
    void lendsRawWithAndWithoutACache() {
        Packet[] packets = new Packet[PACKETS];
        assertThat(pool.acquireRaw(packets, 0, PACKETS)).isTrue();
        assertThat(pool.acquireRaw(new Packet[1], 0, 1)).isFalse();
        assertThat(pool.acquireRaw()).isNull();
        assertThat(pool.exhaustedCount()).isEqualTo(2);
        pool.releaseRaw(packets, 0, PACKETS - 1);
        pool.releaseRaw(packets[PACKETS - 1]);
        try (PoolCache cache = pool.openCache()) {
            assertThat(cache.acquireRaw(packets, 3, CACHE)).isTrue();
            assertThat(pool.acquireRaw(packets, 3 + CACHE, CACHE)).isTrue();
            Packet one = Objects.requireNonNull(cache.acquireRaw());
            assertThat(Arrays.asList(packets).subList(3, 3 + 2 * CACHE))
                    .doesNotHaveDuplicates()
                    .doesNotContain(one);
            cache.releaseRaw(packets, 3, CACHE);
            pool.releaseRaw(packets, 3 + CACHE, CACHE);
            cache.releaseRaw(one);
            assertThat(cache.available()).isLessThanOrEqualTo(CACHE);
        }
    }

    @Test
    void movesAThirdOfACacheAtOnce() {
        try (PoolCache cache = pool.openCache()) {
            Packet first = acquire();
            assertThat(cache.available()).isEqualTo(CACHE / 3);
            Burst burst = new Burst(PACKETS);
            assertThat(pool.acquireBulk(burst, CACHE)).isTrue();
            assertThat(cache.available()).isZero();
            assertThat(pool.acquireBulk(burst, CACHE)).isTrue();
            assertThat(cache.available()).isZero();
            burst.releaseAll();
            assertThat(cache.available()).isEqualTo(12);
            first.release();
            assertThat(cache.available()).isEqualTo(13);
            assertThat(pool.available()).isEqualTo(PACKETS);
            PoolStatistics statistics = pool.statistics();
            assertThat(statistics.cacheRefills()).isEqualTo(3);
            assertThat(statistics.cacheFlushes()).isEqualTo(4);
            assertThat(statistics.acquired()).isEqualTo(33);
        }
    }

    /** Whatever a cache begins with, it settles. */
    @Test
    void leavesTheDepotAloneWhileTwoThirdsOfACacheComeAndGo() {
        try (PoolCache cache = pool.openCache()) {
            Burst burst = new Burst(PACKETS);
            for (int before = 1; before <= CACHE; before++) {
                pool.acquireBulk(burst, before);
                burst.releaseAll();
                takeTwoThirdsAndGiveThemBack(burst);
                PoolStatistics settled = pool.statistics();
                for (int i = 0; i < 10; i++) {
                    takeTwoThirdsAndGiveThemBack(burst);
                }
                PoolStatistics now = pool.statistics();
                assertThat(now.cacheRefills()).isEqualTo(settled.cacheRefills());
                assertThat(now.cacheFlushes()).isEqualTo(settled.cacheFlushes());
            }
            assertThat(cache.available()).isPositive();
        }
    }

    private void takeTwoThirdsAndGiveThemBack(Burst burst) {
        for (int i = 0; i < CACHE - CACHE / 3; i++) {
            burst.add(acquire());
        }
        burst.releaseAll();
    }

    @Test
    void refusesWhatACacheCannotDo() {
        try (PoolCache cache = pool.openCache()) {
            Burst burst = new Burst(PACKETS);
            assertThatThrownBy(() -> cache.acquireBulk(burst, CACHE + 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("17 packets at once from a cache that holds 16");
            assertThatThrownBy(pool::openCache)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("already");
            Burst small = new Burst(1);
            assertThat(cache.acquireBulk(small, 2)).isFalse();
        }
        PoolCache closed = pool.openCache();
        closed.close();
        closed.close();
        assertThatThrownBy(closed::acquire).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> PacketPool.shared("p", 8, 256, Placement.ordinary(), 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("caches of 9 packets; 2 to 8");
        try (PacketPool own = PacketPool.create("own", 2, 256, Placement.ordinary())) {
            assertThatThrownBy(own::openCache)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("belongs to one thread");
        }
    }

    @Test
    void trapsTheUseOfAnothersCache() throws Exception {
        try (PoolCache cache = pool.openCache()) {
            elsewhere(
                    () ->
                            assertThatThrownBy(cache::acquire)
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("alone"));
        }
    }

    @Test
    void leavesNothingBehindWhenACacheCloses() throws Exception {
        elsewhere(
                () -> {
                    try (PoolCache cache = pool.openCache()) {
                        acquire().release();
                        assertThat(cache.available()).isEqualTo(CACHE / 3 + 1);
                    }
                });
        assertThat(pool.available()).isEqualTo(PACKETS);
        assertThat(pool.statistics().cacheRefills()).isEqualTo(1);
    }

    @Test
    void findsTheCacheOfEachOfManyThreads() throws Exception {
        int count = 24;
        CyclicBarrier barrier = new CyclicBarrier(count);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(
                    start(
                            () -> {
                                barrier.await();
                                for (int round = 0; round < 50; round++) {
                                    useACacheOnce();
                                }
                            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
    }

    private void useACacheOnce() {
        try (PoolCache cache = pool.openCache()) {
            Packet packet = pool.acquire();
            if (packet != null) {
                int before = cache.available();
                packet.release();
                assertThat(cache.available()).isEqualTo(before + 1);
            }
        }
    }

    /** One thread acquires, another releases: the packets go round through the depot. */
    @Test
    void getsBackWhatAnotherThreadReleases() throws Exception {
        int count = 5_000;
        SpscRing<Packet> way = new SpscRing<>(32);
        Future<?> consumer =
                start(
                        () -> {
                            try (PoolCache cache = pool.openCache()) {
                                consume(way, count);
                                assertThat(cache.available()).isPositive();
                            }
                        });
        try (PoolCache cache = pool.openCache()) {
            for (int i = 0; i < count; i++) {
                Packet packet = cache.acquire();
                while (packet == null) {
                    Thread.onSpinWait();
                    packet = cache.acquire();
                }
                packet.append(8);
                packet.token = i;
                while (!way.offer(packet)) {
                    Thread.onSpinWait();
                }
            }
            consumer.get();
        }
    }

    private static void consume(SpscRing<Packet> way, int count) {
        Burst burst = new Burst(8);
        for (int i = 0; i < count; i++) {
            Packet packet = way.poll();
            while (packet == null) {
                Thread.onSpinWait();
                packet = way.poll();
            }
            assertThat(packet.token).isEqualTo(i);
            assertThat(packet.length()).isEqualTo(8);
            burst.add(packet);
            if (burst.room() == 0) {
                burst.releaseAll();
            }
        }
        burst.releaseAll();
    }

    @Test
    void freesOnceWhatSeveralThreadsShare() throws Exception {
        int count = 4;
        for (int round = 0; round < 50; round++) {
            Packet body = acquire();
            body.append(100);
            body.shareBetweenThreads();
            List<Future<?>> all = new ArrayList<>();
            CyclicBarrier barrier = new CyclicBarrier(count);
            for (int i = 0; i < count; i++) {
                body.retain();
                all.add(start(() -> sendAClone(body, barrier)));
            }
            body.release();
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(body.references()).isZero();
            assertThat(pool.available()).isEqualTo(PACKETS);
        }
    }

    private void sendAClone(Packet body, CyclicBarrier barrier) throws Exception {
        Packet clone = acquire();
        clone.append(14);
        clone.chain(body);
        barrier.await();
        assertThat(clone.totalLength()).isEqualTo(114);
        clone.release();
    }

    @Test
    void countsPlainlyAgainWhenAcquiredAgain() {
        Packet packet = acquire();
        packet.shareBetweenThreads();
        assertThat(packet.references()).isEqualTo(1);
        packet.retain();
        assertThat(packet.references()).isEqualTo(2);
        assertThat(packet.toString()).contains("2 references");
        packet.release();
        packet.release();
        assertThatThrownBy(packet::release).isInstanceOf(IllegalStateException.class);
        Packet again = acquire();
        assertThat(again.references()).isEqualTo(1);
        again.release();
    }

    @Test
    void refusesToSharePacketsOfAThreadsOwnPool() {
        try (PacketPool own = PacketPool.create("own", 2, 256, Placement.ordinary())) {
            Packet packet = Objects.requireNonNull(own.acquire());
            assertThatThrownBy(packet::shareBetweenThreads)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("belongs to one thread");
            packet.release();
        }
    }

    @Test
    void namesTheLeakOfASharedPool() {
        PacketPool leaky = PacketPool.shared("leaky", 8, 256, Placement.ordinary(), 4);
        try (PoolCache cache = leaky.openCache()) {
            Objects.requireNonNull(cache.acquire());
        }
        assertThatThrownBy(leaky::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("leaky was closed with 1 packets not released")
                .hasStackTraceContaining("namesTheLeakOfASharedPool");
    }
}
