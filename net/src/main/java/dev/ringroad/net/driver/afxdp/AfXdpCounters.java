package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DropCounters;

/** The counters of one device, each registered under its name. */
final class AfXdpCounters {

    final DropCounters drops;
    final Counter ringFull;
    final Counter kernelDropped;
    final Counter refused;
    final Counter disconnections;

    /** 1 when the program runs in the driver, 0 when in the kernel. */
    final Counter inDriver;

    /** 1 when the adapter uses our memory itself, 0 when the kernel copies. */
    final Counter zeroCopy;

    /** 1 when the kernel or the adapter computes checksums, 0 when we do. */
    final Counter checksum;

    AfXdpCounters(CounterFile file, String device) {
        drops = new DropCounters(file, device);
        ringFull =
                drops.named(
                        "ring-full",
                        "received frames that the kernel lost because no buffer or entry was free");
        kernelDropped =
                drops.named(
                        "kernel",
                        "received frames that the kernel could not hand over, mostly for their"
                                + " length");
        refused = drops.named("refused", "frames to transmit that the kernel did not take");
        disconnections = file.counter(device + ".disconnections", "times the link went down");
        inDriver =
                file.counter(
                        device + ".native",
                        "1 when frames are taken in the driver, 0 when behind it (generic mode)");
        zeroCopy =
                file.counter(
                        device + ".zero-copy",
                        "1 when the adapter uses our memory itself, 0 when the kernel copies");
        checksum =
                file.counter(
                        device + ".checksum",
                        "1 when the kernel or the adapter computes checksums, 0 when we do");
    }
}
