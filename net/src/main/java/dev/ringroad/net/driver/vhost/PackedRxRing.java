package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;

/** Receives from a packed ring. */
final class PackedRxRing extends RxRing {

    private static final int NOT_PLAIN =
            RingDescriptor.NEXT | RingDescriptor.WRITE | RingDescriptor.INDIRECT;

    private final PackedSide side;
    private final PackedChain chain;

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
        while (into.size() < last && left > 0 && s.moved() < s.size && takeNext(s, into)) {
            left--;
        }
        if (s.publish()) {
            interrupt();
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
        s.use(at, RingDescriptor.packed(0, id, PackedRing.usedFlags(s.wrap())), count);
        return true;
    }
}
