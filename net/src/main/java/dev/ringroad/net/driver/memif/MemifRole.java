package dev.ringroad.net.driver.memif;

/** Which end of a memif this is. */
public enum MemifRole {
    /** Listens on the socket and uses the memory that the client offers. */
    SERVER,
    /** Connects to the socket and offers the memory with the rings in it. */
    CLIENT
}
