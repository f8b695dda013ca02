package dev.ringroad.bench;

/**
 * One figure of ours beside a peer's.
 *
 * @param name plain words that stay the same from release to release
 * @param unit of both figures
 * @param ours our figure
 * @param peer the peer's figure, measured in the same run
 * @param peerName who the peer is and how it ran
 * @param better which direction is the better one
 * @param ratio above 1 when ours is better
 */
public record BenchRow(
        String name,
        String unit,
        double ours,
        double peer,
        String peerName,
        Better better,
        double ratio) {

    /** Refuses figures that no measurement yields. */
    public BenchRow {
        requireFigure(name, ours);
        requireFigure(name, peer);
        requireFigure(name, ratio);
    }

    /** A row whose ratio follows from its figures; a figure of zero counts as one unit in it. */
    public static BenchRow of(
            String name, String unit, double ours, double peer, String peerName, Better better) {
        double oursOrOne = ours == 0 ? 1 : ours;
        double peerOrOne = peer == 0 ? 1 : peer;
        double ratio = better == Better.LOWER ? peerOrOne / oursOrOne : oursOrOne / peerOrOne;
        return new BenchRow(name, unit, ours, peer, peerName, better, ratio);
    }

    private static void requireFigure(String name, double value) {
        if (!Double.isFinite(value) || value < 0) {
            throw new IllegalArgumentException("'" + name + "' cannot have the figure " + value);
        }
    }
}
