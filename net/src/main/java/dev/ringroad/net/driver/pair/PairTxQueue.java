package dev.ringroad.net.driver.pair;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

/** Lends packets to the other end until it has copied them. */
final class PairTxQueue implements TxQueue {

    private final PairLane lane;
    private final DropCounters drops;
    private final int frameBytesMax;
    private final Packet[] staged;
    private int underWay;
    private boolean closed;

    PairTxQueue(PairLane lane, DropCounters drops, int frameBytesMax) {
        this.lane = lane;
        this.drops = drops;
        this.frameBytesMax = frameBytesMax;
        this.staged = new Packet[lane.slots()];
    }

    boolean isOpen() {
        return lane.isOpen();
    }

    @Override
    public int transmit(Burst from) {
        if (closed || !lane.isOpen()) {
            return dropAll(from);
        }
        reclaim();
        int count = from.size();
        if (count == 0) {
            return 0;
        }
        Packet[] packets = from.array();
        int room = lane.slots() - underWay;
        int stagedCount = 0;
        int taken = 0;
        while (taken < count) {
            Packet packet = packets[taken];
            int bytes = packet.totalLength();
            if (bytes < EthernetHeader.BYTES || bytes > frameBytesMax) {
                refuse(packet, bytes);
            } else if (stagedCount < room) {
                staged[stagedCount++] = packet;
            } else {
                break;
            }
            taken++;
        }
        if (stagedCount > 0) {
            underWay += lane.sent.offerBurst(staged, 0, stagedCount);
            lane.wakeReceiver();
        }
        from.removeFirst(taken);
        return taken;
    }

    /** Takes back what the receiver has copied, or will never copy because it is closed. */
    void reclaim() {
        if (underWay == 0) {
            return;
        }
        int n = lane.spent.pollBurst(staged, 0, staged.length);
        for (int i = 0; i < n; i++) {
            staged[i].release();
        }
        underWay -= n + lane.releaseUnreceived();
    }

    void close() {
        reclaim();
        closed = true;
        lane.closeSender();
    }

    private void refuse(Packet packet, int bytes) {
        drops.unsent(bytes > frameBytesMax ? DeviceDrop.OVERSIZE : DeviceDrop.RUNT, bytes);
        packet.release();
    }

    private int dropAll(Burst from) {
        if (!closed) {
            reclaim();
            return drops.refuseAll(DeviceDrop.LINK_DOWN, from);
        }
        int count = from.size();
        from.releaseAll();
        return count;
    }
}
