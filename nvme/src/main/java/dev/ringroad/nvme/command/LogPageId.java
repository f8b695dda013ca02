package dev.ringroad.nvme.command;

/** Log pages: the lowest byte of CDW10 (NVM Express Base Specification 2.0, section 5.16.1). */
public final class LogPageId {
    public static final int SUPPORTED_LOG_PAGES = 0x00;
    public static final int ERRORS = 0x01;
    public static final int SMART = 0x02;
    public static final int FIRMWARE_SLOTS = 0x03;
    public static final int CHANGED_NAMESPACES = 0x04;
    public static final int COMMAND_EFFECTS = 0x05;
    public static final int ANA = 0x0c;
    public static final int DISCOVERY = 0x70;
    public static final int CHANGED_ZONES = 0xbf;

    private LogPageId() {}
}
