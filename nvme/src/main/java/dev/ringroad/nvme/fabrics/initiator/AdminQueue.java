package dev.ringroad.nvme.fabrics.initiator;

import static dev.ringroad.nvme.command.SubmissionEntry.CDW10_AT;
import static dev.ringroad.nvme.command.SubmissionEntry.CDW11_AT;
import static dev.ringroad.nvme.command.SubmissionEntry.CDW12_AT;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.ConnectData;
import dev.ringroad.nvme.command.ConnectEntry;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.PropertyEntry;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The admin queue of a controller, used command by command by one thread that waits for each
 * answer. Events that come meanwhile are kept for {@link #takeEvent}.
 */
final class AdminQueue implements ExchangeOwner, AutoCloseable {
    /** Entries of it: enough for a command, the keep-alive and an event. */
    private static final int DEPTH = 31;

    private static final long UNSLEEPABLE_NANOS = 200_000;

    private final Link link;
    private final HostConnection connection;
    private final String peer;
    private final EventFd wake;
    private final BooleanSupplier cancelled;
    private final PollSet wakeSet = new PollSet(2);
    private final MemorySegment entries;

    /** The command whose answer is waited for. */
    private @Nullable Exchange awaited;

    private int status;
    private long result;
    private boolean eventCame;
    private long event;

    /** When it is closed in any case, once it is about to be; until then its owner may cancel. */
    private long leaveUntilNanos;

    private boolean leaving;

    /**
     * Begins to connect.
     *
     * @param wake ends a wait early
     * @param cancelled asked then
     */
    AdminQueue(
            InetSocketAddress address, HostConfig config, EventFd wake, BooleanSupplier cancelled)
            throws IOException {
        peer = address.toString();
        this.wake = wake;
        this.cancelled = cancelled;
        connection =
                new HostConnection(
                        DEPTH,
                        CapsulePdu.ADMIN_DATA_BYTES_MAX,
                        config.headerDigest(),
                        config.dataDigest(),
                        config.commandTimeout().toNanos());
        long deadline = System.nanoTime() + config.connectTimeout().toNanos();
        link = new Link(config.streams().connect(address), connection, deadline);
        entries = connection.exchanges().entries();
    }

    /** Waits until the controller has agreed to the connection. */
    void awaitInitialized() throws IOException {
        move();
        while (!connection.isInitialized()) {
            sleep(Long.MAX_VALUE);
            move();
        }
    }

    /** Fabrics Connect; returns the controller's id and, above, what authentication it wants. */
    int connect(HostConfig config, String subsystem) throws IOException {
        MemorySegment data = Arena.ofAuto().allocate(ConnectData.BYTES, Long.BYTES);
        Joining.writeData(data, config, ConnectData.ANY_CONTROLLER, subsystem);
        Exchange exchange = begin(AdminOpcode.FABRICS, 0);
        int keepAlive = (int) config.keepAlive().toMillis();
        ConnectEntry.encode(entries, at(exchange), 0, 0, DEPTH + 1, 0, keepAlive);
        int refusal = run(exchange, data, false);
        if (NvmeStatus.code(refusal) == NvmeStatus.CONNECT_INVALID_PARAMETERS) {
            // The usual reason, which the words of this status do not tell.
            throw new IOException(
                    "The controller at "
                            + peer
                            + " does not serve "
                            + subsystem
                            + ", or not to this host. Remedy: see what it serves with ringroad nvme"
                            + " discover.");
        }
        require("let this host connect to " + subsystem);
        return (int) result;
    }

    long property(int offset, int bytes) throws IOException {
        Exchange exchange = begin(AdminOpcode.FABRICS, 0);
        PropertyEntry.encodeGet(entries, at(exchange), 0, offset, bytes);
        run(exchange, MemorySegment.NULL, false);
        require("tell its property 0x" + Integer.toHexString(offset));
        return result;
    }

    void setProperty(int offset, int value) throws IOException {
        Exchange exchange = begin(AdminOpcode.FABRICS, 0);
        PropertyEntry.encodeSet(entries, at(exchange), 0, offset, Integer.BYTES, value);
        run(exchange, MemorySegment.NULL, false);
        require("take its property 0x" + Integer.toHexString(offset));
    }

    /** Identify into memory of 4096 bytes; the status is for the caller. */
    int identify(int kind, int namespaceId, MemorySegment into) throws IOException {
        Exchange exchange = begin(AdminOpcode.IDENTIFY, namespaceId);
        LittleEndian.u32(entries, at(exchange) + CDW10_AT, kind);
        return run(exchange, into, true);
    }

    /** A part of a log page, a multiple of 4 bytes. */
    int logPage(int page, long offset, MemorySegment into) throws IOException {
        Exchange exchange = begin(AdminOpcode.GET_LOG_PAGE, 0);
        long doubleWords = into.byteSize() / Integer.BYTES - 1;
        long at = at(exchange);
        LittleEndian.u32(entries, at + CDW10_AT, page | (int) (doubleWords & 0xFFFF) << 16);
        LittleEndian.u32(entries, at + CDW11_AT, (int) (doubleWords >>> 16));
        LittleEndian.u64(entries, at + CDW12_AT, offset);
        return run(exchange, into, true);
    }

    /** Sets a feature; {@link #result} has what the controller made of it. */
    int feature(int id, int value) throws IOException {
        Exchange exchange = begin(AdminOpcode.SET_FEATURES, 0);
        LittleEndian.u32(entries, at(exchange) + CDW10_AT, id);
        LittleEndian.u32(entries, at(exchange) + CDW11_AT, value);
        return run(exchange, MemorySegment.NULL, false);
    }

    void keepAlive() throws IOException {
        run(begin(AdminOpcode.KEEP_ALIVE, 0), MemorySegment.NULL, false);
        require("keep the controller alive");
    }

    /** Asks to be told of the next event. */
    void askEvent() throws IOException {
        Exchange exchange = begin(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST, 0);
        connection.submit(exchange, System.nanoTime());
        connection.neverOverdue(exchange);
    }

    /** The first 4 bytes of an event's completion, and asks for the next; -1 when none came. */
    long takeEvent() throws IOException {
        if (!eventCame) {
            return -1;
        }
        eventCame = false;
        long taken = event & 0xFFFF_FFFFL;
        askEvent();
        return taken;
    }

    /** From now on nobody cancels a wait, but all of them together end at a time. */
    void leave(long untilNanos) {
        leaving = true;
        leaveUntilNanos = untilNanos;
    }

    private Exchange begin(int opcode, int namespaceId) throws IOException {
        Exchange exchange = connection.exchanges().acquire(this);
        if (exchange == null) {
            throw new IOException("The admin queue of " + peer + " is full.");
        }
        SubmissionEntry.begin(entries, at(exchange), opcode, 0, namespaceId);
        return exchange;
    }

    private long at(Exchange exchange) {
        return connection.exchanges().entryAt(exchange);
    }

    private int run(Exchange exchange, MemorySegment data, boolean reads) throws IOException {
        exchange.data(data, 0, (int) data.byteSize(), reads);
        connection.submit(exchange, System.nanoTime());
        awaited = exchange;
        move();
        while (awaited != null) {
            sleep(Long.MAX_VALUE);
            move();
        }
        return status;
    }

    @Override
    public void done(Exchange exchange, int code, long value) {
        long at = at(exchange);
        if (SubmissionEntry.opcode(entries, at) == AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST) {
            eventCame = code == NvmeStatus.SUCCESS;
            event = value;
            return;
        }
        // The answer to one that was cancelled may come late.
        if (exchange == awaited) {
            status = code;
            result = value;
            awaited = null;
        }
    }

    long result() {
        return result;
    }

    private void require(String what) throws IOException {
        if (status != NvmeStatus.SUCCESS) {
            throw new IOException(
                    "The controller at "
                            + peer
                            + " would not "
                            + what
                            + ": "
                            + NvmeStatus.sentence(status)
                            + ".");
        }
    }

    /** Waits for an event, or until a time, or until it is woken. */
    void idle(long untilNanos) throws IOException {
        move();
        if (!eventCame) {
            sleep(untilNanos);
            move();
        }
    }

    private void move() throws IOException {
        link.move(System.nanoTime());
        if (connection.hasFailed()) {
            throw new IOException(
                    "The connection to " + peer + " is over: " + connection.failure() + ".");
        }
        boolean over =
                leaving ? System.nanoTime() - leaveUntilNanos >= 0 : cancelled.getAsBoolean();
        if (over) {
            throw new IOException("The connection to " + peer + " was given up.");
        }
    }

    private void sleep(long mostNanos) {
        long untilNanos = Math.min(mostNanos, link.nextDeadlineNanos());
        untilNanos = leaving ? Math.min(untilNanos, leaveUntilNanos) : untilNanos;
        PollSet set = wakeSet;
        set.clear();
        set.add(wake.descriptor().number(), PollSet.POLLIN);
        if (link.prepareSleep(set)) {
            boolean endless = untilNanos == Long.MAX_VALUE;
            set.poll(endless ? -1 : Math.max(0, untilNanos - System.nanoTime()));
            boolean ignored = wake.drain();
        } else {
            LockSupport.parkNanos(UNSLEEPABLE_NANOS);
        }
        link.wakeUp();
    }

    @Override
    public void close() {
        link.close();
        awaited = null;
        wakeSet.close();
    }
}
