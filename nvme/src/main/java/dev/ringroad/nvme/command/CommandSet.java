package dev.ringroad.nvme.command;

/**
 * Which I/O commands a namespace understands (NVM Express Base Specification 2.0, figure "CSI").
 */
public final class CommandSet {
    public static final int NVM = 0;
    public static final int KEY_VALUE = 1;
    public static final int ZONED = 2;

    private CommandSet() {}
}
