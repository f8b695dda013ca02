/** AF_XDP: the frames of a network interface's queue in memory of our own. */
@NullMarked
package dev.ringroad.net.driver.afxdp;

import org.jspecify.annotations.NullMarked;
