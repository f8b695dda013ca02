package dev.ringroad.nvme.block;

import java.io.IOException;

/**
 * A device that is slower: each request is passed on so long after the first poll that sees it. To
 * try what slow media do to whoever uses them. The device below stays its owner's, to be closed
 * afterwards.
 */
public final class DelayDevice extends ComposedDevice {
    private final long delayNanos;

    /**
     * @param delayNanos zero or more
     */
    public DelayDevice(String name, BlockDevice below, long delayNanos) {
        super(name, Legs.only(below), below.geometry(), below.operations());
        if (delayNanos < 0) {
            throw new IllegalArgumentException("A delay is not negative: " + delayNanos + " ns");
        }
        this.delayNanos = delayNanos;
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        return new Channel(legs().devices().getFirst().openChannel(depth));
    }

    private final class Channel extends HoldingChannel {
        private final RequestQueue timed = new RequestQueue();

        Channel(BlockChannel below) {
            super(rules(), below);
        }

        @Override
        void release(BlockChannel channel, RequestQueue held, long nowNanos) {
            for (BlockRequest next = held.take(); next != null; next = held.take()) {
                next.dueNanos = nowNanos + delayNanos;
                timed.add(next);
            }
            BlockRequest first = timed.peek();
            while (first != null && first.dueNanos - nowNanos <= 0) {
                BlockRequest ignored = timed.take();
                channel.submit(first);
                first = timed.peek();
            }
        }

        @Override
        int heldElsewhere() {
            return timed.size();
        }

        @Override
        public long nextDeadlineNanos() {
            BlockRequest first = timed.peek();
            long below = belowDeadlineNanos();
            return first == null ? below : Math.min(below, first.dueNanos);
        }
    }
}
