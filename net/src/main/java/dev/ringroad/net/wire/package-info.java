/**
 * Header codecs and checksums; knows nothing above it.
 *
 * <p>A codec is a class of static accessors over {@code (segment, at)}: nothing is copied, nothing
 * is allocated, and fields have their names and the host's values, whatever the order on the wire.
 * Each codec's {@code check} proves that its header lies within the bytes that are there and does
 * not contradict itself; accessors are called after it and trust it.
 */
@NullMarked
package dev.ringroad.net.wire;

import org.jspecify.annotations.NullMarked;
