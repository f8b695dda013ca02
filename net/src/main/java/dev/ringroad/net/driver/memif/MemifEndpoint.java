package dev.ringroad.net.driver.memif;

import dev.ringroad.core.linux.PollSet;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * The control work of either end: comes to a link, notices its end, comes to the next.
 *
 * <p>{@link #service} never waits and never throws. The link is handed out by {@link #link}; when
 * that changes, whoever used the former one lets go of it and closes it.
 */
abstract sealed class MemifEndpoint implements AutoCloseable permits MemifServer, MemifClient {

    /**
     * A peer that takes longer for the whole handshake is given up. A silent one keeps nobody else
     * out, so this is generous: DPDK's client tries once only, also on a machine that is busy.
     */
    static final long HANDSHAKE_NANOS_MAX = 20_000_000_000L;

    private static final long LOOK_NANOS = 500_000L;
    private static final int DESCRIPTORS = 16; // expected; a poll set grows

    final MemifConfig config;
    final MemifCounters counters;
    private @Nullable MemifLink link;
    private String status;
    private long lookedNanos;
    private boolean mustLook;
    private final PollSet glance = new PollSet(DESCRIPTORS);

    MemifEndpoint(MemifConfig config, MemifCounters counters, String status) {
        this.config = config;
        this.counters = counters;
        this.status = status;
    }

    /**
     * Does what can be done now without waiting. While a link is up that is a look at the sockets,
     * a system call, which is not made more often than twice a millisecond unless something else
     * than frames may have ended a sleep ({@link #lookSoon}).
     */
    final void service(long nowNanos) {
        MemifLink present = link;
        boolean fine = present != null && present.fault() == null;
        if (fine && !mustLook && nowNanos - lookedNanos < LOOK_NANOS) {
            return;
        }
        mustLook = false;
        lookedNanos = nowNanos;
        control(nowNanos);
    }

    /** Makes the next {@link #service} look, however short ago the last look was. */
    final void lookSoon() {
        mustLook = true;
    }

    /** One call that allocates nothing, before those that accept and receive for nobody. */
    final boolean nothingReady() {
        glance.clear();
        addDescriptors(glance);
        return glance.poll(0) == 0;
    }

    /** At the end; {@link #nothingReady} must not be asked again. */
    final void stopLooking() {
        glance.close();
    }

    /** Looks at the sockets and does what they ask for. */
    abstract void control(long nowNanos);

    /** Adds what would make {@link #service} worth calling. */
    abstract void addDescriptors(PollSet wake);

    /** When {@link #service} is worth calling although nothing is readable. */
    abstract long nextDeadlineNanos();

    @Nullable MemifLink link() {
        return link;
    }

    /** What goes on, in a few words for people. */
    String status() {
        return status;
    }

    void status(String words) {
        status = words;
    }

    void linkUp(MemifLink newLink, String peer) {
        counters.connections.increment();
        link = newLink;
        status = "connected to " + (peer.isEmpty() ? "a peer without a name" : peer);
    }

    /** Counts and notes a handshake that failed. */
    void refused(MemifControl control, Exception e) {
        counters.refusals.increment();
        if (e instanceof MemifProtocolException) {
            counters.drop(MemifDrop.BAD_MESSAGE);
        }
        String reason = sentence(e);
        status = reason;
        control.bye(reason);
    }

    /** Looks at the socket of the present link and at its rings; forgets a link that has ended. */
    void watchLink() {
        MemifLink present = link;
        if (present == null) {
            return;
        }
        MemifDrop fault = present.fault();
        if (fault != null) {
            end(present, "Disconnected: " + fault.sentence());
            return;
        }
        try {
            MemifMessage message = present.control().receive();
            if (message == null) {
                return;
            }
            if (message instanceof MemifMessage.Disconnect bye) {
                end(present, "The peer left: " + bye.reason());
                return;
            }
            counters.drop(MemifDrop.BAD_MESSAGE);
            end(present, message.getClass().getSimpleName() + " came out of order.");
        } catch (MemifProtocolException e) {
            counters.drop(MemifDrop.BAD_MESSAGE);
            end(present, sentence(e));
        } catch (IOException e) {
            end(present, sentence(e));
        }
    }

    private void end(MemifLink present, String reason) {
        counters.disconnections.increment();
        present.control().bye(reason);
        status = reason;
        link = null;
    }

    /** Ends the present link from this side. */
    void endLink(String reason) {
        MemifLink present = link;
        if (present != null) {
            end(present, reason);
        }
    }

    static String sentence(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    @Override
    public abstract void close();
}
