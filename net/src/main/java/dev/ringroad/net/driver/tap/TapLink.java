package dev.ringroad.net.driver.tap;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.PollSet;

/**
 * Whether the kernel's end is there and switched on.
 *
 * <p>The descriptor itself tells, also when the interface has moved to another network namespace:
 * it is writable while the interface is up, and in error once the interface has been deleted.
 */
final class TapLink implements AutoCloseable {

    /** How often to look whether somebody has switched the interface on or off. */
    private static final long CHECK_NANOS = 100_000_000;

    private final Descriptor descriptor;
    private final PollSet probe = new PollSet(1);
    private boolean up;
    private boolean gone;
    private long nextCheckNanos;

    TapLink(Descriptor descriptor) {
        this.descriptor = descriptor;
        look();
    }

    boolean isUp() {
        return up;
    }

    /** Whether the interface has been deleted; there is no way back from that. */
    boolean isGone() {
        return gone;
    }

    void check(long nowNanos) {
        if (!gone && nowNanos - nextCheckNanos >= 0) {
            nextCheckNanos = nowNanos + CHECK_NANOS;
            look();
        }
    }

    /** When to check although nothing happens: only a link that is down may come up unnoticed. */
    long nextCheckNanos() {
        return up || gone ? Long.MAX_VALUE : nextCheckNanos;
    }

    private void look() {
        int ready = poll(PollSet.POLLOUT);
        gone = (ready & (PollSet.POLLERR | PollSet.POLLNVAL)) != 0;
        up = !gone && (ready & PollSet.POLLOUT) != 0;
    }

    /** Whether a frame waits. */
    boolean isReadable() {
        int ready = poll(PollSet.POLLIN);
        if ((ready & (PollSet.POLLERR | PollSet.POLLNVAL)) != 0) {
            lose();
            return false;
        }
        return (ready & PollSet.POLLIN) != 0;
    }

    private int poll(int events) {
        PollSet set = probe;
        set.clear();
        set.add(descriptor.number(), events);
        set.poll(0);
        return set.readyEvents(0);
    }

    void readFailed(int errno) {
        if (errno == Errno.EBADFD || errno == Errno.EBADF) {
            lose();
        }
    }

    void writeFailed(int errno) {
        if (errno == Errno.EIO) {
            up = false;
        } else {
            lose();
        }
    }

    private void lose() {
        gone = true;
        up = false;
    }

    /** Ends the link; the descriptor is the device's. */
    @Override
    public void close() {
        lose();
        probe.close();
    }
}
