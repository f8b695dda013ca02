/** Plain client and server programs for comparison; they do not know Ringroad. */
@SuppressWarnings("requires-automatic") // HdrHistogram has no module descriptor
module dev.ringroad.workloads {
    requires static org.jspecify;
    requires java.net.http;
    requires jdk.httpserver;
    requires HdrHistogram;
}
