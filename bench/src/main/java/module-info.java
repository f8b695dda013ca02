/** Our figures beside those of the peers, in one run. */
@SuppressWarnings("requires-automatic") // HdrHistogram has no module descriptor
module dev.ringroad.bench {
    requires static org.jspecify;
    requires transitive dev.ringroad.sockets;
    requires HdrHistogram;
}
