package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.virtio.RingDescriptor;

import org.jspecify.annotations.Nullable;

/** Transmits into a split ring. */
final class SplitTxRing extends TxRing {

    private final SplitSide side;

    /** The buffers that one frame is going to be in. */
    private final int[] heads;

    private final long[] lengths;
    private int index;
    private int known;

    SplitTxRing(
            Vring control,
            SplitSide side,
            GuestMemory memory,
            VhostCounters counters,
            VhostFault fault,
            long features) {
        super(control, memory, counters, fault, features);
        this.side = side;
        heads = new int[pieces.max()];
        lengths = new long[pieces.max()];
    }

    @Override
    DeviceSide side() {
        return side;
    }

    @Override
    void begin(int count) {
        index = side.next();
        known = side.known();
        if (known < count) {
            look();
        }
    }

    private void look() {
        // Counted from where the last burst ended; what is placed of this one is known already.
        known = side.look() - placed();
        // Too far ahead, or back behind what was available before.
        if (known < 0) {
            fail(VhostDrop.INDEX_JUMP);
            known = 0;
        }
    }

    private int placed() {
        return (index - side.next()) & 0xFFFF;
    }

    @Override
    int place(Packet packet, int bytes, int frameBytesMax) {
        if (!isSendable(bytes, frameBytesMax)) {
            return dropUnsendable(bytes);
        }
        if (known == 0) {
            return NO_ROOM;
        }
        SplitSide s = side;
        int head = s.head(index);
        if (head >= s.size) {
            return failBuffer(VhostDrop.BAD_HEAD);
        }
        long at = RingDescriptor.at(s.descriptorsAt, head);
        long second = RingDescriptor.second(s.descriptors, at);
        long address = RingDescriptor.address(s.descriptors, at);
        long length = RingDescriptor.length(second);
        int total = headerBytes + bytes;
        if (RingDescriptor.splitFlags(second) != RingDescriptor.WRITE || length < total) {
            return placeLong(packet, bytes);
        }
        if (!memory.find(address, length)) {
            return failBuffer(VhostDrop.BAD_BUFFER);
        }
        fill(address, packet, bytes);
        s.use(index, head, total);
        index++;
        known--;
        return PLACED;
    }

    @Override
    int plan(int count) {
        SplitSide s = side;
        GuestMemory m = memory;
        int first = index;
        int n = Math.min(count, known);
        for (int i = 0; i < n; i++) {
            int head = s.head(first + i);
            if (head >= s.size) {
                return i;
            }
            long at = RingDescriptor.at(s.descriptorsAt, head);
            long second = RingDescriptor.second(s.descriptors, at);
            long address = RingDescriptor.address(s.descriptors, at);
            long length = RingDescriptor.length(second);
            if (RingDescriptor.splitFlags(second) != RingDescriptor.WRITE
                    || length < runBytes[i]
                    || !m.isNear(address, length)) {
                return i;
            }
            heads[i] = head;
            runTargets[i] = m.at(address);
        }
        return n;
    }

    @Override
    void useRun(int count) {
        SplitSide s = side;
        int first = index;
        for (int i = 0; i < count; i++) {
            s.use(first + i, heads[i], runBytes[i]);
        }
        index += count;
        known -= count;
    }

    /** Places a frame in a chain, or in several buffers. */
    private int placeLong(Packet packet, int bytes) {
        look();
        long wanted = (long) headerBytes + bytes;
        pieces.clear();
        int count = 0;
        do {
            if (count == known) {
                return count == side.size ? dropTooLong(bytes) : NO_ROOM;
            }
            int head = side.head(index + count);
            long before = pieces.bytes();
            VhostDrop fault = collect(head);
            if (fault == VhostDrop.ENDLESS_CHAIN && count > 0) {
                return dropTooLong(bytes);
            }
            if (fault != null) {
                return failBuffer(VhostDrop.BAD_BUFFER);
            }
            heads[count] = head;
            lengths[count] = pieces.bytes() - before;
            count++;
        } while (mergeable && pieces.bytes() < wanted);
        if (pieces.bytes() < wanted) {
            return dropTooLong(bytes);
        }
        fillPieces(packet, bytes, count);
        use(count, wanted);
        return PLACED;
    }

    private @Nullable VhostDrop collect(int head) {
        return pieces.addSplitChain(side.descriptors, side.descriptorsAt, side.size, head);
    }

    private void use(int count, long wanted) {
        long left = wanted;
        for (int i = 0; i < count; i++) {
            long part = Math.min(lengths[i], left);
            side.use(index + i, heads[i], (int) part);
            left -= part;
        }
        index += count;
        known -= count;
    }

    @Override
    void publish() {
        if (placed() != 0 && side.publish(index)) {
            interrupt();
        }
    }
}
