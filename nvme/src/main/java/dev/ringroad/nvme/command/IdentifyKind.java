package dev.ringroad.nvme.command;

/**
 * What an identify command asks for: the lowest byte of CDW10 (NVM Express Base Specification 2.0,
 * section 5.17.1, "CNS Values"). Each answer has 4096 bytes.
 */
public final class IdentifyKind {
    /** {@link IdentifyNamespace}. */
    public static final int NAMESPACE = 0x00;

    /** {@link IdentifyController}. */
    public static final int CONTROLLER = 0x01;

    /** {@link NamespaceList} of those above the id asked with. */
    public static final int ACTIVE_NAMESPACES = 0x02;

    /** {@link NamespaceNames}. */
    public static final int NAMESPACE_NAMES = 0x03;

    /** The command set's part of a namespace; the command set is in the highest byte of CDW11. */
    public static final int NAMESPACE_OF_COMMAND_SET = 0x05;

    /** The command set's part of the controller. */
    public static final int CONTROLLER_OF_COMMAND_SET = 0x06;

    /** As {@link #ACTIVE_NAMESPACES}, of one command set. */
    public static final int ACTIVE_NAMESPACES_OF_COMMAND_SET = 0x07;

    /** What is the same for every command set. */
    public static final int NAMESPACE_OF_ANY_COMMAND_SET = 0x08;

    public static final int ALLOCATED_NAMESPACES = 0x10;
    public static final int ALLOCATED_NAMESPACE = 0x11;

    /** Which combinations of command sets can be chosen. */
    public static final int COMMAND_SETS = 0x1c;

    private IdentifyKind() {}
}
