package dev.ringroad.stack.ip;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The multicast groups joined on one interface, each as often as endpoints have asked for it. */
final class MulticastGroups {
    private static final int ALL_SYSTEMS_V4 = 0xe0000001;

    private static final class Membership {
        private final IpAddress group;
        private int count;

        Membership(IpAddress group) {
            this.group = group;
        }
    }

    private final List<Membership> memberships = new ArrayList<>();

    MulticastGroups() {}

    /** Whether this was the first to ask. */
    boolean join(IpAddress group) {
        Membership membership = find(group.high(), group.low());
        if (membership == null) {
            membership = new Membership(group);
            memberships.add(membership);
        }
        return ++membership.count == 1;
    }

    /** Whether nobody wants the group any more. */
    boolean leave(IpAddress group) {
        Membership membership = find(group.high(), group.low());
        if (membership == null || --membership.count > 0) {
            return false;
        }
        memberships.remove(membership);
        return true;
    }

    /**
     * Whether datagrams to the group are wanted; every host is a member of 224.0.0.1 (RFC 1112
     * section 4).
     */
    boolean contains(long high, long low) {
        return low == IpAddress.mapped(ALL_SYSTEMS_V4) || find(high, low) != null;
    }

    private @Nullable Membership find(long high, long low) {
        for (int i = 0; i < memberships.size(); i++) {
            Membership membership = memberships.get(i);
            if (membership.group.low() == low && membership.group.high() == high) {
                return membership;
            }
        }
        return null;
    }

    /** The groups, to be reported to a router that asks. */
    List<IpAddress> groups() {
        return memberships.stream().map(membership -> membership.group).toList();
    }
}
