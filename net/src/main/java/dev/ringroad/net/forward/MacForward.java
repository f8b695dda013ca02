package dev.ringroad.net.forward;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.MemorySegment;

/**
 * Passes frames on from the sending port's address, to the address that testpmd gives the neighbour
 * of a port, 02:00:00:00:00:NUMBER.
 */
final class MacForward implements Engine {

    private static final long NEIGHBOUR = 0x0200_0000_0000L;

    @Override
    public int run(Lane lane) {
        int n = lane.receive();
        Burst burst = lane.burst();
        Packet[] packets = burst.array();
        long source = lane.to().device().macAddress().bits();
        long destination = neighbour(lane.to());
        int kept = 0;
        for (int i = 0; i < n; i++) {
            Packet packet = packets[i];
            if (packet.length() < EthernetHeader.BYTES) {
                lane.drop(packet, ForwardDrop.RUNT);
                continue;
            }
            MemorySegment s = packet.segment();
            EthernetHeader.destination(s, packet.offset(), destination);
            EthernetHeader.source(s, packet.offset(), source);
            packets[kept++] = packet;
        }
        burst.size(kept);
        lane.send();
        return n;
    }

    static long neighbour(Port port) {
        return NEIGHBOUR | port.number();
    }
}
