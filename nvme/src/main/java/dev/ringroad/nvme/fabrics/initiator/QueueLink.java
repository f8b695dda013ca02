package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.nvme.command.ConnectData;
import dev.ringroad.nvme.command.ConnectEntry;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The connection of a channel, from the first attempt until it carries commands.
 *
 * <pre>
 *   none ──► agreeing (ICReq) ──► joining (Fabrics Connect) ──► live ──► parked, when its channel closes
 *     ▲            │                      │                      │
 *     └────────────┴──────────────────────┴──────────────────────┘  lost
 * </pre>
 */
final class QueueLink implements ExchangeOwner {
    private final RemoteController controller;
    private final HostConfig config;
    private final MemorySegment connectData =
            Arena.ofAuto().allocate(ConnectData.BYTES, Long.BYTES);

    private @Nullable Link link;
    private @Nullable Association association;
    private boolean joining;
    private boolean live;
    private int queueId;
    private String trouble = "";

    QueueLink(RemoteController controller) {
        this.controller = controller;
        this.config = controller.config();
    }

    /** The connection, begun if there was none; null when that failed. */
    @Nullable Link link(Association current, long nowNanos) {
        Link present = link;
        return present != null || hasFailed() ? present : begin(current, nowNanos);
    }

    private @Nullable Link begin(Association current, long nowNanos) {
        association = current;
        Link parked = current.takeParked();
        if (parked != null) {
            link = parked;
            live = true;
            return parked;
        }
        queueId = current.takeQueueId();
        if (queueId == 0) {
            trouble = "the controller has no queue left to give";
            return null;
        }
        try {
            Link made =
                    new Link(
                            config.streams().connect(controller.address()),
                            new HostConnection(
                                    current.queueDepth(config),
                                    current.capsuleDataBytes,
                                    config.headerDigest(),
                                    config.dataDigest(),
                                    config.commandTimeout().toNanos()),
                            nowNanos + config.connectTimeout().toNanos());
            link = made;
            return made;
        } catch (IOException e) {
            trouble = String.valueOf(e.getMessage());
            return null;
        }
    }

    boolean isLive() {
        return live;
    }

    /** Whether no connection could be begun. */
    boolean hasFailed() {
        return !trouble.isEmpty();
    }

    String trouble() {
        return trouble;
    }

    /** Takes the next step towards a connection that carries commands, if it is time for it. */
    void advance(long nowNanos) {
        Link present = link;
        Association current = association;
        if (live || joining || present == null || current == null) {
            return;
        }
        HostConnection connection = present.connection();
        if (!connection.isInitialized() || connection.hasFailed()) {
            return;
        }
        Exchange exchange = connection.exchanges().acquire(this);
        if (exchange == null) {
            return;
        }
        joining = true;
        MemorySegment entries = connection.exchanges().entries();
        long at = connection.exchanges().entryAt(exchange);
        ConnectEntry.encode(entries, at, 0, queueId, current.queueDepth(config) + 1, 0, 0);
        Joining.writeData(connectData, config, current.controllerId, controller.subsystem());
        exchange.data(connectData, 0, ConnectData.BYTES, false);
        connection.submit(exchange, nowNanos);
        // Out at once: its channel may be about to sleep.
        present.move(nowNanos);
    }

    @Override
    public void done(Exchange exchange, int status, long result) {
        joining = false;
        live = status == NvmeStatus.SUCCESS;
        Link present = link;
        if (!live && present != null) {
            present.connection()
                    .fail(
                            "the controller would not connect queue "
                                    + queueId
                                    + ": "
                                    + NvmeStatus.sentence(status));
        }
    }

    /** Whether a command of the present connection may have reached the controller. */
    boolean wasSent(Exchange exchange) {
        Link present = link;
        return present != null && present.connection().wasSent(exchange);
    }

    /** Closes the connection and ends every command of it. */
    void drop(String why, long nowNanos) {
        Link present = link;
        if (present != null) {
            present.connection().fail(why);
            present.close();
            present.connection().abandon(nowNanos);
        }
        link = null;
        association = null;
        joining = false;
        live = false;
        trouble = "";
    }

    /** Says what would wake its channel; false when that must not sleep. */
    boolean prepareSleep(PollSet wake, boolean requestsWait) {
        Link present = link;
        if (present == null) {
            return !requestsWait;
        }
        boolean full = present.connection().exchanges().isFull();
        if (live && requestsWait && !full) {
            return false;
        }
        return present.prepareSleep(wake);
    }

    void wakeUp() {
        Link present = link;
        if (present != null) {
            present.wakeUp();
        }
    }

    long nextDeadlineNanos() {
        Link present = link;
        return present == null ? Long.MAX_VALUE : present.nextDeadlineNanos();
    }

    /** Leaves a connection that carries commands to the next channel, and closes any other. */
    void close() {
        Link present = link;
        Association current = association;
        if (present == null) {
            return;
        }
        boolean kept =
                live
                        && current != null
                        && !present.connection().hasFailed()
                        && current.park(present);
        if (!kept) {
            present.close();
        }
        link = null;
    }
}
