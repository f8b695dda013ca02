package dev.ringroad.net.virtio;

import org.jspecify.annotations.Nullable;

/**
 * Features of a virtio network device that two ends may agree on (virtio 1.2, sections 5.1.3 and 6;
 * {@link #PROTOCOL_FEATURES} is vhost-user's).
 */
public enum VirtioFeature {
    /** The device completes checksums of frames that it is given. */
    NET_CSUM(0),
    /** The driver takes frames whose checksum is not complete. */
    NET_GUEST_CSUM(1),
    NET_CTRL_GUEST_OFFLOADS(2),
    /** The device says its MTU. */
    NET_MTU(3),
    /** The device says its address. */
    NET_MAC(5),
    NET_GUEST_TSO4(7),
    NET_GUEST_TSO6(8),
    NET_GUEST_ECN(9),
    NET_GUEST_UFO(10),
    NET_HOST_TSO4(11),
    NET_HOST_TSO6(12),
    NET_HOST_ECN(13),
    NET_HOST_UFO(14),
    /** A received frame may lie in several buffers; the header says in how many. */
    NET_MRG_RXBUF(15),
    /** The device says whether the link is up. */
    NET_STATUS(16),
    /** There is a queue for commands. */
    NET_CTRL_VQ(17),
    NET_CTRL_RX(18),
    NET_CTRL_VLAN(19),
    NET_GUEST_ANNOUNCE(21),
    /** There may be several queue pairs. */
    NET_MQ(22),
    NET_CTRL_MAC_ADDR(23),
    /** Of the older interface: interrupt when the available ring is empty. */
    NOTIFY_ON_EMPTY(24),
    /** Of the older interface: a header need not have a descriptor of its own. */
    ANY_LAYOUT(27),
    /** A descriptor may name a table of descriptors. */
    INDIRECT_DESC(28),
    /** Notifications are asked for by the index at which they are wanted. */
    EVENT_IDX(29),
    /** vhost-user: there are {@link VhostUserFeature protocol features} to agree on. */
    PROTOCOL_FEATURES(30),
    /** The interface is that of virtio 1.0 or later. */
    VERSION_1(32),
    ACCESS_PLATFORM(33),
    /** Rings are packed. */
    RING_PACKED(34),
    /** Buffers are used in the order in which they were made available. */
    IN_ORDER(35),
    ORDER_PLATFORM(36),
    NOTIFICATION_DATA(38),
    RING_RESET(40);

    private static final @Nullable String[] NAMES = new @Nullable String[Long.SIZE];

    static {
        for (VirtioFeature feature : values()) {
            NAMES[feature.bit] = feature.name();
        }
    }

    private final int bit;

    VirtioFeature(int bit) {
        this.bit = bit;
    }

    /** Which bit of the features it is, from 0. */
    public int bit() {
        return bit;
    }

    /** The word that has only this bit set. */
    public long mask() {
        return 1L << bit;
    }

    /** Whether it is among features. */
    public boolean in(long features) {
        return (features & mask()) != 0;
    }

    /** The union of some. */
    public static long union(VirtioFeature... some) {
        long features = 0;
        for (VirtioFeature one : some) {
            features |= one.mask();
        }
        return features;
    }

    /** Features in words. */
    public static String names(long features) {
        return BitNames.of(features, NAMES);
    }
}
