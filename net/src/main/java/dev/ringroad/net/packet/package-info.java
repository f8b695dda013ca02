/** Packets, their pools and bursts. */
@NullMarked
package dev.ringroad.net.packet;

import org.jspecify.annotations.NullMarked;
