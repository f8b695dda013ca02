package dev.ringroad.sockets.channel;

import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The keys of one channel, for telling their selectors that the channel has got a side in the
 * kernel or in the stack since it was registered. Its monitor orders that against registration.
 * Nearly always none or one.
 */
final class ChannelKeys {
    private final CopyOnWriteArrayList<RingKey> keys = new CopyOnWriteArrayList<>();

    /** Adds a key and connects it with the sides that the channel has by now. */
    synchronized void add(RingKey key) {
        keys.add(key);
        key.attachSides();
    }

    void remove(RingKey key) {
        keys.remove(key);
    }

    /** Connects every key with the sides that the channel has now. */
    synchronized void sidesChanged() {
        for (RingKey key : keys) {
            key.attachSides();
        }
    }

    /** The channel has given its kernel side up; it may get another. */
    synchronized void forgetKernel() {
        for (RingKey key : keys) {
            key.forgetKernel();
        }
    }

    /** The channel's state changed what its operations mean to the stack. */
    void refreshInterest() {
        for (RingKey key : keys) {
            key.refreshStackInterest();
        }
    }

    /** Gives up the kernel's registration of keys that are cancelled but not yet flushed. */
    void cancelStale() {
        for (RingKey key : keys) {
            if (!key.isValid()) {
                key.detachKernel();
            }
        }
    }
}
