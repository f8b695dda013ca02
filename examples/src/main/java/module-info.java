/** Small programs, one for each story; the first thing to read. */
module dev.ringroad.examples {
    requires static org.jspecify;
    requires dev.ringroad.nvme;
    requires dev.ringroad.stack;
    requires dev.ringroad.uring;
}
