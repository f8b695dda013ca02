package dev.ringroad.net.driver.vhost;

/** The device's position in a ring, and when it wants to be notified. */
sealed interface DeviceSide permits SplitSide, PackedSide {

    /** Whether the driver has made buffers available that were not used yet. */
    boolean hasWork();

    /**
     * Asks the driver for kicks from now on. Whoever does must ask {@link #hasWork} afterwards: the
     * driver, too, stores first and then looks, with a full fence between, so at least one of the
     * two sees what the other has stored.
     */
    void arm();

    /** Wants no kicks. */
    void disarm();

    /** Where another device would have to go on, as the control message has it. */
    int base();
}
