package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.PeerCounters;

/** The counters of one vhost-user device. */
final class VhostCounters extends PeerCounters<VhostDrop> {

    final Counter calls;

    VhostCounters(CounterFile file, String device) {
        super(file, device, VhostDrop.class);
        calls = file.counter(device + ".calls", "times the front end was interrupted");
    }
}
