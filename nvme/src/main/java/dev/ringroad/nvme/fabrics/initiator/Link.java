package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.nvme.fabrics.transport.ByteStream;

/**
 * A connection and the stream that it runs over. Owned by one thread at a time; it may be handed on
 * while no command is under way.
 */
final class Link implements AutoCloseable {
    private final ByteStream stream;
    private final HostConnection connection;
    private final long connectDeadlineNanos;
    private boolean connected;

    /**
     * @param connectDeadlineNanos when the controller must have agreed to the connection
     */
    Link(ByteStream stream, HostConnection connection, long connectDeadlineNanos) {
        this.stream = stream;
        this.connection = connection;
        this.connectDeadlineNanos = connectDeadlineNanos;
    }

    HostConnection connection() {
        return connection;
    }

    /** Moves bytes in both directions, as many as there are at once. */
    void move(long nowNanos) {
        HostConnection host = connection;
        if (host.hasFailed()) {
            return;
        }
        if (!connected && !isConnected(nowNanos)) {
            return;
        }
        write(host);
        read(host);
        int ignored = host.expire(nowNanos);
        if (!host.isInitialized() && nowNanos - connectDeadlineNanos >= 0) {
            host.fail("the controller did not agree to the connection in time");
        }
        if (host.hasFailed()) {
            // What is left to be said, to whoever still listens.
            write(host);
        }
    }

    private boolean isConnected(long nowNanos) {
        int answer = stream.connect();
        connected = answer > 0;
        if (answer < 0) {
            connection.fail(stream.trouble());
        } else if (!connected && nowNanos - connectDeadlineNanos >= 0) {
            connection.fail("no answer to the attempt to connect came in time");
        }
        return connected;
    }

    private void write(HostConnection host) {
        PduOutput output = host.output();
        host.fill();
        while (output.size() > 0) {
            int taken = stream.write(output.bytes(), output.head(), output.size());
            if (taken < 0) {
                host.fail(stream.trouble());
                return;
            }
            if (taken == 0) {
                return;
            }
            output.written(taken);
            host.fill();
        }
    }

    private void read(HostConnection host) {
        boolean straightly = stream.readsStraight();
        while (!host.hasFailed()) {
            Exchange straight = straightly ? host.straight() : null;
            int wanted;
            int read;
            if (straight != null) {
                wanted = host.input().straightBytes();
                long at = straight.dataOffset + straight.moved;
                read = stream.read(straight.data, at, wanted);
                if (read > 0) {
                    host.arrivedStraight(read);
                }
            } else {
                PduInput input = host.input();
                wanted = input.room();
                read = stream.read(input.bytes(), input.tail(), wanted);
                if (read > 0) {
                    host.arrived(read);
                }
            }
            if (read < 0) {
                host.fail(stream.trouble());
                return;
            }
            if (read < wanted) {
                return;
            }
        }
    }

    /** Says what would wake its owner; false when nothing could. */
    boolean prepareSleep(PollSet wake) {
        return !connection.hasFailed() && stream.prepareSleep(wake, connection.wantsRoom());
    }

    void wakeUp() {
        stream.wakeUp();
    }

    /** When it has to be moved at the latest. */
    long nextDeadlineNanos() {
        return connection.isInitialized() ? connection.nextCheckNanos() : connectDeadlineNanos;
    }

    /** Ends it; what was under way is for {@link HostConnection#abandon}. */
    @Override
    public void close() {
        connection.fail("it was closed");
        stream.close();
    }
}
