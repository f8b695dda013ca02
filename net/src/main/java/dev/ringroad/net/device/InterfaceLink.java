package dev.ringroad.net.device;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.linux.InterfaceWatch;

/**
 * Whether an interface of the kernel that a driver uses is there, switched on, and has a carrier.
 * An interface that has gone, also to another network namespace, does not come back to this device.
 */
public final class InterfaceLink implements AutoCloseable {

    /** How often to look whether somebody has switched the interface on or off. */
    private static final long CHECK_NANOS = 100_000_000;

    private final InterfaceWatch watch;
    private final Counter downs;
    private boolean up;
    private boolean gone;
    private long nextCheckNanos;

    /**
     * Takes a watch, which is closed with the link.
     *
     * @param downs counts how often the link went down
     */
    public InterfaceLink(InterfaceWatch watch, Counter downs) {
        this.watch = watch;
        this.downs = downs;
        this.up = watch.isRunning();
    }

    /** Whether frames can be sent, as far as is known. */
    public boolean isUp() {
        return up;
    }

    /** Whether the interface is gone for good. */
    public boolean isGone() {
        return gone;
    }

    /** Why frames cannot be sent, in words; empty when they can. */
    public String trouble() {
        if (up) {
            return "";
        }
        return gone ? "the interface is gone" : "the interface is switched off or has no carrier";
    }

    /** Looks if it is time; whether it was. */
    public boolean check(long nowNanos) {
        if (gone || nowNanos - nextCheckNanos < 0) {
            return false;
        }
        nextCheckNanos = nowNanos + CHECK_NANOS;
        look();
        return true;
    }

    /** When to check although nothing happens: only a link that is down may come up unnoticed. */
    public long nextCheckNanos() {
        return up || gone ? Long.MAX_VALUE : nextCheckNanos;
    }

    /** When to check next if nobody tells that the interface goes. */
    public long deadlineNanos() {
        return gone ? Long.MAX_VALUE : nextCheckNanos;
    }

    /** The kernel has said that something happened to the interface. */
    public void look() {
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
    public void lost() {
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
