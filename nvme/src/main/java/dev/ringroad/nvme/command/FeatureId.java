package dev.ringroad.nvme.command;

/**
 * Features that can be got and set: the lowest byte of CDW10 (NVM Express Base Specification 2.0,
 * section 5.27.1).
 */
public final class FeatureId {
    public static final int ARBITRATION = 0x01;
    public static final int POWER_MANAGEMENT = 0x02;
    public static final int TEMPERATURE_THRESHOLD = 0x04;
    public static final int ERROR_RECOVERY = 0x05;
    public static final int VOLATILE_WRITE_CACHE = 0x06;

    /** Submission queues in the lower half, completion queues in the upper, both less one. */
    public static final int NUMBER_OF_QUEUES = 0x07;

    public static final int INTERRUPT_COALESCING = 0x08;
    public static final int INTERRUPT_VECTOR_CONFIGURATION = 0x09;
    public static final int WRITE_ATOMICITY = 0x0a;
    public static final int ASYNCHRONOUS_EVENTS = 0x0b;
    public static final int TIMESTAMP = 0x0e;
    public static final int KEEP_ALIVE_TIMER = 0x0f;
    public static final int COMMAND_SET_PROFILE = 0x19;
    public static final int HOST_IDENTIFIER = 0x81;
    public static final int NAMESPACE_WRITE_PROTECTION = 0x84;

    private FeatureId() {}
}
