package dev.ringroad.cli.doctor;

import dev.ringroad.core.linux.KernelFeatures;
import dev.ringroad.core.linux.Probe;

/**
 * What only trying tells: a sandbox may forbid what the kernel has.
 *
 * @param packetSocket a socket of AF_PACKET
 * @param xdpSocket a socket of AF_XDP
 * @param bpf a BPF map
 * @param ioUring a ring of io_uring
 */
record Trials(Probe packetSocket, Probe xdpSocket, Probe bpf, Probe ioUring) {
    /** Tries all of it here. */
    static Trials here() {
        return new Trials(
                KernelFeatures.packetSocket(),
                KernelFeatures.xdpSocket(),
                KernelFeatures.bpf(),
                KernelFeatures.ioUring());
    }
}
