package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.UnixStream;

import java.io.IOException;

/**
 * Listens for front ends and serves one at a time. Who comes while another is there is sent away,
 * unless that one has had a second and made nothing of it: a silent one keeps nobody out.
 */
final class VhostServer extends VhostEndpoint {

    /** A front end is left that long before it has to make room for the next. */
    static final long PATIENCE_NANOS = 1_000_000_000L;

    /** How long nobody is accepted after that failed, out of descriptors perhaps. */
    private static final long REST_NANOS = 100_000_000L;

    private final UnixStream listener;
    private long beginNanos;
    private boolean resting;
    private long restUntilNanos;

    /**
     * @throws IOException if the socket can't be listened on; the message says why
     */
    VhostServer(VhostConfig config, VhostCounters counters, VringStarter starter)
            throws IOException {
        super(config, counters, starter, "listening on " + config.path());
        listener = listen(config.path());
    }

    private static UnixStream listen(String path) throws IOException {
        try {
            return UnixStream.listen(path, false);
        } catch (SystemCallException e) {
            if (e.errno() == Errno.EADDRINUSE) {
                throw new IOException(
                        "Another process listens on "
                                + path
                                + ". Remedy: take another path, or role=client.",
                        e);
            }
            throw e;
        }
    }

    @Override
    void arrive(long nowNanos) {
        if (resting && nowNanos - restUntilNanos < 0) {
            return;
        }
        resting = false;
        try {
            UnixStream next = listener.accept();
            if (next != null) {
                take(next, nowNanos);
            }
        } catch (IOException e) {
            status(sentence(e));
            resting = true;
            restUntilNanos = nowNanos + REST_NANOS;
        }
    }

    private void take(UnixStream next, long nowNanos) {
        VhostSession present = session();
        if (present != null) {
            if (present.wasUp() || nowNanos - beginNanos < PATIENCE_NANOS) {
                counters.refusals.increment();
                next.close();
                return;
            }
            end("Another front end came.", nowNanos);
        }
        beginNanos = nowNanos;
        begin(next, nowNanos);
    }

    @Override
    void left(long nowNanos) {
        // The next one is accepted as it comes.
    }

    @Override
    void addDescriptors(PollSet wake) {
        super.addDescriptors(wake);
        if (!resting) {
            wake.add(listener.descriptor().number(), PollSet.POLLIN);
        }
    }

    @Override
    long nextDeadlineNanos() {
        return resting ? restUntilNanos : Long.MAX_VALUE;
    }

    @Override
    public void close() {
        super.close();
        listener.close();
    }
}
