package dev.ringroad.nvme.block;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A device that counts what passes: requests, bytes, failures, and how long they took, for each
 * operation. Times are from the poll that sees a request to the poll that completes it, on the
 * scale of {@link BlockChannel#poll}. The device below stays its owner's, to be closed afterwards.
 */
public final class StatisticsDevice extends ComposedDevice {
    private final List<BlockCounts> open = new ArrayList<>();
    private final BlockCounts closed;

    /** Begins at zero. */
    public StatisticsDevice(String name, BlockDevice below) {
        super(name, Legs.only(below), below.geometry(), below.operations());
        closed = new BlockCounts(geometry().blockBytes());
    }

    /** What all channels have counted up to now, also those that are closed; the caller's own. */
    public BlockCounts counts() {
        BlockCounts sum = new BlockCounts(geometry().blockBytes());
        synchronized (open) {
            sum.add(closed);
            open.forEach(sum::add);
        }
        return sum;
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        Channel channel = new Channel(Channels.requireDepth(depth));
        synchronized (open) {
            open.add(channel.counts);
        }
        return channel;
    }

    private void close(BlockCounts counts) {
        synchronized (open) {
            closed.add(counts);
            open.remove(counts);
        }
    }

    private final class Channel extends OneLegChannel {
        private final BlockCounts counts = new BlockCounts(geometry().blockBytes());
        private final Part[] unseen;
        private int unseenCount;

        Channel(int depth) throws IOException {
            super(StatisticsDevice.this, 0, depth);
            unseen = new Part[depth];
        }

        @Override
        void handed(Part part) {
            unseen[unseenCount++] = part;
        }

        @Override
        void beginPoll(long nowNanos) {
            for (int i = 0; i < unseenCount; i++) {
                unseen[i].dueNanos = nowNanos;
            }
            unseenCount = 0;
        }

        @Override
        BlockStatus judge(Part part, BlockStatus status) {
            counts.count(part, status, nowNanos() - part.dueNanos);
            return status;
        }

        @Override
        public void close() {
            super.close();
            StatisticsDevice.this.close(counts);
        }
    }
}
