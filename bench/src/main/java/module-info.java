/** Our figures beside those of the peers, in one run. */
@SuppressWarnings({
    "requires-automatic",
    "requires-transitive-automatic"
}) // HdrHistogram has no module descriptor
module dev.ringroad.bench {
    requires static org.jspecify;
    requires jdk.management;
    requires jdk.unsupported;
    requires transitive dev.ringroad.nvme;
    requires transitive dev.ringroad.sockets;
    requires transitive dev.ringroad.uring;
    requires transitive dev.ringroad.workloads;
    requires transitive HdrHistogram;

    exports dev.ringroad.bench;
    exports dev.ringroad.bench.blockload;
    exports dev.ringroad.bench.collectors;
    exports dev.ringroad.bench.compare;
    exports dev.ringroad.bench.dpdk;
    exports dev.ringroad.bench.fileload;
    exports dev.ringroad.bench.idle;
    exports dev.ringroad.bench.machine;
    exports dev.ringroad.bench.memif;
    exports dev.ringroad.bench.nvme;
    exports dev.ringroad.bench.packets;
    exports dev.ringroad.bench.pools;
    exports dev.ringroad.bench.report;
    exports dev.ringroad.bench.rings;
    exports dev.ringroad.bench.tables;
    exports dev.ringroad.bench.uring;
    exports dev.ringroad.bench.veth;
    exports dev.ringroad.bench.virtio;
}
