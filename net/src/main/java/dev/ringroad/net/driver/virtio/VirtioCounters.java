package dev.ringroad.net.driver.virtio;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DropCounters;

/** The counters of one virtio device, each registered under the device's name. */
final class VirtioCounters {

    final Counter received;
    final Counter transmitted;
    final Counter ringFull;
    final Counter kicks;
    final Counter connections;
    final Counter disconnections;
    final Counter refusals;
    final DropCounters drops;
    private final Counter[] virtioDrops = new Counter[VirtioDrop.values().length];

    VirtioCounters(CounterFile file, String device) {
        received = file.counter(device + ".received", "frames received");
        transmitted = file.counter(device + ".transmitted", "frames transmitted");
        ringFull =
                file.counter(
                        device + ".ring-full",
                        "transmit calls that could not place all frames because the ring was full");
        kicks = file.counter(device + ".kicks", "times a sleeping back end was woken");
        connections = file.counter(device + ".connections", "times the link came up");
        disconnections = file.counter(device + ".disconnections", "times the link went down");
        refusals = file.counter(device + ".refusals", "handshakes that did not come to a link");
        drops = new DropCounters(file, device);
        for (VirtioDrop drop : VirtioDrop.values()) {
            virtioDrops[drop.ordinal()] =
                    file.counter(device + ".drop." + drop.counterName(), drop.sentence());
        }
    }

    void drop(VirtioDrop reason) {
        virtioDrops[reason.ordinal()].increment();
    }

    void drop(VirtioDrop reason, int count) {
        virtioDrops[reason.ordinal()].add(count);
    }

    long dropped(VirtioDrop reason) {
        return virtioDrops[reason.ordinal()].value();
    }
}
