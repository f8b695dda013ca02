/**
 * The contract of network devices, and what every driver needs to keep it.
 *
 * <p>A device, its queues and its pool have one owner thread at a time; nothing here is
 * thread-safe, and nothing here blocks.
 */
@NullMarked
package dev.ringroad.net.device;

import org.jspecify.annotations.NullMarked;
