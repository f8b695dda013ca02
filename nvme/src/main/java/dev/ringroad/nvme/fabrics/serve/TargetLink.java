package dev.ringroad.nvme.fabrics.serve;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** A socket and the connection that it carries, on the thread that serves them. */
final class TargetLink {
    /** How often one turn goes back for more of the same link. */
    private static final int TURNS = 4;

    /** How long a connection that has ended waits for its host to read why. */
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer[] batch;
    private final ByteBuffer refuse;
    private final long bornNanos;
    private @Nullable TargetConnection connection;
    private long activeNanos;
    private long farewellNanos = Long.MAX_VALUE;
    private int interest = SelectionKey.OP_READ;
    private boolean isBlocked;
    private boolean isClosed;

    /**
     * @param batch for gathering, shared by the thread's links
     * @param refuse what nobody wants is read into it, shared likewise
     */
    TargetLink(
            SocketChannel channel,
            SelectionKey key,
            ByteBuffer[] batch,
            ByteBuffer refuse,
            long nowNanos) {
        this.channel = channel;
        this.key = key;
        this.batch = batch;
        this.refuse = refuse;
        this.bornNanos = nowNanos;
        this.activeNanos = nowNanos;
    }

    void carry(TargetConnection carried) {
        connection = carried;
    }

    private TargetConnection requireConnection() {
        TargetConnection mine = connection;
        if (mine == null) {
            throw new IllegalStateException("A link carries nothing");
        }
        return mine;
    }

    long bornNanos() {
        return bornNanos;
    }

    boolean isConnected() {
        return requireConnection().isConnected();
    }

    /** Whether something came or went lately. */
    boolean isActive(long nowNanos, long withinNanos) {
        return nowNanos - activeNanos < withinNanos;
    }

    boolean isClosed() {
        return isClosed;
    }

    /** Whether a closed one has nothing at a device any more. */
    boolean isQuiet() {
        return requireConnection().isQuiet();
    }

    /** Whether it may go on without being asked by its socket. */
    boolean tick(long nowNanos) {
        if (isClosed) {
            return false;
        }
        boolean worked = requireConnection().tick(nowNanos);
        worked |= flush(nowNanos);
        if (!isClosed) {
            // Others may keep the thread awake for long, and this one has to be heard of again.
            updateInterest(isBlocked);
        }
        return worked;
    }

    /** Receives what there is; whether there was something. */
    boolean receive(long nowNanos) {
        TargetConnection mine = requireConnection();
        boolean worked = false;
        try {
            for (int i = 0; i < TURNS && !isClosed; i++) {
                if (mine.isEnding()) {
                    return drop() || worked;
                }
                if (!mine.wantsInput()) {
                    return worked;
                }
                ByteBuffer input = mine.input();
                int room = input.remaining();
                int bytes = room == 0 ? 0 : channel.read(input);
                if (bytes < 0) {
                    close();
                    return true;
                }
                if (bytes == 0) {
                    return worked;
                }
                activeNanos = nowNanos;
                worked = true;
                mine.received(bytes, nowNanos);
                if (bytes < room) {
                    return true;
                }
            }
        } catch (IOException e) {
            // A reset, mostly: there is nobody left to be told.
            close();
        }
        return true;
    }

    /** Reads and forgets what comes after the end, until the host has closed too. */
    private boolean drop() throws IOException {
        if (channel.read(refuse.clear()) < 0) {
            close();
            return true;
        }
        return false;
    }

    /** The socket takes bytes again. */
    void unblock() {
        isBlocked = false;
    }

    /** Sends what there is, gathered; whether something was sent. */
    boolean flush(long nowNanos) {
        TargetConnection mine = requireConnection();
        boolean worked = false;
        try {
            for (int i = 0; i < TURNS && !isClosed && !isBlocked && mine.hasOutput(); i++) {
                int count = mine.gather(batch);
                long bytes = channel.write(batch, 0, count);
                mine.sent(bytes, nowNanos);
                isBlocked = bytes == 0;
                if (bytes > 0) {
                    activeNanos = nowNanos;
                    worked = true;
                }
            }
            if (mine.isEnding() && !isClosed) {
                farewell(mine, nowNanos);
            }
        } catch (IOException e) {
            // A reset, mostly: there is nobody left to be told.
            close();
            return true;
        }
        return worked;
    }

    /** Closed with unread bytes a socket resets, and its host might not read why it ended. */
    private void farewell(TargetConnection mine, long nowNanos) throws IOException {
        if (farewellNanos == Long.MAX_VALUE) {
            farewellNanos = nowNanos + FAREWELL_NANOS;
        }
        if (!mine.hasOutput() && !channel.socket().isOutputShutdown()) {
            SocketChannel ignored = channel.shutdownOutput();
        }
        if (nowNanos >= farewellNanos) {
            close();
        }
    }

    /** When it has to be ticked at the latest. */
    long deadlineNanos() {
        TargetConnection mine = requireConnection();
        return mine.isEnding() ? farewellNanos : mine.deadlineNanos();
    }

    /** Tells the selector what would wake us. */
    void prepareSleep() {
        updateInterest(requireConnection().hasOutput());
    }

    private void updateInterest(boolean toWrite) {
        TargetConnection mine = requireConnection();
        int reading = mine.wantsInput() || mine.isEnding() ? SelectionKey.OP_READ : 0;
        int wanted = reading | (toWrite ? SelectionKey.OP_WRITE : 0);
        if (wanted != interest && key.isValid()) {
            interest = wanted;
            SelectionKey ignored = key.interestOps(wanted);
        }
    }

    void close() {
        if (!isClosed) {
            isClosed = true;
            key.cancel();
            try {
                channel.close();
            } catch (IOException e) {
                // It is gone either way.
            }
            requireConnection().close();
        }
    }
}
