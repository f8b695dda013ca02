package dev.ringroad.net.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.Placement;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BurstTest {

    private final PacketPool pool = PacketPool.create("pool", 8, 256, Placement.ordinary());
    private final Burst burst = new Burst(4);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void keepsTheOrderWhenTheFirstLeave() {
        pool.acquireBulk(burst, 4);
        Packet first = burst.get(0);
        Packet third = burst.get(2);
        Packet fourth = burst.get(3);
        burst.get(1).release();
        first.release();
        burst.removeFirst(2);
        assertThat(burst.size()).isEqualTo(2);
        assertThat(burst.room()).isEqualTo(2);
        assertThat(burst.get(0)).isSameAs(third);
        assertThat(burst.get(1)).isSameAs(fourth);
        burst.releaseAll();
        assertThat(burst.isEmpty()).isTrue();
        assertThat(pool.available()).isEqualTo(8);
    }

    @Test
    void releasesTheFirstAndKeepsTheOthers() {
        pool.acquireBulk(burst, 3);
        Packet third = burst.get(2);
        burst.releaseFirst(2);
        assertThat(pool.available()).isEqualTo(7);
        assertThat(burst.size()).isEqualTo(1);
        assertThat(burst.get(0)).isSameAs(third);
        assertThatThrownBy(() -> burst.releaseFirst(2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(pool.available()).isEqualTo(7);
        burst.releaseAll();
    }

    @Test
    void forgetsWithoutReleasing() {
        pool.acquireBulk(burst, 2);
        Packet[] packets = {burst.get(0), burst.get(1)};
        burst.clear();
        assertThat(burst.size()).isZero();
        assertThat(pool.available()).isEqualTo(6);
        packets[0].release();
        packets[1].release();
    }

    @Test
    void canBeFilledThroughItsArray() {
        burst.array()[0] = java.util.Objects.requireNonNull(pool.acquire());
        burst.size(1);
        assertThat(burst.get(0).references()).isEqualTo(1);
        burst.releaseAll();
    }

    @Test
    void refusesMoreThanItHas() {
        pool.acquireBulk(burst, 2);
        assertThatThrownBy(() -> burst.removeFirst(3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> burst.removeFirst(-1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> burst.size(5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> burst.set(2, burst.get(0)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        burst.releaseAll();
    }
}
