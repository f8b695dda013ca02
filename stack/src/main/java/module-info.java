/** The user-space TCP/IP stack: protocol machines that never read a clock or touch a device. */
module dev.ringroad.stack {
    requires static transitive org.jspecify;
    requires transitive dev.ringroad.net;

    exports dev.ringroad.stack;
    exports dev.ringroad.stack.config;
    exports dev.ringroad.stack.drop;
    exports dev.ringroad.stack.endpoint;
    exports dev.ringroad.stack.icmp;
    exports dev.ringroad.stack.ip;
    exports dev.ringroad.stack.neighbour;
    exports dev.ringroad.stack.route;
    exports dev.ringroad.stack.socket;
    exports dev.ringroad.stack.tcp;
    exports dev.ringroad.stack.udp;
}
