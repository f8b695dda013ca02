package dev.ringroad.net.device;

import dev.ringroad.net.packet.Burst;

/** Where frames come out of a device. One owner thread at a time. */
public interface RxQueue {

    /**
     * Adds received frames to a burst, until it is full or nothing waits.
     *
     * <p>A packet that comes out has one reference, belongs to the caller, and goes back to the
     * device's pool when released. Frames that are broken, or come from a peer that lies, are
     * dropped and counted here; nothing is thrown.
     *
     * @return how many were added
     */
    int receive(Burst into);
}
