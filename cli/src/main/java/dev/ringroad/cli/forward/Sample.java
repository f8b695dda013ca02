package dev.ringroad.cli.forward;

import dev.ringroad.core.worker.Worker;
import dev.ringroad.net.forward.Port;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What all ports and workers had counted at one moment.
 *
 * @param nanos the moment, on the scale of {@link System#nanoTime}
 */
record Sample(long nanos, List<PortCounts> ports, List<WorkerTimes> workers) {

    /**
     * What one port had counted.
     *
     * @param linkUp whether the link was up at that moment
     * @param wasUp whether it has been up at all
     * @param drops by reason, the work's and the device's
     */
    record PortCounts(
            boolean linkUp,
            boolean wasUp,
            long receivedPackets,
            long receivedBytes,
            long sentPackets,
            long sentBytes,
            long[] bursts,
            Map<String, Long> drops) {

        static PortCounts of(Work work, Port port) {
            long[] bursts = new long[Port.BURST_BUCKETS];
            for (int i = 0; i < bursts.length; i++) {
                bursts[i] = port.bursts(i);
            }
            Map<String, Long> drops = new LinkedHashMap<>(work.drops(port));
            port.device().drops().forEach((reason, n) -> drops.put("device-" + reason, n));
            return new PortCounts(
                    port.linkUp(),
                    port.wasUp(),
                    port.receivedPackets(),
                    port.receivedBytes(),
                    port.sentPackets(),
                    port.sentBytes(),
                    bursts,
                    drops);
        }

        /** What has been counted since. */
        PortCounts since(PortCounts earlier) {
            long[] more = new long[bursts.length];
            for (int i = 0; i < more.length; i++) {
                more[i] = bursts[i] - earlier.bursts[i];
            }
            Map<String, Long> moreDrops = new LinkedHashMap<>();
            drops.forEach(
                    (reason, n) ->
                            moreDrops.put(reason, n - earlier.drops.getOrDefault(reason, 0L)));
            return new PortCounts(
                    linkUp,
                    wasUp,
                    receivedPackets - earlier.receivedPackets,
                    receivedBytes - earlier.receivedBytes,
                    sentPackets - earlier.sentPackets,
                    sentBytes - earlier.sentBytes,
                    more,
                    moreDrops);
        }
    }

    /** Where one worker's time went. */
    record WorkerTimes(long busyNanos, long idleNanos, long asleepNanos) {

        WorkerTimes since(WorkerTimes earlier) {
            return new WorkerTimes(
                    busyNanos - earlier.busyNanos,
                    idleNanos - earlier.idleNanos,
                    asleepNanos - earlier.asleepNanos);
        }
    }

    static Sample take(Work work, List<Port> ports, List<Worker> workers) {
        return new Sample(
                System.nanoTime(),
                ports.stream().map(port -> PortCounts.of(work, port)).toList(),
                workers.stream()
                        .map(
                                worker ->
                                        new WorkerTimes(
                                                worker.busyNanos(),
                                                worker.idleNanos(),
                                                worker.asleepNanos()))
                        .toList());
    }
}
