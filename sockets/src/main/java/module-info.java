/**
 * The providers of java.net and java.nio over the user-space stack, and the agent that installs
 * them.
 */
module dev.ringroad.sockets {
    requires static transitive org.jspecify;
    requires java.instrument;
    requires static jdk.net;
    requires transitive dev.ringroad.stack;

    exports dev.ringroad.sockets.bypass;
    exports dev.ringroad.sockets.channel;
    exports dev.ringroad.sockets.socket;
}
