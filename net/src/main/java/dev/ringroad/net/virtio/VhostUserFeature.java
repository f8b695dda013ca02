package dev.ringroad.net.virtio;

import org.jspecify.annotations.Nullable;

/** What two ends of vhost-user may agree on beyond its first messages (its protocol features). */
public enum VhostUserFeature {
    /** Several queue pairs; the back end says how many. */
    MQ(0),
    LOG_SHMFD(1),
    RARP(2),
    /** Any message may ask for an acknowledgement. */
    REPLY_ACK(3),
    /** The front end says the MTU. */
    MTU(4),
    BACKEND_REQ(5),
    CROSS_ENDIAN(6),
    CRYPTO_SESSION(7),
    PAGEFAULT(8),
    CONFIG(9),
    BACKEND_SEND_FD(10),
    HOST_NOTIFIER(11),
    INFLIGHT_SHMFD(12),
    RESET_DEVICE(13),
    INBAND_NOTIFICATIONS(14),
    CONFIGURE_MEM_SLOTS(15),
    /** The device status register travels too. */
    STATUS(16);

    private static final @Nullable String[] NAMES = new @Nullable String[Long.SIZE];

    static {
        for (VhostUserFeature feature : values()) {
            NAMES[feature.bit] = feature.name();
        }
    }

    private final int bit;

    VhostUserFeature(int bit) {
        this.bit = bit;
    }

    /** Which bit of the protocol features it is, from 0. */
    public int bit() {
        return bit;
    }

    /** The word that has only this bit set. */
    public long mask() {
        return 1L << bit;
    }

    /** Whether it is among protocol features. */
    public boolean in(long features) {
        return (features & mask()) != 0;
    }

    /** The union of some. */
    public static long union(VhostUserFeature... some) {
        long features = 0;
        for (VhostUserFeature one : some) {
            features |= one.mask();
        }
        return features;
    }

    /** Protocol features in words. */
    public static String names(long features) {
        return BitNames.of(features, NAMES);
    }
}
