package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A device that fails as it is told: to try what becomes of those who use it. Without faults it
 * passes everything on. The device below stays its owner's, to be closed afterwards.
 */
public final class FaultDevice extends ComposedDevice {
    private static final Fault[] NONE = {};

    private final AtomicLong struck = new AtomicLong();
    private volatile Fault[] faults = NONE;
    private volatile long releases;

    /** Makes a device without faults. */
    public FaultDevice(String name, BlockDevice below) {
        super(name, Legs.only(below), below.geometry(), below.operations());
    }

    /**
     * Replaces the faults there are; the first that strikes a request is the one it gets. Requests
     * that are held stay held. One thread at a time.
     */
    public void set(Fault... replacements) {
        faults = replacements.clone();
    }

    /** Lets go what is held, with the next poll. One thread at a time. */
    public void release() {
        long next = releases + 1;
        releases = next;
    }

    /** How many requests were struck. */
    public long struck() {
        return struck.get();
    }

    private @Nullable Fault faultFor(BlockRequest request, boolean corrupting) {
        for (Fault fault : faults) {
            if ((fault.kind() == Fault.Kind.CORRUPT) == corrupting && fault.strikes(request)) {
                long ignored = struck.incrementAndGet();
                return fault;
            }
        }
        return null;
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        Channels.requireDepth(depth);
        return new Channel(new CorruptingChannel(depth));
    }

    private final class Channel extends HoldingChannel {
        private final RequestQueue stuck = new RequestQueue();
        private long releasesSeen = releases;

        Channel(BlockChannel below) {
            super(rules(), below);
        }

        @Override
        BlockStatus admit(BlockRequest request) {
            request.dueNanos = 0;
            Fault fault = faultFor(request, false);
            if (fault == null) {
                return BlockStatus.OK;
            }
            if (fault.kind() == Fault.Kind.HOLD) {
                // Far in the future, for release() to know it by.
                request.dueNanos = Long.MAX_VALUE;
                return BlockStatus.OK;
            }
            return fault.status();
        }

        @Override
        void release(BlockChannel channel, RequestQueue held, long nowNanos) {
            long now = releases;
            for (BlockRequest next = held.take(); next != null; next = held.take()) {
                if (next.dueNanos == Long.MAX_VALUE) {
                    stuck.add(next);
                } else {
                    channel.submit(next);
                }
            }
            if (now != releasesSeen) {
                releasesSeen = now;
                releaseAll(channel, stuck);
            }
        }

        @Override
        int heldElsewhere() {
            return stuck.size();
        }

        @Override
        boolean maySleep() {
            return super.maySleep() && stuck.isEmpty();
        }

        @Override
        public long nextDeadlineNanos() {
            return belowDeadlineNanos();
        }
    }

    private final class CorruptingChannel extends OneLegChannel {
        CorruptingChannel(int depth) throws IOException {
            super(FaultDevice.this, 0, depth);
        }

        @Override
        BlockStatus judge(Part part, BlockStatus status) {
            if (status == BlockStatus.OK && part.operation() == BlockOperation.READ) {
                Fault fault = faultFor(part, true);
                if (fault != null) {
                    long at = part.dataOffset() + (part.block() & 0xff);
                    byte right = part.data().get(ValueLayout.JAVA_BYTE, at);
                    part.data().set(ValueLayout.JAVA_BYTE, at, (byte) ~right);
                }
            }
            return status;
        }
    }
}
