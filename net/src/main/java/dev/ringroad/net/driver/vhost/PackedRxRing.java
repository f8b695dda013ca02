package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;

import java.lang.invoke.VarHandle;

/** Receives from a packed ring. */
final class PackedRxRing extends RxRing {

    private static final int NOT_PLAIN =
            RingDescriptor.NEXT | RingDescriptor.WRITE | RingDescriptor.INDIRECT;

    /** Of buffers that were only read. */
    private static final int[] NOTHING_WRITTEN = new int[RUN_MAX];

    private final PackedSide side;
    private final PackedChain chain;
    private final int[] ids = new int[RUN_MAX];
    private final long[] lengths = new long[RUN_MAX];

    PackedRxRing(
            Vring control,
            PackedSide side,
            GuestMemory memory,
            VhostCounters counters,
            VhostFault fault,
            long features,
            PacketPool pool) {
        super(control, memory, counters, fault, features, pool);
        this.side = side;
        chain = new PackedChain(side, pieces);
    }

    @Override
    DeviceSide side() {
        return side;
    }

    @Override
    void take(Burst into) {
        PackedSide s = side;
        if (!s.hasWork()) {
            return;
        }
        int room = room(into, 1);
        int last = into.size() + room;
        int left = framesMax(room);
        // Once round at most, as a driver may fill the ring again behind us.
        while (into.size() < last && left > 0 && s.moved() < s.size) {
            int run = plan(s, runMax(left, last - into.size()));
            if (run > 0 && takeRun(into, run) > 0) {
                useRun(s, run);
                left -= run;
            } else if (takeNext(s, into)) {
                left--;
            } else {
                break;
            }
        }
        if (s.publish()) {
            interrupt();
        }
    }

    /** How many usual frames come next, at most so many. */
    private int plan(PackedSide s, int max) {
        long at = s.at(s.position());
        int wanted = PackedRing.availableFlags(s.wrap());
        int n = Math.min(Math.min(max, s.untilWrap()), s.size - s.moved());
        for (int i = 0; i < n; i++) {
            long second = RingDescriptor.second(s.descriptors(), RingDescriptor.at(at, i));
            int flags = RingDescriptor.packedFlags(second) & (PackedRing.STATE | NOT_PLAIN);
            if (flags != wanted) {
                n = i;
                break;
            }
            ids[i] = RingDescriptor.packedId(second);
            lengths[i] = RingDescriptor.length(second);
        }
        // For all of them at once what an acquiring load does for one.
        VarHandle.acquireFence();
        for (int i = 0; i < n; i++) {
            long address = RingDescriptor.address(s.descriptors(), RingDescriptor.at(at, i));
            if (!plan(i, address, lengths[i])) {
                return i;
            }
        }
        return n;
    }

    private void useRun(PackedSide s, int count) {
        if (inOrder) {
            s.useUpTo(ids[count - 1], count);
        } else {
            s.useRun(ids, NOTHING_WRITTEN, count, 0);
        }
    }

    /** Takes the next frame, or drops it; false when there is none. */
    private boolean takeNext(PackedSide s, Burst into) {
        long at = s.at(s.position());
        long second = RingDescriptor.secondAcquire(s.descriptors(), at);
        int flags = RingDescriptor.packedFlags(second);
        if (!PackedRing.isAvailable(flags, s.wrap())) {
            return false;
        }
        Packet packet;
        int id = RingDescriptor.packedId(second);
        int count = 1;
        if ((flags & NOT_PLAIN) == 0) {
            long address = RingDescriptor.address(s.descriptors(), at);
            packet = takeBuffer(address, RingDescriptor.length(second));
        } else {
            pieces.clear();
            VhostDrop fault = chain.add(s.position(), second);
            if (chain.count() == PackedChain.ENDLESS) {
                fail(VhostDrop.LOST_POSITION);
                return false;
            }
            packet = takePieces(fault);
            id = chain.id();
            count = chain.count();
        }
        add(into, packet);
        if (inOrder) {
            s.useUpTo(id, count);
        } else {
            s.use(at, RingDescriptor.packed(0, id, PackedRing.usedFlags(s.wrap())), count);
        }
        return true;
    }
}
