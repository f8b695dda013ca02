/**
 * Packets, their pools and bursts: the currency of the whole house.
 *
 * <p>A pool makes its packets once and recycles them for ever. Ownership moves with the reference:
 * whoever was handed a packet uses it and releases it, or hands it on. Nothing in this package is
 * thread-safe; a pool, its packets and a burst have one owner at a time.
 */
@NullMarked
package dev.ringroad.net.packet;

import org.jspecify.annotations.NullMarked;
