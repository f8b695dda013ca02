package dev.ringroad.net.driver.vhost;

/** Who listens on the socket of a vhost-user device. */
public enum VhostRole {
    /** This end listens; front ends connect. */
    SERVER,
    /** This end connects to a front end that listens, again whenever it comes back. */
    CLIENT
}
