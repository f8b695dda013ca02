package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.UnixStream;
import dev.ringroad.net.virtio.VhostUserChannel;
import dev.ringroad.net.virtio.VhostUserException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * The control work of a device: comes to a front end, does what its messages ask for, notices its
 * end, comes to the next. {@link #service} never waits and never throws.
 */
abstract sealed class VhostEndpoint implements AutoCloseable permits VhostServer, VhostClient {

    private static final long LOOK_NANOS = 500_000L;
    private static final int DESCRIPTORS = 4;

    final VhostConfig config;
    final VhostCounters counters;
    private final VringStarter starter;
    private final PollSet glance = new PollSet(DESCRIPTORS);
    private @Nullable VhostSession session;
    private boolean sessionCounted;
    private String status;
    private long lookedNanos;
    private boolean mustLook = true;
    private boolean messagesLeft;

    VhostEndpoint(VhostConfig config, VhostCounters counters, VringStarter starter, String status) {
        this.config = config;
        this.counters = counters;
        this.starter = starter;
        this.status = status;
    }

    /**
     * Does what can be done now without waiting. While a link is up that is a look at the sockets,
     * a system call, which is not made more often than twice a millisecond unless something else
     * than frames may have ended a sleep ({@link #lookSoon}).
     */
    final void service(long nowNanos) {
        VhostSession present = session;
        if (present != null && present.fault() != null) {
            VhostDrop fault = present.fault();
            end("Disconnected: " + (fault == null ? "" : fault.sentence()), nowNanos);
        }
        if (linkUp() && !mustLook && !messagesLeft && nowNanos - lookedNanos < LOOK_NANOS) {
            return;
        }
        mustLook = false;
        lookedNanos = nowNanos;
        if (session == null) {
            arrive(nowNanos);
        } else if (!nothingReady()) {
            arrive(nowNanos);
            serveSession(nowNanos);
        }
    }

    private boolean nothingReady() {
        glance.clear();
        addDescriptors(glance);
        return glance.poll(0) == 0;
    }

    /** Makes the next {@link #service} look, however short ago the last look was. */
    final void lookSoon() {
        mustLook = true;
    }

    /** Whether the last {@link #service} has left messages for the next one. */
    final boolean messagesLeft() {
        return messagesLeft;
    }

    private void serveSession(long nowNanos) {
        VhostSession present = session;
        if (present == null) {
            return;
        }
        try {
            messagesLeft = present.serve();
        } catch (VhostUserException e) {
            counters.drop(VhostDrop.BAD_MESSAGE);
            counters.refusals.increment();
            end(sentence(e), nowNanos);
        } catch (IOException e) {
            end(sentence(e), nowNanos);
        } catch (RuntimeException | VirtualMachineError e) {
            // Whatever it was, even memory that vanished while it was mapped, it concerns this
            // front end, and the next one is welcome.
            counters.drop(VhostDrop.UNFORESEEN);
            end(sentence(e), nowNanos);
        }
        countLink();
    }

    private void countLink() {
        if (linkUp() != sessionCounted) {
            sessionCounted = !sessionCounted;
            (sessionCounted ? counters.connections : counters.disconnections).increment();
            VhostSession present = session;
            if (sessionCounted && present != null) {
                status = "connected, with " + present.agreed();
            }
        }
    }

    static String sentence(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /** Takes a front end that has connected, or connects to one that listens. */
    abstract void arrive(long nowNanos);

    /** The front end has gone, or was sent away. */
    abstract void left(long nowNanos);

    /** Begins with a front end. */
    final void begin(UnixStream socket, long nowNanos) {
        VhostFault fault = new VhostFault(counters);
        session = new VhostSession(new VhostUserChannel(socket), config, counters, fault, starter);
        status = "agreeing with a front end";
        serveSession(nowNanos);
    }

    /** Ends with the present front end, for a reason. */
    final void end(String reason, long nowNanos) {
        VhostSession present = session;
        if (present == null) {
            return;
        }
        session = null;
        messagesLeft = false;
        present.close();
        status = reason;
        countLink();
        left(nowNanos);
    }

    /** Null while there is none. */
    final @Nullable VhostSession session() {
        return session;
    }

    final boolean linkUp() {
        VhostSession present = session;
        return present != null && present.up();
    }

    /** What goes on, in a few words for people. */
    final String status() {
        return status;
    }

    final void status(String words) {
        status = words;
    }

    /** Adds what would make {@link #service} worth calling. */
    void addDescriptors(PollSet wake) {
        VhostSession present = session;
        if (present != null) {
            wake.add(present.descriptor().number(), PollSet.POLLIN);
        }
    }

    /** When {@link #service} is worth calling although nothing is readable. */
    abstract long nextDeadlineNanos();

    /** Lets go of the front end and of the socket. */
    @Override
    public void close() {
        end("closed", 0);
        glance.close();
    }
}
