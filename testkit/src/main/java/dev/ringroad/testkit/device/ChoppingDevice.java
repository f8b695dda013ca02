package dev.ringroad.testkit.device;

import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DecoratedDevice;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

/**
 * Gives what another device receives as chains, to find software that reads the first packet only.
 * While the pool is empty, frames stay in one piece.
 */
public final class ChoppingDevice extends DecoratedDevice {

    private final int firstBytes;
    private final int partBytes;
    private final boolean roomInFirst;

    /**
     * Decorates a device.
     *
     * @param firstBytes of the first part, 18 at least
     * @param partBytes of the others
     * @param roomInFirst whether the first part's buffer has room for the others' bytes
     */
    public ChoppingDevice(NetDevice inner, int firstBytes, int partBytes, boolean roomInFirst) {
        super(inner);
        this.firstBytes = firstBytes;
        this.partBytes = partBytes;
        this.roomInFirst = roomInFirst;
    }

    @Override
    public Capabilities capabilities() {
        Capabilities c = super.capabilities();
        return new Capabilities(
                c.transmitChecksum(),
                c.receiveChecksum(),
                c.segmentation(),
                c.largeReceive(),
                c.zeroCopyTransmit(),
                true,
                c.frameBytesMax());
    }

    @Override
    public RxQueue rxQueue(int i) {
        RxQueue inner = super.rxQueue(i);
        return into -> {
            int before = into.size();
            int n = inner.receive(into);
            for (int k = before; k < before + n; k++) {
                into.set(k, chopped(into.get(k)));
            }
            return n;
        };
    }

    private Packet chopped(Packet whole) {
        int bytes = whole.length();
        int parts = (bytes - firstBytes + partBytes - 1) / partBytes;
        Burst fresh = new Burst(Packet.PARTS_MAX);
        if (bytes <= firstBytes || !take(whole.pool(), parts, fresh)) {
            return whole;
        }
        int at = firstBytes;
        for (int i = 0; i < parts; i++) {
            int n = Math.min(partBytes, bytes - at);
            fresh.get(i).append(n);
            fresh.get(i).copyIn(0, whole.segment(), whole.offset() + at, n);
            at += n;
        }
        whole.trimTo(firstBytes);
        if (!roomInFirst) {
            moveToEnd(whole);
        }
        whole.chainAll(fresh.array(), 0, parts);
        return whole;
    }

    /** An exhausted pool is the inner device's to count. */
    private static boolean take(PacketPool pool, int packets, Burst into) {
        return pool.available() >= packets && pool.acquireBulk(into, packets);
    }

    private static void moveToEnd(Packet packet) {
        int bytes = packet.length();
        byte[] data = new byte[bytes];
        packet.copyOut(0, data, 0, bytes);
        packet.window(packet.offset() + bytes + packet.tailroom() - bytes, bytes);
        packet.copyIn(0, data, 0, bytes);
    }
}
