package dev.ringroad.net.driver.virtio;

/** Who makes the connection; what is said over it is the same in both cases. */
public enum VirtioRole {
    /** Listens for a back end that connects. */
    SERVER,
    /** Connects to a back end that listens. */
    CLIENT
}
