package dev.ringroad.net.forward;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.MemorySegment;

/** Passes frames on with their Ethernet addresses exchanged. */
final class MacSwap implements Engine {

    @Override
    public int run(Lane lane) {
        int n = lane.receive();
        Burst burst = lane.burst();
        Packet[] packets = burst.array();
        int kept = 0;
        for (int i = 0; i < n; i++) {
            Packet packet = packets[i];
            if (packet.length() < EthernetHeader.BYTES) {
                lane.drop(packet, ForwardDrop.RUNT);
                continue;
            }
            swap(packet.segment(), packet.offset());
            packets[kept++] = packet;
        }
        burst.size(kept);
        lane.send();
        return n;
    }

    static void swap(MemorySegment s, long at) {
        long destination = EthernetHeader.destination(s, at);
        EthernetHeader.destination(s, at, EthernetHeader.source(s, at));
        EthernetHeader.source(s, at, destination);
    }
}
