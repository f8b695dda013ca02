package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.RingDescriptor;

import org.jspecify.annotations.Nullable;

/** Receives from a split ring. */
final class SplitRxRing extends RxRing {

    private final SplitSide side;
    private final int[] heads = new int[RUN_MAX];
    private int lastHead;

    SplitRxRing(
            Vring control,
            SplitSide side,
            GuestMemory memory,
            VhostCounters counters,
            VhostFault fault,
            long features,
            PacketPool pool) {
        super(control, memory, counters, fault, features, pool);
        this.side = side;
    }

    @Override
    DeviceSide side() {
        return side;
    }

    @Override
    void take(Burst into) {
        int known = side.known();
        if (known < into.room()) {
            known = side.look();
            if (known == SplitSide.JUMPED) {
                fail(VhostDrop.INDEX_JUMP);
                return;
            }
        }
        if (known > 0) {
            take(into, known);
        }
    }

    private void take(Burst into, int known) {
        SplitSide s = side;
        int begin = s.next();
        int index = begin;
        int room = room(into, known);
        int last = into.size() + room;
        int end = begin + Math.min(known, framesMax(room));
        while (index != end && into.size() < last) {
            int run = plan(s, index, runMax(end - index, last - into.size()));
            if (run > 0 && takeRun(into, run) > 0) {
                useRun(s, index, run);
                index += run;
                continue;
            }
            int head = s.head(index);
            if (head >= s.size) {
                fail(VhostDrop.BAD_HEAD);
                break;
            }
            add(into, takeOne(s, head));
            heads[0] = head;
            useRun(s, index, 1);
            index++;
        }
        if (index == begin) {
            return;
        }
        if (inOrder) {
            s.use(begin, lastHead, 0);
        }
        if (s.publish(index)) {
            interrupt();
        }
    }

    /** Says that buffers are used; in order, the last of all will speak for the others. */
    private void useRun(SplitSide s, int index, int count) {
        if (inOrder) {
            lastHead = heads[count - 1];
            return;
        }
        for (int i = 0; i < count; i++) {
            s.use(index + i, heads[i], 0);
        }
    }

    /** How many usual frames come next, at most so many. */
    private int plan(SplitSide s, int index, int max) {
        for (int i = 0; i < max; i++) {
            int head = s.head(index + i);
            if (head >= s.size) {
                return i;
            }
            long at = RingDescriptor.at(s.descriptorsAt, head);
            long second = RingDescriptor.second(s.descriptors, at);
            long address = RingDescriptor.address(s.descriptors, at);
            if (RingDescriptor.splitFlags(second) != 0
                    || !plan(i, address, RingDescriptor.length(second))) {
                return i;
            }
            heads[i] = head;
        }
        return max;
    }

    private @Nullable Packet takeOne(SplitSide s, int head) {
        long at = RingDescriptor.at(s.descriptorsAt, head);
        long second = RingDescriptor.second(s.descriptors, at);
        long address = RingDescriptor.address(s.descriptors, at);
        if (RingDescriptor.splitFlags(second) == 0) {
            return takeBuffer(address, RingDescriptor.length(second));
        }
        pieces.clear();
        return takePieces(pieces.addSplitChain(s.descriptors, s.descriptorsAt, s.size, head));
    }
}
