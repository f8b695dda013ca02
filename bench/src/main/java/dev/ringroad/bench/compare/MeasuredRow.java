package dev.ringroad.bench.compare;

import dev.ringroad.bench.BenchRow;

/**
 * A row of medians and how far the rounds lay apart.
 *
 * @param row the medians
 * @param lowestRatio of any round
 * @param highestRatio of any round
 * @param peerPlacement where the peer's programs ran: the best of the placements tried
 * @param group the rows that belong together in a table
 */
public record MeasuredRow(
        BenchRow row,
        double lowestRatio,
        double highestRatio,
        Placement peerPlacement,
        String group) {}
