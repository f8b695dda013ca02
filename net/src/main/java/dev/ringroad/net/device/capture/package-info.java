/** Writes what goes through a device into a pcapng file, which Wireshark and tcpdump read. */
@NullMarked
package dev.ringroad.net.device.capture;

import org.jspecify.annotations.NullMarked;
