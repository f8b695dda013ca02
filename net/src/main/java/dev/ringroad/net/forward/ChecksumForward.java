package dev.ringroad.net.forward;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.MemorySegment;

/** Passes frames on with the checksums of IPv4, TCP, UDP and ICMP computed anew. */
final class ChecksumForward implements Engine {

    private static final int OK = 0;

    @Override
    public int run(Lane lane) {
        int n = lane.receive();
        Burst burst = lane.burst();
        Packet[] packets = burst.array();
        int kept = 0;
        for (int i = 0; i < n; i++) {
            Packet packet = packets[i];
            if (!packet.linearize()) {
                lane.drop(packet, ForwardDrop.IN_PIECES);
                continue;
            }
            MemorySegment s = packet.segment();
            long at = packet.offset();
            int bytes = packet.length();
            if (EthernetHeader.check(s, at, bytes) < OK) {
                lane.drop(packet, ForwardDrop.RUNT);
            } else if (!ChecksumRepair.repair(s, at, bytes)) {
                lane.drop(packet, ForwardDrop.HEADER_BROKEN);
            } else {
                packets[kept++] = packet;
            }
        }
        burst.size(kept);
        lane.send();
        return n;
    }
}
