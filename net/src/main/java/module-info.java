/** Packets, wire formats, network devices and their drivers. */
module dev.ringroad.net {
    requires static transitive org.jspecify;
    requires transitive dev.ringroad.core;

    exports dev.ringroad.net.device;
    exports dev.ringroad.net.device.capture;
    exports dev.ringroad.net.device.counter;
    exports dev.ringroad.net.device.fault;
    exports dev.ringroad.net.driver;
    exports dev.ringroad.net.driver.afpacket;
    exports dev.ringroad.net.driver.afxdp;
    exports dev.ringroad.net.driver.memif;
    exports dev.ringroad.net.driver.nil;
    exports dev.ringroad.net.driver.pair;
    exports dev.ringroad.net.driver.pcap;
    exports dev.ringroad.net.driver.tap;
    exports dev.ringroad.net.driver.vhost;
    exports dev.ringroad.net.driver.virtio;
    exports dev.ringroad.net.ebpf;
    exports dev.ringroad.net.forward;
    exports dev.ringroad.net.packet;
    exports dev.ringroad.net.table;
    exports dev.ringroad.net.virtio;
    exports dev.ringroad.net.wire;
}
