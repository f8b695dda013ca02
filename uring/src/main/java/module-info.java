/** io_uring: entries, the ring, and what is built on them. */
module dev.ringroad.uring {
    requires static org.jspecify;
    requires transitive dev.ringroad.core;

    exports dev.ringroad.uring;
    exports dev.ringroad.uring.file;
    exports dev.ringroad.uring.copy;
    exports dev.ringroad.uring.serve;
    exports dev.ringroad.uring.socket;
}
