package dev.ringroad.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** A channel under a clock of the test's, and what became of its requests. */
final class Exchange implements AutoCloseable {
    static final int ROUNDS_MAX = 10_000;

    final BlockChannel channel;
    final List<BlockStatus> statuses = new ArrayList<>();
    final List<Long> tokens = new ArrayList<>();
    long nowNanos;

    Exchange(BlockChannel channel) {
        this.channel = channel;
    }

    BlockRequest request() {
        return new BlockRequest(
                (request, status) -> {
                    statuses.add(status);
                    tokens.add(request.token());
                });
    }

    void submit(BlockRequest request) {
        channel.submit(request);
    }

    void pollAt(long nanos) {
        nowNanos = nanos;
        int ignored = channel.poll(nanos);
    }

    /** Polls until all is completed, a microsecond apart. */
    void drain() {
        for (int i = 0; channel.outstanding() > 0; i++) {
            assertThat(i).as("polls").isLessThan(ROUNDS_MAX);
            pollAt(nowNanos + 1000);
        }
    }

    BlockStatus perform(BlockRequest request) {
        int before = statuses.size();
        submit(request);
        drain();
        assertThat(statuses).hasSize(before + 1);
        return statuses.getLast();
    }

    @Override
    public void close() {
        drain();
        channel.close();
    }
}
