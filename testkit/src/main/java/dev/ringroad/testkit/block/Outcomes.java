package dev.ringroad.testkit.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import java.util.ArrayList;
import java.util.List;

/** Requests that remember what became of them, and fail the test when told twice. */
public final class Outcomes {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final List<Told> requests = new ArrayList<>();

    /** With none. */
    public Outcomes() {}

    /** A new request that is not submitted yet. */
    public Told request() {
        Told request = new Told();
        requests.add(request);
        return request;
    }

    /** Polls until every request of a channel is completed. */
    public static void drain(BlockChannel channel) {
        long begin = System.nanoTime();
        while (channel.outstanding() > 0) {
            long now = System.nanoTime();
            if (channel.poll(now) == 0) {
                Thread.yield();
            }
            assertThat(now - begin)
                    .as("%d requests are not completed in time", channel.outstanding())
                    .isLessThan(PATIENCE_NANOS);
        }
    }

    /** All of them were completed, each with this status. */
    public void assertAll(BlockStatus status) {
        assertThat(requests).allSatisfy(request -> assertThat(request.status()).isEqualTo(status));
    }

    /** A request and what became of it. */
    public static final class Told extends BlockRequest {
        private int times;
        private BlockStatus status = BlockStatus.OK;

        private Told() {
            super((request, status) -> ((Told) request).tell(status));
        }

        private void tell(BlockStatus became) {
            times++;
            status = became;
        }

        /** How often its owner was told. */
        public int times() {
            return times;
        }

        /** What became of it; it was completed once. */
        public BlockStatus status() {
            assertThat(times).as("completions of %s at %d", operation(), block()).isEqualTo(1);
            return status;
        }
    }
}
