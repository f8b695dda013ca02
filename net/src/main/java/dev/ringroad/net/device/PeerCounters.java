package dev.ringroad.net.device;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;

/**
 * What a driver counts whose other end is a program that comes and goes, each registered under the
 * device's name.
 *
 * @param <R> what that program can do wrong
 */
public abstract class PeerCounters<R extends Enum<R> & NamedDrop> {

    /** Frames received. */
    public final Counter received;

    /** Frames transmitted. */
    public final Counter transmitted;

    /** Transmit calls that could not place all frames. */
    public final Counter ringFull;

    /** Times the link came up. */
    public final Counter connections;

    /** Times the link went down. */
    public final Counter disconnections;

    /** Handshakes that did not come to a link. */
    public final Counter refusals;

    /** The drops that every device has. */
    public final DropCounters drops;

    private final Counter[] reasons;

    /** Registers the counters of a device, and one for each of the driver's own reasons. */
    protected PeerCounters(CounterFile file, String device, Class<R> reasonType) {
        received = file.counter(device + ".received", "frames received");
        transmitted = file.counter(device + ".transmitted", "frames transmitted");
        ringFull =
                file.counter(
                        device + ".ring-full",
                        "transmit calls that could not place all frames because the ring was full");
        connections = file.counter(device + ".connections", "times the link came up");
        disconnections = file.counter(device + ".disconnections", "times the link went down");
        refusals = file.counter(device + ".refusals", "handshakes that did not come to a link");
        drops = new DropCounters(file, device);
        R[] constants = reasonType.getEnumConstants();
        reasons = new Counter[constants.length];
        for (R reason : constants) {
            reasons[reason.ordinal()] = drops.named(reason);
        }
    }

    /** Counts one. */
    public final void drop(R reason) {
        reasons[reason.ordinal()].increment();
    }

    /** Counts several. */
    public final void drop(R reason, int count) {
        reasons[reason.ordinal()].add(count);
    }

    /** Counts frames that were taken to transmit, and are not sent. */
    public final void unsent(R reason, int frames, long bytes) {
        drops.unsent(reasons[reason.ordinal()], frames, bytes);
    }

    /** How many have been counted. */
    public final long dropped(R reason) {
        return reasons[reason.ordinal()].value();
    }

    /** Counts one of those that every device has. */
    public final void drop(DeviceDrop reason) {
        drops.count(reason);
    }

    /** Counts several of those that every device has. */
    public final void drop(DeviceDrop reason, int count) {
        drops.count(reason, count);
    }
}
