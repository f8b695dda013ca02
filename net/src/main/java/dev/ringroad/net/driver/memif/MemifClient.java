package dev.ringroad.net.driver.memif;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.UnixSeqPacket;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.driver.memif.MemifClientHandshake.Outgoing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * The client's control work: connects, offers its memory, and connects again when the server went
 * away, less and less often while nobody answers.
 */
final class MemifClient extends MemifEndpoint {

    private static final long BACK_OFF_NANOS_MIN = 2_000_000L;
    private static final long BACK_OFF_NANOS_MAX = 200_000_000L;

    private final @Nullable SharedRegion poolRegion;
    private @Nullable MemifControl control;
    private @Nullable MemifOffer offer;
    private @Nullable MemifClientHandshake handshake;
    private long handshakeDeadlineNanos;
    private long backOffNanos = BACK_OFF_NANOS_MIN;
    private long retryNanos;
    private boolean waiting;

    /**
     * @param poolRegion of a zero-copy client's packets, which outlives this endpoint
     */
    MemifClient(MemifConfig config, MemifCounters counters, @Nullable SharedRegion poolRegion) {
        super(config, counters, "connecting to " + config.path());
        this.poolRegion = poolRegion;
    }

    @Override
    void control(long nowNanos) {
        MemifLink present = link();
        if (present != null) {
            if (present.fault() == null && nothingReady()) {
                return;
            }
            watchLink();
            if (link() != null) {
                return;
            }
            backOff(nowNanos);
            return;
        }
        if (control == null) {
            if (waiting && nowNanos - retryNanos < 0) {
                return;
            }
            connect(nowNanos);
        }
        MemifControl open = control;
        MemifClientHandshake talk = handshake;
        if (open != null && talk != null) {
            advance(open, talk, nowNanos);
        }
    }

    private void connect(long nowNanos) {
        UnixSeqPacket socket;
        try {
            socket = UnixSeqPacket.connect(config.path(), config.abstractName());
        } catch (IOException e) {
            // Nobody there yet is what this loop is for.
            status("waiting for a server: " + sentence(e));
            backOff(nowNanos);
            return;
        }
        control = new MemifControl(socket);
        MemifOffer made = new MemifOffer(config, poolRegion);
        offer = made;
        handshake = new MemifClientHandshake(config, made);
        handshakeDeadlineNanos = nowNanos + HANDSHAKE_NANOS_MAX;
    }

    private void advance(MemifControl open, MemifClientHandshake talk, long nowNanos) {
        try {
            MemifMessage message;
            while ((message = open.receive()) != null) {
                refuseDescriptor(open);
                Outgoing next = talk.receive(message);
                if (next != null) {
                    open.send(next.message(), next.descriptor());
                } else if (talk.connected()) {
                    connected(open, message);
                    return;
                }
            }
            if (nowNanos - handshakeDeadlineNanos >= 0) {
                throw new MemifProtocolException("The handshake took too long.");
            }
        } catch (MemifProtocolException | IOException e) {
            refused(open, e);
            abandon();
            backOff(nowNanos);
        }
    }

    /** A server has nothing to pass. */
    private void refuseDescriptor(MemifControl open) {
        var descriptor = open.takeDescriptor();
        if (descriptor != null) {
            counters.drop(MemifDrop.STRAY_DESCRIPTOR);
            descriptor.close();
        }
    }

    private void connected(MemifControl open, MemifMessage message) {
        MemifOffer taken = offer;
        if (taken == null) {
            throw new IllegalStateException("connected without an offer");
        }
        control = null;
        handshake = null;
        offer = null;
        backOffNanos = BACK_OFF_NANOS_MIN;
        waiting = false;
        String peer = message instanceof MemifMessage.Connected c ? c.interfaceName() : "";
        linkUp(taken.link(open), peer);
    }

    private void backOff(long nowNanos) {
        waiting = true;
        retryNanos = nowNanos + backOffNanos;
        backOffNanos = Math.min(2 * backOffNanos, BACK_OFF_NANOS_MAX);
    }

    private void abandon() {
        MemifOffer open = offer;
        if (open != null) {
            open.close();
            offer = null;
        }
        MemifControl socket = control;
        if (socket != null) {
            socket.close();
            control = null;
        }
        handshake = null;
    }

    @Override
    void addDescriptors(PollSet wake) {
        MemifLink present = link();
        MemifControl open = present != null ? present.control() : control;
        if (open != null) {
            wake.add(open.socket().descriptor().number(), PollSet.POLLIN);
        }
    }

    @Override
    long nextDeadlineNanos() {
        if (link() != null) {
            return Long.MAX_VALUE;
        }
        return control != null ? handshakeDeadlineNanos : retryNanos;
    }

    @Override
    public void close() {
        MemifControl open = control;
        if (open != null) {
            open.bye("The interface is closed.");
        }
        abandon();
        stopLooking();
    }
}
