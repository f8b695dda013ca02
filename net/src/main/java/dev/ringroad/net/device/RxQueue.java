package dev.ringroad.net.device;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

/** Where frames come out of a device. One owner thread at a time. */
public interface RxQueue {

    /**
     * Adds received frames to a burst, until it is full or nothing waits.
     *
     * <p>A packet that comes out has one reference, belongs to the caller, and goes back to the
     * device's pool when released. Frames that are broken, or come from a peer that lies, are
     * dropped and counted here; nothing is thrown.
     *
     * <p>A frame that is longer than a packet comes as a chain (see {@link Packet#chain}) only from
     * a device whose {@link Capabilities#chainedReceive} says so, and a device says so only when it
     * was asked for that when it was opened. Whoever opens a device for software that reads {@link
     * Packet#length} alone does not ask; such frames are then dropped, or cannot come. All parts
     * have one reference and lie in the device's pool; the first has the frame's first {@link
     * dev.ringroad.net.wire.EthernetHeader#BYTES} bytes at least, and the flags.
     *
     * @return how many were added
     */
    int receive(Burst into);
}
