package dev.ringroad.net.driver.virtio;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.net.driver.virtio.VirtioLink.Lane;
import dev.ringroad.net.virtio.VhostUserChannel;
import dev.ringroad.net.virtio.VirtioFeature;

import java.util.ArrayList;
import java.util.List;

/**
 * What a back end gets for one connection: rings that begin anew, and eventfds of their own, so
 * that a former back end has nothing that it could signal.
 */
final class VirtioOffer implements AutoCloseable {

    private final VirtioMemory memory;
    private final List<Lane> lanes = new ArrayList<>();
    private boolean linked;

    /**
     * @param features that were agreed
     */
    VirtioOffer(VirtioMemory memory, long features) throws SystemCallException {
        this.memory = memory;
        boolean packed = VirtioFeature.RING_PACKED.in(features);
        try {
            for (int i = 0; i < memory.rings(); i++) {
                int writable = i % 2 == 0 ? VirtioRxQueue.writableBytes(memory.pool()) : 0;
                Virtqueue queue =
                        packed
                                ? new PackedQueue(memory.ring(i), writable, features)
                                : new SplitQueue(memory.ring(i), writable, features);
                addLane(queue);
            }
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    private void addLane(Virtqueue queue) throws SystemCallException {
        EventFd kick = EventFd.createShared();
        try {
            lanes.add(new Lane(queue, kick, EventFd.createShared()));
        } catch (Throwable t) {
            kick.close();
            throw t;
        }
    }

    VirtioMemory memory() {
        return memory;
    }

    /** Of each queue pair the receiving one, then the transmitting one. */
    List<Lane> lanes() {
        return lanes;
    }

    /** The connection over this offer, which owns what is in it from now on. */
    VirtioLink link(VhostUserChannel channel, long features) {
        linked = true;
        return new VirtioLink(channel, features, List.copyOf(lanes));
    }

    /** Takes the offer back, unless it has become a link. */
    @Override
    public void close() {
        if (!linked) {
            lanes.forEach(Lane::close);
            lanes.clear();
        }
    }
}
