/** Packets, wire formats, network devices and their drivers. */
module dev.ringroad.net {
    requires static org.jspecify;
    requires transitive dev.ringroad.core;

    exports dev.ringroad.net.packet;
}
