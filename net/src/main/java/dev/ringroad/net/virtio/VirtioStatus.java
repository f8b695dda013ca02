package dev.ringroad.net.virtio;

/** Bits of the device status, by which a driver says how far it is (virtio 1.2, section 2.1). */
public final class VirtioStatus {

    /** The device was found. */
    public static final int ACKNOWLEDGE = 1;

    /** There is a driver for it. */
    public static final int DRIVER = 2;

    /** The driver is ready; the device may use the queues. */
    public static final int DRIVER_OK = 4;

    /** The features are agreed. */
    public static final int FEATURES_OK = 8;

    /** The device is in an error that only a reset mends. */
    public static final int NEEDS_RESET = 64;

    /** The driver has given up. */
    public static final int FAILED = 128;

    private VirtioStatus() {}
}
