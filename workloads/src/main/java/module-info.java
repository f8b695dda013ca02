/** Plain client and server programs for comparison; they do not know Ringroad. */
@SuppressWarnings({
    "requires-automatic",
    "requires-transitive-automatic"
}) // HdrHistogram has no module descriptor
module dev.ringroad.workloads {
    requires static org.jspecify;
    requires jdk.httpserver;
    requires jdk.management;
    requires transitive HdrHistogram;

    exports dev.ringroad.workloads;
}
