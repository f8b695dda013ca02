package dev.ringroad.net.driver.virtio;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.PeerCounters;

/** The counters of one virtio device. */
final class VirtioCounters extends PeerCounters<VirtioDrop> {

    final Counter kicks;

    VirtioCounters(CounterFile file, String device) {
        super(file, device, VirtioDrop.class);
        kicks = file.counter(device + ".kicks", "times a sleeping back end was woken");
    }
}
