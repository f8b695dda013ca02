package dev.ringroad.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Delays, limits and latencies follow the time that polls are given, and no clock. */
class TimedDevicesTest {
    private static final long SECOND = 1_000_000_000L;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(1 << 16);
    private final NullDevice below = new NullDevice("null", 512, 1 << 20);

    @AfterEach
    void close() {
        arena.close();
    }

    private BlockRequest read(Exchange exchange, int blocks) {
        return exchange.request().fill(BlockOperation.READ, 0, blocks, memory, 0);
    }

    @Test
    void delaysEachRequestFromTheFirstPollThatSeesIt() throws IOException {
        DelayDevice delay = new DelayDevice("delay", below, 1000);
        try (Exchange exchange = new Exchange(delay.openChannel(4))) {
            exchange.submit(read(exchange, 1));
            exchange.pollAt(5000);
            exchange.submit(read(exchange, 1));
            exchange.pollAt(5500);
            exchange.pollAt(5999);
            assertThat(exchange.statuses).isEmpty();
            assertThat(exchange.channel.nextDeadlineNanos()).isEqualTo(6000);
            exchange.pollAt(6000);
            assertThat(exchange.statuses).hasSize(1);
            exchange.pollAt(6499);
            assertThat(exchange.statuses).hasSize(1);
            exchange.pollAt(6500);
            assertThat(exchange.statuses).hasSize(2);
            assertThat(exchange.channel.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void letsSoManyRequestsPassInASecond() throws IOException {
        long passed = passedInTenSeconds(new LimitedDevice("limit", below, 1000, 0), 1);
        assertThat(passed).isBetween(9_990L, 10_020L);
    }

    @Test
    void letsSoManyBytesPassInASecond() throws IOException {
        long passed = passedInTenSeconds(new LimitedDevice("limit", below, 0, 1 << 20), 8);
        assertThat(passed * 8 * 512).isBetween((10L << 20) - 8192, (10L << 20) + 20 * 4096);
    }

    @Test
    void letsTheTighterOfTwoLimitsDecide() throws IOException {
        long passed = passedInTenSeconds(new LimitedDevice("limit", below, 100, 1 << 20), 8);
        assertThat(passed).isBetween(998L, 1004L);
    }

    /** With 16 requests under way all the time, and a poll each 100 microseconds. */
    private long passedInTenSeconds(LimitedDevice device, int blocks) throws IOException {
        long begin = Long.MAX_VALUE - 3 * SECOND; // the clock may wrap
        long[] passed = {0};
        boolean[] over = {false};
        BlockChannel channel = device.openChannel(16);
        BlockCompletion again =
                (request, _) -> {
                    passed[0]++;
                    if (!over[0]) {
                        channel.submit(request.fill(BlockOperation.READ, 0, blocks, memory, 0));
                    }
                };
        for (int i = 0; i < 16; i++) {
            channel.submit(new BlockRequest(again).fill(BlockOperation.READ, 0, blocks, memory, 0));
        }
        for (long at = 0; at < 10 * SECOND; at += 100_000) {
            int ignored = channel.poll(begin + at);
        }
        long result = passed[0];
        over[0] = true;
        for (long at = 10 * SECOND; channel.outstanding() > 0; at += SECOND) {
            int ignored = channel.poll(begin + at);
        }
        channel.close();
        return result;
    }

    @Test
    void sharesALimitAmongChannels() throws IOException {
        LimitedDevice device = new LimitedDevice("limit", below, 1000, 0);
        try (Exchange one = new Exchange(device.openChannel(64));
                Exchange other = new Exchange(device.openChannel(64))) {
            for (int i = 0; i < 60; i++) {
                one.submit(read(one, 1));
                other.submit(read(other, 1));
            }
            for (long at = 0; at <= SECOND / 20; at += 100_000) {
                one.pollAt(at);
                other.pollAt(at);
            }
            assertThat(one.statuses.size() + other.statuses.size()).isBetween(48, 66);
            one.nowNanos = 10 * SECOND;
            other.nowNanos = 10 * SECOND;
            while (one.channel.outstanding() + other.channel.outstanding() > 0) {
                one.pollAt(one.nowNanos + SECOND);
                other.pollAt(other.nowNanos + SECOND);
            }
        }
    }

    @Test
    void refusesLimitsThatAreNone() {
        assertThatThrownBy(() -> new LimitedDevice("limit", below, -1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DelayDevice("delay", below, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void countsRequestsBytesFailuresAndTheirTime() throws IOException {
        FaultDevice faults = new FaultDevice("faults", new DelayDevice("delay", below, 1000));
        StatisticsDevice device = new StatisticsDevice("statistics", faults);
        faults.set(Fault.fail(BlockStatus.TIMED_OUT).after(1).times(1));
        try (Exchange exchange = new Exchange(device.openChannel(4))) {
            exchange.pollAt(1);
            exchange.submit(read(exchange, 3));
            exchange.submit(read(exchange, 3));
            exchange.pollAt(5000);
            exchange.pollAt(6000);
            assertThat(exchange.statuses)
                    .containsExactlyInAnyOrder(BlockStatus.OK, BlockStatus.TIMED_OUT);
            BlockCounts counts = device.counts();
            assertThat(counts.requests(BlockOperation.READ)).isEqualTo(2);
            assertThat(counts.failures(BlockOperation.READ)).isEqualTo(1);
            assertThat(counts.bytes(BlockOperation.READ)).isEqualTo(3 * 512);
            assertThat(counts.times(BlockOperation.READ).percentileNanos(100))
                    .isBetween(1000L, 1016L);
            assertThat(counts.requests(BlockOperation.WRITE)).isZero();
        }
        assertThat(device.counts().requests(BlockOperation.READ)).isEqualTo(2);
    }
}
