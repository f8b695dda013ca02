package dev.ringroad.net.driver.virtio;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.UnixStream;
import dev.ringroad.net.virtio.VhostUserChannel;
import dev.ringroad.net.virtio.VhostUserException;
import dev.ringroad.net.virtio.VhostUserMessage;
import dev.ringroad.net.virtio.VirtioFeature;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * The control work: finds a back end, shakes hands, notices its end, finds the next.
 *
 * <p>{@link #service} never waits and never throws. The link is handed out by {@link #link}; when
 * that changes, whoever used the former one lets go of it and closes it. Whoever listens takes one
 * back end at a time; the next waits in the socket's queue, unless the present one is silent for
 * longer than {@link #PATIENCE_NANOS} before there is a link.
 */
final class VirtioEndpoint implements AutoCloseable {

    /** A back end that takes longer for the whole handshake is given up. */
    static final long HANDSHAKE_NANOS_MAX = 20_000_000_000L;

    /** A back end in its handshake makes room for another after that time. */
    static final long PATIENCE_NANOS = 1_000_000_000L;

    private static final long BACK_OFF_NANOS_MIN = 2_000_000L;
    private static final long BACK_OFF_NANOS_MAX = 200_000_000L;
    private static final long LOOK_NANOS = 500_000L;
    private static final int DESCRIPTORS = 4; // expected; a poll set grows

    private final VirtioConfig config;
    private final VirtioCounters counters;
    private final VirtioMemory memory;
    private final @Nullable UnixStream listener;
    private final PollSet glance = new PollSet(DESCRIPTORS);

    private @Nullable VirtioLink link;
    private @Nullable VhostUserChannel channel;
    private @Nullable VirtioHandshake handshake;
    private long begunNanos;
    private long backOffNanos = BACK_OFF_NANOS_MIN;
    private long retryNanos;
    private boolean waiting;
    private String status;
    private long lookedNanos;
    private boolean mustLook = true;

    /**
     * @throws IOException if the socket can't be listened on; the message says why
     */
    VirtioEndpoint(VirtioConfig config, VirtioCounters counters, VirtioMemory memory)
            throws IOException {
        this.config = config;
        this.counters = counters;
        this.memory = memory;
        if (config.role() == VirtioRole.SERVER) {
            listener = listen(config.path());
            status = "listening on " + config.path();
        } else {
            listener = null;
            status = "connecting to " + config.path();
        }
    }

    private static UnixStream listen(String path) throws IOException {
        try {
            return UnixStream.listen(path, false);
        } catch (SystemCallException e) {
            if (e.errno() == Errno.EADDRINUSE) {
                throw new IOException(
                        "The socket "
                                + path
                                + " is in use by another process. Remedy: "
                                + e.remedy()
                                + ".",
                        e);
            }
            throw e;
        }
    }

    @Nullable VirtioLink link() {
        return link;
    }

    /** What goes on, in a few words for people. */
    String status() {
        return status;
    }

    /**
     * Does what can be done now without waiting. While a link is up that is a look at the socket, a
     * system call, which is not made more often than twice a millisecond unless something else than
     * frames may have ended a sleep ({@link #lookSoon}).
     */
    void service(long nowNanos) {
        VirtioLink present = link;
        boolean fine = present != null && present.fault() == null;
        if (fine && !mustLook && nowNanos - lookedNanos < LOOK_NANOS) {
            return;
        }
        mustLook = false;
        lookedNanos = nowNanos;
        if (present == null) {
            findBackEnd(nowNanos);
        } else if (present.fault() != null || !nothingReady()) {
            watchLink(present, nowNanos);
        }
    }

    /** Makes the next {@link #service} look, however short ago the last look was. */
    void lookSoon() {
        mustLook = true;
    }

    /** One call that allocates nothing, before those that receive for nobody. */
    private boolean nothingReady() {
        glance.clear();
        addDescriptors(glance);
        return glance.poll(0) == 0;
    }

    private void findBackEnd(long nowNanos) {
        if (waiting && nowNanos - retryNanos >= 0) {
            waiting = false;
        }
        if (!waiting && isPlaceFree(nowNanos)) {
            UnixStream found = listener == null ? connect(nowNanos) : accept(listener, nowNanos);
            if (found != null) {
                if (channel != null) {
                    refused(new VhostUserException("Another back end wants the place."), nowNanos);
                }
                greet(found, nowNanos);
            }
        }
        VhostUserChannel talk = channel;
        VirtioHandshake present = handshake;
        if (talk != null && present != null) {
            advance(talk, present, nowNanos);
        }
    }

    /** Whether another back end would be taken: there is none, or the present one dawdles. */
    private boolean isPlaceFree(long nowNanos) {
        return channel == null || (listener != null && nowNanos - begunNanos >= PATIENCE_NANOS);
    }

    private @Nullable UnixStream connect(long nowNanos) {
        try {
            return UnixStream.connect(config.path(), false);
        } catch (IOException e) {
            // Nobody there yet is what this loop is for.
            status = "waiting for a back end: " + sentence(e);
            backOff(nowNanos);
            return null;
        }
    }

    private @Nullable UnixStream accept(UnixStream from, long nowNanos) {
        try {
            return from.accept();
        } catch (SystemCallException e) {
            status = sentence(e);
            backOff(nowNanos);
            return null;
        }
    }

    private void greet(UnixStream socket, long nowNanos) {
        waiting = false;
        channel = new VhostUserChannel(socket);
        handshake = new VirtioHandshake(config, memory);
        begunNanos = nowNanos;
    }

    private void advance(VhostUserChannel talk, VirtioHandshake present, long nowNanos) {
        try {
            VhostUserMessage message;
            sayAll(talk, present);
            while ((message = talk.receive()) != null) {
                present.receive(message);
                sayAll(talk, present);
            }
            if (present.isDone()) {
                linkUp(talk, present);
            } else if (nowNanos - begunNanos >= HANDSHAKE_NANOS_MAX) {
                throw new VhostUserException("The back end took too long to answer.");
            }
        } catch (IOException e) {
            refused(e, nowNanos);
        }
    }

    /** Says what the socket takes of what there is to say; the rest waits for the next call. */
    private void sayAll(VhostUserChannel talk, VirtioHandshake present) throws IOException {
        while (present.hasNext() && isWritable(talk)) {
            VirtioHandshake.Outgoing next = present.next();
            if (next.descriptor() < 0) {
                talk.send(next.message());
            } else {
                talk.send(next.message(), next.descriptor());
            }
        }
    }

    /** Whether a message fits: a Unix socket is writable while it is not a quarter full. */
    private boolean isWritable(VhostUserChannel talk) {
        glance.clear();
        glance.add(talk.descriptor().number(), PollSet.POLLOUT);
        return glance.poll(0) > 0;
    }

    private void linkUp(VhostUserChannel talk, VirtioHandshake done) {
        link = done.offer().link(talk, done.features());
        channel = null;
        handshake = null;
        backOffNanos = BACK_OFF_NANOS_MIN;
        counters.connections.increment();
        status = "connected, with " + VirtioFeature.names(done.features());
    }

    /** Counts and notes a handshake that failed. */
    private void refused(IOException e, long nowNanos) {
        counters.refusals.increment();
        if (e instanceof VhostUserException) {
            counters.drop(VirtioDrop.BAD_MESSAGE);
        }
        status = sentence(e);
        abandon();
        backOff(nowNanos);
    }

    private void backOff(long nowNanos) {
        waiting = true;
        retryNanos = nowNanos + backOffNanos;
        backOffNanos = Math.min(2 * backOffNanos, BACK_OFF_NANOS_MAX);
    }

    private void abandon() {
        if (handshake != null) {
            handshake.close();
            handshake = null;
        }
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private void watchLink(VirtioLink present, long nowNanos) {
        VirtioDrop fault = present.fault();
        if (fault != null) {
            end("Disconnected: " + fault.sentence(), nowNanos);
            return;
        }
        try {
            VhostUserMessage message = present.channel().receive();
            if (message != null) {
                counters.drop(VirtioDrop.BAD_MESSAGE);
                end("The back end said " + message.request() + " unasked.", nowNanos);
            }
        } catch (VhostUserException e) {
            counters.drop(VirtioDrop.BAD_MESSAGE);
            end(sentence(e), nowNanos);
        } catch (IOException e) {
            end("The back end left: " + sentence(e), nowNanos);
        }
    }

    private void end(String reason, long nowNanos) {
        counters.disconnections.increment();
        status = reason;
        link = null;
        backOff(nowNanos);
    }

    private static String sentence(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /** Adds what would make {@link #service} worth calling. */
    void addDescriptors(PollSet wake) {
        VirtioLink present = link;
        VhostUserChannel open = present != null ? present.channel() : channel;
        if (open != null) {
            boolean mustSay = handshake != null && handshake.hasNext();
            int events = mustSay ? PollSet.POLLIN | PollSet.POLLOUT : PollSet.POLLIN;
            wake.add(open.descriptor().number(), events);
        }
        if (present == null && listener != null && !waiting && isPlaceFree(lookedNanos)) {
            wake.add(listener.descriptor().number(), PollSet.POLLIN);
        }
    }

    /** When {@link #service} is worth calling although nothing is readable. */
    long nextDeadlineNanos() {
        if (link != null) {
            return Long.MAX_VALUE;
        }
        if (channel != null) {
            // A place that is free already is for the listener to tell of.
            boolean patient = listener == null || isPlaceFree(lookedNanos);
            long next = begunNanos + (patient ? HANDSHAKE_NANOS_MAX : PATIENCE_NANOS);
            return waiting ? Math.min(next, retryNanos) : next;
        }
        return waiting || listener == null ? retryNanos : Long.MAX_VALUE;
    }

    /** Ends the link, if there is one, and looks for no other. */
    @Override
    public void close() {
        link = null;
        abandon();
        if (listener != null) {
            listener.close();
        }
        glance.close();
    }
}
