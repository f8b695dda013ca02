package dev.ringroad.nvme.block;

/**
 * How a leg of a {@link MirrorDevice} fares.
 *
 * @param name of its device
 * @param inSync whether it holds what was written, and is read and written
 * @param reason why it is not; empty when it is
 * @param readErrors reads that failed here and went to another leg
 */
public record MirrorLeg(String name, boolean inSync, String reason, long readErrors) {}
