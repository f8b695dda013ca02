package dev.ringroad.net.driver.afxdp;

import dev.ringroad.net.packet.Packet;

/** Is told when frames were sent. */
@FunctionalInterface
public interface SentTimes {

    /**
     * A frame was sent. Called on the owner's thread, in {@code transmit}; nothing may be thrown.
     *
     * @param packet that it lay in, to be told apart by its {@link Packet#token}; it is released
     *     after the call
     * @param taiNanos when, in nanoseconds of {@code CLOCK_TAI}, by the adapter's clock or, with a
     *     driver that does not have one, by the kernel's when it let go of the frame
     */
    void sent(Packet packet, long taiNanos);
}
