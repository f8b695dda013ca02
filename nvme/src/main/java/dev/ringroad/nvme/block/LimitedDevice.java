package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * A device with a limit of requests, of bytes, or of both a second, which all its channels share:
 * what is above waits, in order. The time is that of {@link BlockChannel#poll}. Bytes are those of
 * requests with memory. A burst of a hundredth of a second may pass at once, and a single request
 * always, whatever its size. The device below stays its owner's, to be closed afterwards.
 */
public final class LimitedDevice extends ComposedDevice {
    private static final long BURST_NANOS = 10_000_000;

    private final @Nullable TokenBucket requests;
    private final @Nullable TokenBucket bytes;

    /**
     * @param requestsPerSecond 0 for no limit
     * @param bytesPerSecond 0 for no limit
     */
    public LimitedDevice(
            String name, BlockDevice below, long requestsPerSecond, long bytesPerSecond) {
        super(name, Legs.only(below), below.geometry(), below.operations());
        requests = bucket(requestsPerSecond, "requests");
        bytes = bucket(bytesPerSecond, "bytes");
    }

    private static @Nullable TokenBucket bucket(long perSecond, String what) {
        if (perSecond < 0) {
            throw new IllegalArgumentException(
                    "A limit is not negative: " + perSecond + " " + what + " a second");
        }
        return perSecond == 0 ? null : new TokenBucket(perSecond, BURST_NANOS);
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        return new Channel(legs().devices().getFirst().openChannel(depth));
    }

    private final class Channel extends HoldingChannel {
        private final int blockBytes = geometry().blockBytes();
        private boolean throttled;

        Channel(BlockChannel below) {
            super(rules(), below);
        }

        @Override
        void release(BlockChannel channel, RequestQueue held, long nowNanos) {
            throttled = false;
            while (!held.isEmpty()) {
                if (!isReady(requests, nowNanos) || !isReady(bytes, nowNanos)) {
                    throttled = true;
                    return;
                }
                BlockRequest next = held.take();
                if (next != null) {
                    pay(next, nowNanos);
                    channel.submit(next);
                }
            }
        }

        private static boolean isReady(@Nullable TokenBucket bucket, long nowNanos) {
            return bucket == null || bucket.isReady(nowNanos);
        }

        private void pay(BlockRequest request, long nowNanos) {
            if (requests != null) {
                requests.take(1, nowNanos);
            }
            if (bytes != null && request.data().byteSize() > 0) {
                bytes.take((long) request.blockCount() * blockBytes, nowNanos);
            }
        }

        @Override
        boolean maySleep() {
            return throttled || super.maySleep();
        }

        @Override
        public long nextDeadlineNanos() {
            long below = belowDeadlineNanos();
            if (!throttled) {
                return below;
            }
            long ready = Math.max(readyNanos(requests), readyNanos(bytes));
            return Math.min(below, ready);
        }

        private static long readyNanos(@Nullable TokenBucket bucket) {
            return bucket == null ? Long.MIN_VALUE : bucket.readyNanos();
        }
    }
}
