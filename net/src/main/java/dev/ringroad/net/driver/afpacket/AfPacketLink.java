package dev.ringroad.net.driver.afpacket;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.linux.InterfaceWatch;

/**
 * Whether the kernel's interface is there, switched on, and has a carrier. An interface that has
 * gone, also to another network namespace, does not come back to this device.
 */
final class AfPacketLink implements AutoCloseable {

    /** How often to look whether somebody has switched the interface on or off. */
    private static final long CHECK_NANOS = 100_000_000;

    private final InterfaceWatch watch;
    private final Counter downs;
    private boolean up;
    private boolean gone;
    private long nextCheckNanos;

    AfPacketLink(InterfaceWatch watch, Counter downs) {
        this.watch = watch;
        this.downs = downs;
        this.up = watch.isRunning();
    }

    boolean isUp() {
        return up;
    }

    boolean isGone() {
        return gone;
    }

    /** Looks if it is time; whether it was. */
    boolean check(long nowNanos) {
        if (gone || nowNanos - nextCheckNanos < 0) {
            return false;
        }
        nextCheckNanos = nowNanos + CHECK_NANOS;
        look();
        return true;
    }

    /** When to check although nothing happens: only a link that is down may come up unnoticed. */
    long nextCheckNanos() {
        return up || gone ? Long.MAX_VALUE : nextCheckNanos;
    }

    /** The kernel has said that something happened to the interface. */
    void look() {
        if (!watch.isThere()) {
            lost();
            gone = true;
        } else if (watch.isRunning()) {
            up = true;
        } else {
            lost();
        }
    }

    /** The interface does not take frames. */
    void lost() {
        if (up) {
            up = false;
            downs.increment();
        }
    }

    @Override
    public void close() {
        up = false;
        gone = true;
        watch.close();
    }
}
