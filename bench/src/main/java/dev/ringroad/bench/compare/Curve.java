package dev.ringroad.bench.compare;

import org.HdrHistogram.Histogram;

/**
 * The round-trip times of one setting, over all rounds.
 *
 * @param protocol tcp or udp
 * @param bytes of a message
 * @param name of the setting, for a legend
 * @param ours whether the road is Ringroad
 * @param spinning whether the programs spin
 * @param nanos the times
 */
public record Curve(
        String protocol, int bytes, String name, boolean ours, boolean spinning, Histogram nanos) {}
