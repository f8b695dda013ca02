/** AF_PACKET: the frames of a network interface of the kernel, through rings that it shares. */
@NullMarked
package dev.ringroad.net.driver.afpacket;

import org.jspecify.annotations.NullMarked;
