package dev.ringroad.bench.compare;

/**
 * One way of running a workload.
 *
 * @param workload the programs
 * @param road what lies between them
 * @param placement where they run
 */
public record Setting(Workload workload, Road road, Placement placement) {
    /** The setting in plain words. */
    public String words() {
        return workload.words() + ", " + road.name() + ", " + placement.words();
    }
}
