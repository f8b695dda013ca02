package dev.ringroad.stack.icmp;

import dev.ringroad.core.worker.Timer;
import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.IpLayer;
import dev.ringroad.stack.ip.NetInterface;
import dev.ringroad.stack.ip.Protocols;
import dev.ringroad.stack.ip.Route;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells routers and switches which multicast groups are wanted here: IGMP version 2's reports (RFC
 * 2236), which version 3's routers understand as well (RFC 3376 section 7.3).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |     type      | max resp time |           checksum            |  0
 *  +---------------+---------------+-------------------------------+
 *  |                            group                              |  4
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>A report is repeated once, because nothing acknowledges it (RFC 2236 section 3).
 */
public final class Igmp implements IpLayer.GroupReporter {
    private static final int BYTES = 8;
    private static final int QUERY = 0x11;
    private static final int REPORT_V2 = 0x16;
    private static final int LEAVE = 0x17;
    private static final IpAddress ALL_ROUTERS = IpAddress.parse("224.0.0.2");
    private static final long REPEAT_NANOS = 1_000_000_000L;

    private record Membership(NetInterface netInterface, IpAddress group) {}

    private final IpLayer ip;
    private final TimingWheel timers;
    private final StackCounters counters;
    private final List<Membership> memberships = new ArrayList<>();
    private final List<Membership> repeats = new ArrayList<>();
    private final RepeatTimer repeatTimer = new RepeatTimer();

    /** The reporter of a stack. */
    public Igmp(IpLayer ip, TimingWheel timers, StackCounters counters) {
        this.ip = ip;
        this.timers = timers;
        this.counters = counters;
    }

    @Override
    public void membershipChanged(
            NetInterface netInterface, IpAddress group, boolean joined, long nowNanos) {
        if (!group.isV4()) {
            return;
        }
        Membership membership = new Membership(netInterface, group);
        if (joined) {
            memberships.add(membership);
            repeats.add(membership);
            send(netInterface, group, REPORT_V2, group, nowNanos);
            timers.schedule(repeatTimer, nowNanos + REPEAT_NANOS);
        } else {
            memberships.remove(membership);
            repeats.remove(membership);
            send(netInterface, ALL_ROUTERS, LEAVE, group, nowNanos);
        }
    }

    /**
     * Takes a message and releases it: a router's question is answered, everything else is no
     * business of a host's.
     */
    public void input(Packet packet, IpDatagram datagram, long nowNanos) {
        MemorySegment s = packet.segment();
        long at = packet.offset();
        int bytes = packet.length();
        if (bytes < BYTES || !Checksum.isRight(Checksum.partial(s, at, bytes, 0))) {
            counters.drop(DropReason.IGMP_MALFORMED, packet);
            return;
        }
        if (BigEndian.u8(s, at) != QUERY) {
            counters.drop(DropReason.IGMP_IGNORED, packet);
            return;
        }
        int asked = BigEndian.u32(s, at + 4);
        for (Membership membership : memberships) {
            boolean meant = asked == 0 || asked == membership.group().v4();
            if (meant
                    && membership.netInterface() == datagram.netInterface()
                    && !repeats.contains(membership)) {
                repeats.add(membership);
            }
        }
        packet.release();
        if (!repeats.isEmpty() && !repeatTimer.isScheduled()) {
            // A fixed fraction of the shortest usual response time; duplicates from other members
            // do no harm.
            timers.schedule(repeatTimer, nowNanos + REPEAT_NANOS / 2);
        }
    }

    private void send(NetInterface out, IpAddress to, int type, IpAddress group, long nowNanos) {
        Route route = ip.groupRoute(out, to);
        Packet packet = route == null ? null : ip.acquireControl(route);
        if (route == null || packet == null) {
            return;
        }
        packet.append(BYTES);
        MemorySegment s = packet.segment();
        long at = packet.offset();
        BigEndian.u32(s, at, type << 24);
        BigEndian.u32(s, at + 4, group.v4());
        BigEndian.u16(s, at + 2, Checksum.of(s, at, BYTES));
        ip.send(packet, route, Protocols.IGMP, 1, 0, nowNanos);
    }

    private final class RepeatTimer extends Timer {
        @Override
        protected void expired(long nowNanos) {
            for (Membership membership : repeats) {
                send(
                        membership.netInterface(),
                        membership.group(),
                        REPORT_V2,
                        membership.group(),
                        nowNanos);
            }
            repeats.clear();
        }
    }
}
