/** Capture files as a device: what one has is received, what is sent goes into another. */
@NullMarked
package dev.ringroad.net.driver.pcap;

import org.jspecify.annotations.NullMarked;
