package dev.ringroad.stack.ip;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.config.IpLimits;
import dev.ringroad.stack.drop.StackCounters;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Puts the fragments of IPv4 datagrams together, within the limits of a stack, for somebody who is
 * none. One owner. What is whole lies in packets of a pool of its own, which must be back before
 * the close.
 */
public final class FragmentCollector implements AutoCloseable {

    private final PacketPool pool;
    private final Reassembly reassembly;
    private final IpDatagram datagram = new IpDatagram();

    /**
     * Sets the memory aside.
     *
     * @param name what the pool is called
     * @param limits how many datagrams may be in pieces, and for how long
     * @param timers tell when the time of one is over
     * @param counters count what is dropped
     * @param expiry is told then; the datagram has no interface
     */
    public FragmentCollector(
            String name,
            IpLimits limits,
            TimingWheel timers,
            StackCounters counters,
            ReassemblyExpiry expiry) {
        pool =
                PacketPool.create(
                        name,
                        limits.reassemblyDatagrams(),
                        IpLayer.BIG_PACKET_BYTES,
                        Placement.ordinary());
        reassembly = new Reassembly(limits, pool, timers, counters);
        reassembly.expiry(expiry);
    }

    /**
     * Takes a fragment, whose ownership moves.
     *
     * @param linkBytes in front of its header, which has been checked
     * @return the whole datagram from its IP header on, which is corrected, in a packet that is the
     *     caller's; null while there are gaps
     */
    public @Nullable Packet add(Packet fragment, int linkBytes, long nowNanos) {
        MemorySegment s = fragment.segment();
        long ip = fragment.offset() + linkBytes;
        int headerBytes = Ipv4Header.headerBytes(s, ip);
        datagram.setV4(
                Ipv4Header.source(s, ip),
                Ipv4Header.destination(s, ip),
                Ipv4Header.protocol(s, ip),
                Ipv4Header.ttl(s, ip),
                Ipv4Header.trafficClass(s, ip),
                headerBytes);
        fragment.trimFront(linkBytes + headerBytes);
        Packet whole =
                reassembly.add(
                        fragment,
                        datagram,
                        Ipv4Header.identification(s, ip),
                        Ipv4Header.fragmentOffsetBytes(s, ip),
                        Ipv4Header.moreFragments(s, ip),
                        nowNanos);
        if (whole != null) {
            whole.prepend(datagram.headerBytes());
        }
        return whole;
    }

    /** Gives up what is in pieces, and the memory. */
    @Override
    public void close() {
        reassembly.close();
        pool.close();
    }
}
