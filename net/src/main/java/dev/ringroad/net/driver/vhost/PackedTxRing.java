package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;

import java.lang.invoke.VarHandle;

/** Transmits into a packed ring. */
final class PackedTxRing extends TxRing {

    private static final int KIND =
            RingDescriptor.NEXT | RingDescriptor.WRITE | RingDescriptor.INDIRECT;

    private final PackedSide side;
    private final PackedChain chain;

    /** The buffers that one frame is going to be in. */
    private final int[] ids;

    private final int[] counts;
    private final long[] lengths;

    PackedTxRing(
            Vring control,
            PackedSide side,
            GuestMemory memory,
            VhostCounters counters,
            VhostFault fault,
            long features) {
        super(control, memory, counters, fault, features);
        this.side = side;
        chain = new PackedChain(side, pieces);
        ids = new int[pieces.max()];
        counts = new int[pieces.max()];
        lengths = new long[pieces.max()];
    }

    @Override
    DeviceSide side() {
        return side;
    }

    @Override
    void begin(int count) {
        // Each descriptor tells for itself whether it is available.
    }

    @Override
    int place(Packet packet, int bytes, int frameBytesMax) {
        if (!isSendable(bytes, frameBytesMax)) {
            return dropUnsendable(bytes);
        }
        PackedSide s = side;
        long at = s.at(s.position());
        long second = RingDescriptor.secondAcquire(s.descriptors(), at);
        int flags = RingDescriptor.packedFlags(second);
        if (!PackedRing.isAvailable(flags, s.wrap())) {
            return NO_ROOM;
        }
        int total = headerBytes + bytes;
        long length = RingDescriptor.length(second);
        if ((flags & KIND) != RingDescriptor.WRITE || length < total) {
            return placeLong(packet, bytes);
        }
        long address = RingDescriptor.address(s.descriptors(), at);
        if (!memory.find(address, length)) {
            return failBuffer(VhostDrop.BAD_BUFFER);
        }
        fill(address, packet, bytes);
        s.use(at, used(total, RingDescriptor.packedId(second)), 1);
        return PLACED;
    }

    @Override
    int plan(int count) {
        PackedSide s = side;
        GuestMemory m = memory;
        long at = s.at(s.position());
        int wanted = PackedRing.availableFlags(s.wrap()) | RingDescriptor.WRITE;
        int n = Math.min(count, s.untilWrap());
        for (int i = 0; i < n; i++) {
            long second = RingDescriptor.second(s.descriptors(), RingDescriptor.at(at, i));
            int flags = RingDescriptor.packedFlags(second) & (PackedRing.STATE | KIND);
            long length = RingDescriptor.length(second);
            if (flags != wanted || length < runBytes[i]) {
                n = i;
                break;
            }
            ids[i] = RingDescriptor.packedId(second);
            lengths[i] = length;
        }
        // For all of them at once what an acquiring load does for one.
        VarHandle.acquireFence();
        for (int i = 0; i < n; i++) {
            long address = RingDescriptor.address(s.descriptors(), RingDescriptor.at(at, i));
            if (!m.isNear(address, lengths[i])) {
                return i;
            }
            runTargets[i] = m.at(address);
        }
        return n;
    }

    @Override
    void useRun(int count) {
        side.useRun(ids, runBytes, count, RingDescriptor.WRITE);
    }

    /** A descriptor of a buffer that was written. */
    private long used(long writtenBytes, int id) {
        int flags = PackedRing.usedFlags(side.wrap()) | RingDescriptor.WRITE;
        return RingDescriptor.packed(writtenBytes, id, flags);
    }

    /** Places a frame in a chain, or in several buffers. */
    private int placeLong(Packet packet, int bytes) {
        PackedSide s = side;
        long wanted = (long) headerBytes + bytes;
        pieces.clear();
        int position = s.position();
        boolean wrap = s.wrap();
        int count = 0;
        int descriptors = 0;
        do {
            if (descriptors >= s.size) {
                return dropTooLong(bytes);
            }
            long second = RingDescriptor.secondAcquire(s.descriptors(), s.at(position));
            if (!PackedRing.isAvailable(RingDescriptor.packedFlags(second), wrap)) {
                return NO_ROOM;
            }
            long before = pieces.bytes();
            VhostDrop fault = chain.add(position, second);
            if (fault == VhostDrop.ENDLESS_CHAIN && count > 0) {
                return dropTooLong(bytes);
            }
            if (fault != null) {
                return failBuffer(VhostDrop.BAD_BUFFER);
            }
            ids[count] = chain.id();
            counts[count] = chain.count();
            lengths[count] = pieces.bytes() - before;
            count++;
            descriptors += chain.count();
            position += chain.count();
            if (position >= s.size) {
                position -= s.size;
                wrap = !wrap;
            }
        } while (mergeable && pieces.bytes() < wanted);
        if (pieces.bytes() < wanted) {
            return dropTooLong(bytes);
        }
        fillPieces(packet, bytes, count);
        use(count, wanted);
        return PLACED;
    }

    private void use(int count, long wanted) {
        long left = wanted;
        for (int i = 0; i < count; i++) {
            long part = Math.min(lengths[i], left);
            side.use(side.at(side.position()), used(part, ids[i]), counts[i]);
            left -= part;
        }
    }

    @Override
    void publish() {
        if (side.publish()) {
            interrupt();
        }
    }
}
