package dev.ringroad.net.forward;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.UdpFrame;

import java.lang.foreign.MemorySegment;

/**
 * Sends 64-byte UDP packets of 1024 flows, one after the other, as often as it can: they differ in
 * the destination's address. What is received meanwhile is released. While the link is down there
 * is none to make for.
 */
final class FlowGen implements Engine {

    static final int FLOWS = 1024;

    private static final int FRAME_BYTES = TxOnly.FRAME_BYTES;

    private final byte[] frame = new byte[FRAME_BYTES];
    private final int[] checksums = new int[FLOWS];
    private boolean written;
    private int flow;

    @Override
    public int run(Lane lane) {
        if (!written) {
            write(lane);
        }
        if (!lane.to().linkUp()) {
            return lane.discard();
        }
        Burst burst = lane.burst();
        PacketPool pool = lane.to().device().pool();
        int begin = burst.size();
        int wanted = lane.claim(Math.min(burst.room(), pool.available()));
        Packet[] packets = burst.array();
        int n = pool.acquireRaw(packets, begin, wanted) ? wanted : 0;
        burst.size(begin + n);
        for (int i = begin; i < begin + n; i++) {
            Packet packet = packets[i];
            packet.start(FRAME_BYTES);
            packet.copyIn(0, frame, 0, FRAME_BYTES);
            flow = (flow + 1) & (FLOWS - 1);
            long ip = packet.offset() + EthernetHeader.BYTES;
            MemorySegment s = packet.segment();
            BigEndian.u32(s, ip + Ipv4Header.DESTINATION, TxOnly.DESTINATION + flow);
            Ipv4Header.checksum(s, ip, checksums[flow]);
        }
        return lane.sendSome() + lane.discard();
    }

    private void write(Lane lane) {
        int checksum =
                UdpFrame.write(
                        frame,
                        MacForward.neighbour(lane.to()),
                        lane.to().device().macAddress().bits(),
                        TxOnly.SOURCE,
                        TxOnly.DESTINATION,
                        TxOnly.DISCARD_PORT);
        for (int i = 0; i < FLOWS; i++) {
            int destination = TxOnly.DESTINATION + i;
            checksums[i] = Checksum.update32(checksum, TxOnly.DESTINATION, destination);
        }
        written = true;
    }
}
