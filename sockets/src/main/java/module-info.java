/**
 * The providers of java.net and java.nio over the user-space stack, and the agent that installs
 * them.
 */
module dev.ringroad.sockets {
    requires static transitive org.jspecify;
    requires java.instrument;
    requires static jdk.net;
    requires transitive dev.ringroad.stack;

    // To be started as the agent of a program that has this as a module, such as our own command.
    exports dev.ringroad.sockets.agent to
            java.instrument;
    exports dev.ringroad.sockets.bypass;
    exports dev.ringroad.sockets.channel;
    exports dev.ringroad.sockets.socket;
}
