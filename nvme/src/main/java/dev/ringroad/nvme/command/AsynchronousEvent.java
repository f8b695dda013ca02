package dev.ringroad.nvme.command;

/**
 * What a controller says of its own accord: the first result word of an asynchronous event request
 * (NVM Express Base Specification 2.0, section 5.2.1).
 *
 * <pre>
 *   31      24 23      16 15       8 7       3 2      0
 *   |    0    |  log page|   info   |    0    |  type  |
 * </pre>
 *
 * @param type of the constants here
 * @param information which event of that type
 * @param logPage what tells more, and what has to be read before another event of the type comes
 */
public record AsynchronousEvent(int type, int information, int logPage) {
    public static final int ERROR = 0;
    public static final int HEALTH = 1;
    public static final int NOTICE = 2;
    public static final int IMMEDIATE = 3;
    public static final int COMMAND_SET = 6;
    public static final int VENDOR = 7;

    /** Of {@link #HEALTH}. */
    public static final int RELIABILITY = 0;

    public static final int TEMPERATURE = 1;
    public static final int SPARE_LOW = 2;

    /** Of {@link #NOTICE}. */
    public static final int NAMESPACES_CHANGED = 0;

    public static final int FIRMWARE_STARTING = 1;
    public static final int ANA_CHANGED = 3;

    /** From the result word. */
    public static AsynchronousEvent of(long result) {
        return new AsynchronousEvent(
                (int) result & 7, (int) (result >> 8) & 0xff, (int) (result >> 16) & 0xff);
    }
}
