/**
 * System calls, shared memory, rings, workers and counters: the only room that talks to the kernel.
 */
module dev.ringroad.core {
    requires static transitive org.jspecify;

    exports dev.ringroad.core.linux;
    exports dev.ringroad.core.memory;
    exports dev.ringroad.core.ring;
    exports dev.ringroad.core.worker;
    exports dev.ringroad.core.counter;
    exports dev.ringroad.core.pci;
}
