/**
 * The providers of java.net and java.nio over the user-space stack, and the agent that installs
 * them.
 */
module dev.ringroad.sockets {
    requires static org.jspecify;
    requires java.instrument;
    requires transitive dev.ringroad.stack;
}
