package dev.ringroad.net.driver.virtio;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.net.virtio.VhostUserChannel;
import dev.ringroad.net.virtio.VirtioFeature;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * A connection whose handshake is over: the control socket, the rings and what was agreed.
 *
 * <p>The queues use it between attach and detach only; the device closes it after they have let go.
 */
final class VirtioLink implements AutoCloseable {

    /**
     * A ring with what wakes its ends.
     *
     * @param kick signalled by us
     * @param call signalled by the back end
     */
    record Lane(Virtqueue queue, EventFd kick, EventFd call) implements AutoCloseable {

        /**
         * Shows the back end what the queue was given, and wakes it if it wants that.
         *
         * @return whether it was woken
         */
        boolean publish() {
            queue.publish();
            boolean wanted = queue.kickWanted();
            if (wanted) {
                kick.signal();
            }
            return wanted;
        }

        @Override
        public void close() {
            kick.close();
            call.close();
        }
    }

    private final VhostUserChannel channel;
    private final long features;
    private final List<Lane> lanes;
    private @Nullable VirtioDrop fault;

    /**
     * @param features that were agreed
     * @param lanes of each queue pair the receiving one, then the transmitting one
     */
    VirtioLink(VhostUserChannel channel, long features, List<Lane> lanes) {
        this.channel = channel;
        this.features = features;
        this.lanes = lanes;
    }

    VhostUserChannel channel() {
        return channel;
    }

    /** What was agreed, see {@link VirtioFeature}. */
    long features() {
        return features;
    }

    boolean isMergeable() {
        return VirtioFeature.NET_MRG_RXBUF.in(features);
    }

    Lane receive(int pair) {
        return lanes.get(2 * pair);
    }

    Lane transmit(int pair) {
        return lanes.get(2 * pair + 1);
    }

    /** Says that the rings are beyond use; the device's control work ends the connection. */
    void fail(VirtioDrop reason) {
        if (fault == null) {
            fault = reason;
        }
    }

    /** Why the rings are beyond use, or null while they are fine. */
    @Nullable VirtioDrop fault() {
        return fault;
    }

    @Override
    public void close() {
        channel.close();
        lanes.forEach(Lane::close);
    }
}
