package dev.ringroad.nvme.command;

/** What a zone is about (Zoned Namespace Command Set Specification 1.1, section 2.1.1.2). */
public final class ZoneState {
    public static final int EMPTY = 1;
    public static final int IMPLICITLY_OPENED = 2;
    public static final int OPENED = 3;
    public static final int CLOSED = 4;
    public static final int READ_ONLY = 0xd;
    public static final int FULL = 0xe;
    public static final int OFFLINE = 0xf;

    private ZoneState() {}

    /** As messages call it. */
    public static String name(int state) {
        return switch (state) {
            case EMPTY -> "empty";
            case IMPLICITLY_OPENED -> "implicitly opened";
            case OPENED -> "opened";
            case CLOSED -> "closed";
            case READ_ONLY -> "read-only";
            case FULL -> "full";
            case OFFLINE -> "offline";
            default -> "state " + state;
        };
    }
}
