package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DropCounters;

/** The counters of one device, each registered under the device's name. */
final class VhostCounters {

    final Counter received;
    final Counter transmitted;
    final Counter ringFull;
    final Counter calls;
    final Counter connections;
    final Counter disconnections;
    final Counter refusals;
    final DropCounters device;
    private final Counter[] drops = new Counter[VhostDrop.values().length];

    VhostCounters(CounterFile file, String device) {
        received = file.counter(device + ".received", "frames received");
        transmitted = file.counter(device + ".transmitted", "frames transmitted");
        ringFull =
                file.counter(
                        device + ".ring-full",
                        "transmit calls that could not place all frames for want of buffers");
        calls = file.counter(device + ".calls", "times the front end was interrupted");
        connections = file.counter(device + ".connections", "times the link came up");
        disconnections = file.counter(device + ".disconnections", "times the link went down");
        refusals = file.counter(device + ".refusals", "front ends that were sent away");
        this.device = new DropCounters(file, device);
        for (VhostDrop drop : VhostDrop.values()) {
            drops[drop.ordinal()] =
                    file.counter(device + ".drop." + drop.counterName(), drop.sentence());
        }
    }

    void drop(VhostDrop reason) {
        drops[reason.ordinal()].increment();
    }

    long dropped(VhostDrop reason) {
        return drops[reason.ordinal()].value();
    }
}
