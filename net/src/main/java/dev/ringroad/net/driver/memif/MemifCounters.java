package dev.ringroad.net.driver.memif;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;

/** The counters of one memif, each registered under the device's name. */
final class MemifCounters {

    final Counter received;
    final Counter transmitted;
    final Counter ringFull;
    final Counter doorbells;
    final Counter connections;
    final Counter disconnections;
    final Counter refusals;
    private final Counter[] reasons = new Counter[MemifDrop.values().length];
    final DropCounters drops;

    MemifCounters(CounterFile file, String device) {
        received = file.counter(device + ".received", "frames received");
        transmitted = file.counter(device + ".transmitted", "frames transmitted");
        ringFull =
                file.counter(
                        device + ".ring-full",
                        "transmit calls that could not place all frames because the ring was full");
        doorbells = file.counter(device + ".doorbells", "times a sleeping peer was woken");
        connections = file.counter(device + ".connections", "times the link came up");
        disconnections = file.counter(device + ".disconnections", "times the link went down");
        refusals = file.counter(device + ".refusals", "handshakes that did not come to a link");
        drops = new DropCounters(file, device);
        for (MemifDrop drop : MemifDrop.values()) {
            reasons[drop.ordinal()] =
                    file.counter(device + ".drop." + drop.counterName(), drop.sentence());
        }
    }

    void drop(DeviceDrop reason) {
        drops.count(reason);
    }

    void drop(DeviceDrop reason, int count) {
        drops.count(reason, count);
    }

    void drop(MemifDrop reason) {
        reasons[reason.ordinal()].increment();
    }

    void drop(MemifDrop reason, int count) {
        reasons[reason.ordinal()].add(count);
    }

    long dropped(MemifDrop reason) {
        return reasons[reason.ordinal()].value();
    }
}
