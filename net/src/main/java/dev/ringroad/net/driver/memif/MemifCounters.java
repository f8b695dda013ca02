package dev.ringroad.net.driver.memif;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.PeerCounters;

/** The counters of one memif. */
final class MemifCounters extends PeerCounters<MemifDrop> {

    final Counter doorbells;

    MemifCounters(CounterFile file, String device) {
        super(file, device, MemifDrop.class);
        doorbells = file.counter(device + ".doorbells", "times a sleeping peer was woken");
    }
}
