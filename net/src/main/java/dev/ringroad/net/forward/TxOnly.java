package dev.ringroad.net.forward;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.UdpFrame;

/**
 * Sends the same 64-byte UDP packet as often as it can. What is received waits until there is no
 * room to send, or no link; then it is released, as nobody may sleep beside it.
 */
final class TxOnly implements Engine {

    static final int FRAME_BYTES = 64;

    /** Of RFC 2544's networks for benchmarks, 198.18.0.0/15. */
    static final int SOURCE = 198 << 24 | 18 << 16 | 1;

    static final int DESTINATION = 198 << 24 | 19 << 16;
    static final int DISCARD_PORT = 9;

    private final byte[] frame = new byte[FRAME_BYTES];
    private boolean written;

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
        }
        int sent = lane.sendSome();
        return sent > 0 ? sent : lane.discard();
    }

    private void write(Lane lane) {
        UdpFrame.write(
                frame,
                MacForward.neighbour(lane.to()),
                lane.to().device().macAddress().bits(),
                SOURCE,
                DESTINATION + 1,
                DISCARD_PORT);
        written = true;
    }
}
