package dev.ringroad.stack.ip;

import dev.ringroad.net.packet.Packet;

/** Tells a sender that its datagram was given up because fragments were missing for too long. */
public interface ReassemblyExpiry {
    /**
     * @param firstPart the first fragment's payload, its IP header before it; stays the caller's
     * @param datagram who sent it to whom; valid during the call only
     */
    void timedOut(Packet firstPart, IpDatagram datagram, long nowNanos);
}
