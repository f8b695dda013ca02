package dev.ringroad.stack.ip;

import dev.ringroad.net.packet.Packet;

/** A protocol above IP. */
public interface IpProtocol {
    /**
     * Takes a datagram. Never throws for what a peer sent.
     *
     * @param packet its data are the datagram's payload; the protocol owns it from here on
     * @param datagram who sent it to whom; valid during the call only
     * @param nowNanos the time
     */
    void input(Packet packet, IpDatagram datagram, long nowNanos);

    /**
     * Hears that something which the protocol sent did not arrive. The quotation's form has been
     * checked; whether it matches something the protocol has really sent is for the protocol to
     * find out (RFC 5927).
     *
     * @param error valid during the call only
     * @param nowNanos the time
     */
    void error(IpError error, long nowNanos);
}
