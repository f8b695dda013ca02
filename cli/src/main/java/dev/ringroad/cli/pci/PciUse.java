package dev.ringroad.cli.pci;

/**
 * What a function is good for at the moment.
 *
 * @param what a clause, such as {@code vda1 is mounted at /}
 * @param weight what taking the function away would do
 */
record PciUse(String what, Weight weight) {
    /** How bad it is to take a function away. */
    enum Weight {
        /** Nobody is hurt. */
        NONE,
        /** The network loses a way; whoever insists may do it. */
        ROUTE,
        /** Data may be lost, so it is never done. */
        DATA
    }
}
