package dev.ringroad.uring.socket;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.uring.BufferGroup;
import dev.ringroad.uring.Completion;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.ControlOperations;
import dev.ringroad.uring.FileTable;
import dev.ringroad.uring.SocketOperations;
import dev.ringroad.uring.UringBuffer;
import dev.ringroad.uring.UringBuffers;
import dev.ringroad.uring.UringLoop;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * A server on a loop: one entry accepts all connections, one entry a connection receives, into
 * buffers that all connections share, and what was received can be sent back from where it lies.
 * Connections live in the ring's table of files, so that they need no descriptors. Nothing is
 * allocated for a message.
 *
 * <p>One a loop, as the table is. Owned by the loop's thread; what it has ends with the loop.
 */
public final class UringServer implements CompletionHandler {
    private static final int GROUP = 1;
    private static final int LISTENER = 0;
    private static final int FIRST_CONNECTION = 1;

    private static final int ACCEPT = 0;
    private static final int RECEIVE = 1;
    private static final int SEND = 2;
    private static final int CANCEL = 3;
    private static final int CLOSE = 4;
    private static final int TICK = 5;
    private static final int SHUTDOWN = 6;
    private static final int KIND_BITS = 3;
    private static final int WRITING = 1;
    private static final int KIND_MASK = (1 << KIND_BITS) - 1;

    private static final int TICK_MILLIS = 100;
    private static final long TICK_NANOS = TICK_MILLIS * 1_000_000L;

    /** Buffers that the kernel has in any case, and for each connection. */
    private static final int KERNEL_BUFFERS_MIN = 32;

    private static final int KERNEL_BUFFERS_EACH = 2;

    /** Buffers are scarce when less than this part of them is nobody's. */
    private static final int SCARCE_PART = 4;

    private final UringLoop loop;
    private final ConnectionHandler handler;
    private final SocketOperations sockets;
    private final BufferGroup group;
    private final SendBuffer[] received;
    private final @Nullable UringBuffers pool;
    private final SendBuffer[] free;
    private final ServerConnection[] connections;
    private final ServerConnection[] hungry;
    private final SocketAddress address;
    private final int connectionsMax;
    private final int idleTicks;
    private int freeCount;
    private int hungryFirst;
    private int hungryCount;
    private final int[] spare;
    private int spareCount;
    private int kernelBuffers;
    private int openCount;
    private int tick;
    private boolean accepting;
    private boolean stopping;
    private long acceptRequest;

    private long accepted;
    private long acceptErrors;
    private long receives;
    private long bytesReceived;
    private long sends;
    private long bytesSent;
    private long starved;
    private long pauses;
    private long resets;
    private long timeOuts;

    private UringServer(
            UringLoop loop, ServerConfig config, ConnectionHandler handler, Listener listener)
            throws SystemCallException {
        this.loop = loop;
        this.handler = handler;
        address = listener.address();
        sockets = loop.ring().sockets();
        connectionsMax = config.connectionsMax();
        idleTicks = ticks(config.idleMillis());
        int places = FIRST_CONNECTION + connectionsMax;
        FileTable table = loop.ring().registerFiles(places);
        table.chooseFrom(FIRST_CONNECTION, connectionsMax);
        table.set(LISTENER, listener.descriptor().number());
        int buffers = config.receiveBuffers();
        group = loop.allocateBufferGroup(GROUP, buffers, config.receiveBytes(), false);
        kernelBuffers = buffers;
        spare = new int[buffers];
        received = new SendBuffer[buffers];
        for (int id = 0; id < buffers; id++) {
            received[id] =
                    new SendBuffer(group.memory(), group.offset(id), config.receiveBytes(), id);
        }
        connections = new ServerConnection[places];
        for (int i = FIRST_CONNECTION; i < places; i++) {
            connections[i] = new ServerConnection(this, i);
        }
        hungry = new ServerConnection[places];
        free = new SendBuffer[config.sendBuffers()];
        pool = config.sendBuffers() == 0 ? null : allocate(loop, config);
        fill();
    }

    private static UringBuffers allocate(UringLoop loop, ServerConfig config)
            throws SystemCallException {
        return loop.allocateBuffers(config.sendBuffers(), config.sendBytes(), Placement.ordinary());
    }

    private void fill() {
        for (int i = 0; i < free.length && pool != null; i++) {
            UringBuffer buffer = pool.acquire();
            if (buffer != null) {
                free[freeCount++] = new SendBuffer(buffer);
            }
        }
    }

    /**
     * Begins to serve, on the loop's thread.
     *
     * @throws IOException if it cannot listen there, or the limits of this process are too low for
     *     so many connections and buffers; with the remedy
     * @throws IllegalArgumentException if the loop has no room for so many requests
     */
    public static UringServer open(UringLoop loop, ServerConfig config, ConnectionHandler handler)
            throws IOException {
        if (loop.room() < config.requestsMax()) {
            throw new IllegalArgumentException(
                    "A server for "
                            + config.connectionsMax()
                            + " connections needs a loop with room for "
                            + config.requestsMax()
                            + " requests, not "
                            + loop.room());
        }
        // The place in the table keeps the listener open.
        try (Listener listener = Listener.open(config)) {
            UringServer made = new UringServer(loop, config, handler, listener);
            made.accept();
            made.startTicks();
            return made;
        }
    }

    private record Listener(Descriptor descriptor, SocketAddress address) implements AutoCloseable {

        static Listener open(ServerConfig config) throws IOException {
            Descriptor descriptor =
                    Listening.open(config.address(), config.backlog(), config.sharedPort());
            try {
                return new Listener(descriptor, Listening.localAddress(descriptor));
            } catch (Throwable t) {
                descriptor.close();
                throw t;
            }
        }

        @Override
        public void close() {
            descriptor.close();
        }
    }

    /** Where it listens, with the port that the kernel chose. */
    public SocketAddress address() {
        return address;
    }

    /** The loop that it lives on. */
    public UringLoop loop() {
        return loop;
    }

    /** A buffer to send from, or null when all are out; {@link #release} it or send it. */
    public @Nullable SendBuffer acquire() {
        return freeCount == 0 ? null : free[--freeCount];
    }

    /** Takes back what {@link #acquire} gave, if it is not sent. */
    public void release(SendBuffer buffer) {
        giveBack(buffer);
    }

    /** How many buffers {@link #acquire} has. */
    public int available() {
        return freeCount;
    }

    /** What was done so far. */
    public ServerStatistics statistics() {
        return new ServerStatistics(
                accepted,
                openCount,
                acceptErrors,
                receives,
                bytesReceived,
                sends,
                bytesSent,
                starved,
                pauses,
                resets,
                timeOuts);
    }

    /** Accepts no more, and closes all connections; they are gone after some rounds. */
    public void stop() {
        if (stopping) {
            return;
        }
        stopping = true;
        cancelAccept();
        for (int i = FIRST_CONNECTION; i < connections.length; i++) {
            connections[i].close(CloseReason.STOPPED);
        }
    }

    ConnectionHandler handler() {
        return handler;
    }

    int tick() {
        return tick;
    }

    int ticks(long millis) {
        long whole = millis / TICK_MILLIS + (millis % TICK_MILLIS > 0 ? 1 : 0);
        return (int) Math.min(whole, Integer.MAX_VALUE / 2);
    }

    boolean isStopped() {
        return loop.isClosing();
    }

    boolean isScarce() {
        return kernelBuffers + spareCount < received.length / SCARCE_PART;
    }

    void countPause() {
        pauses++;
    }

    private long begin(int kind, int index) {
        while (!loop.makeRoom(1)) {
            Thread.onSpinWait(); // the kernel lacks memory for now
        }
        return loop.begin(this, (long) index << KIND_BITS | kind, null);
    }

    long receive(int index) {
        long request = begin(RECEIVE, index);
        sockets.prepareReceiveMultishot(index, GROUP, 0).fixedFile().token(request);
        return request;
    }

    long send(int index, SendBuffer buffer) {
        long request = begin(SEND, index);
        sockets.prepareSend(index, buffer.memory(), buffer.at, buffer.bytes, buffer.flags)
                .fixedFile()
                .token(request);
        return request;
    }

    void shutdownOutput(int index) {
        long request = begin(SHUTDOWN, index);
        sockets.prepareShutdown(index, WRITING).fixedFile().token(request);
    }

    void cancel(int index, long request) {
        long own = begin(CANCEL, index);
        loop.ring().control().prepareCancel(request, 0).token(own);
    }

    void giveBack(SendBuffer buffer) {
        if (!buffer.isReceived()) {
            free[freeCount++] = buffer;
            return;
        }
        spare[spareCount++] = buffer.groupId();
        supply();
    }

    // The kernel takes buffers in the order in which it got them. With few of them it comes to
    // the same ones soon, and finds them in the cache; the last one given back is the warmest.
    private void supply() {
        int wanted = KERNEL_BUFFERS_MIN + KERNEL_BUFFERS_EACH * openCount;
        if (kernelBuffers >= wanted || spareCount == 0) {
            return;
        }
        while (kernelBuffers < wanted && spareCount > 0) {
            group.giveBack(spare[--spareCount]);
            kernelBuffers++;
        }
        group.publish();
        int served = 0;
        while (hungryCount > 0 && served < kernelBuffers) {
            served += feed() ? 1 : 0;
        }
    }

    private boolean feed() {
        ServerConnection next = hungry[hungryFirst];
        hungryFirst = hungryFirst + 1 == hungry.length ? 0 : hungryFirst + 1;
        hungryCount--;
        return next.fed();
    }

    /** Says whether the connection stands in the queue of the hungry from now on. */
    boolean starving(ServerConnection connection) {
        starved++;
        if (kernelBuffers > 0) { // some have come back since
            return false;
        }
        int at = hungryFirst + hungryCount++;
        hungry[at < hungry.length ? at : at - hungry.length] = connection;
        return true;
    }

    boolean isShortage(int result) {
        return result == -Errno.ENOBUFS;
    }

    boolean isCancelled(int result) {
        return result == -Errno.ECANCELED;
    }

    CloseReason reasonOf(int result) {
        return switch (-result) {
            case Errno.ECONNRESET, Errno.EPIPE, Errno.ENOTCONN, Errno.ETIMEDOUT ->
                    CloseReason.RESET;
            default -> CloseReason.FAILED;
        };
    }

    void closed(ServerConnection connection, CloseReason reason) {
        openCount--;
        switch (reason) {
            case RESET -> resets++;
            case TIMED_OUT -> timeOuts++;
            default -> {}
        }
        handler.onClose(connection, reason);
        if (!isStopped()) {
            long request = begin(CLOSE, connection.index());
            loop.ring().files().prepareCloseDirect(connection.index()).token(request);
        }
    }

    @Override
    public void onCompletion(long token, int result, int flags) {
        int index = (int) (token >>> KIND_BITS);
        ServerConnection connection = connections[index];
        boolean last = Completion.isLast(flags);
        if (loop.isClosing() && connection != null) {
            connection.stopped();
        }
        switch ((int) token & KIND_MASK) {
            case RECEIVE -> onReceive(connection, result, flags, last);
            case SEND -> {
                sends++;
                bytesSent += Math.max(0, result);
                connection.onSendCompletion(result);
            }
            case CANCEL -> onCancel(connection);
            case CLOSE -> onClosed();
            case SHUTDOWN -> connection.onShutdownCompletion();
            case ACCEPT -> onAccept(result, last);
            default -> onTick(last);
        }
    }

    private void onReceive(ServerConnection connection, int result, int flags, boolean last) {
        SendBuffer buffer = null;
        if ((flags & Completion.BUFFER) != 0) {
            buffer = received[Completion.bufferId(flags)];
            kernelBuffers--;
            receives++;
            bytesReceived += result;
        }
        connection.onReceiveCompletion(result, buffer, last);
    }

    private void onCancel(@Nullable ServerConnection connection) {
        if (connection != null) {
            connection.onCancelCompletion();
        }
    }

    private void onClosed() {
        if (!accepting) {
            accept();
        }
    }

    private void accept() {
        if (stopping || isStopped() || openCount >= connectionsMax) {
            return;
        }
        accepting = true;
        acceptRequest = begin(ACCEPT, LISTENER);
        sockets.prepareAcceptMultishotDirect(LISTENER, 0).fixedFile().token(acceptRequest);
    }

    private void cancelAccept() {
        if (accepting) {
            cancel(LISTENER, acceptRequest);
        }
    }

    private void onAccept(int result, boolean last) {
        accepting &= !last;
        if (result >= FIRST_CONNECTION) {
            accepted++;
            openCount++;
            supply();
            connections[result].reset();
            connections[result].opened();
            if (stopping) {
                connections[result].close(CloseReason.STOPPED);
            } else if (openCount == connectionsMax) {
                cancelAccept(); // the rest waits in the backlog
            }
        } else if (result != -Errno.ECANCELED) {
            acceptErrors++;
        }
        // After an error of the machine, such as too many open files, the next tick tries again.
        if (!accepting && (result >= 0 || result == -Errno.ECONNABORTED)) {
            accept();
        }
    }

    private void startTicks() {
        long request = begin(TICK, LISTENER);
        loop.ring()
                .control()
                .prepareTimeout(TICK_NANOS, 0, ControlOperations.TIMEOUT_MULTISHOT)
                .token(request);
    }

    private void onTick(boolean last) {
        if (isStopped()) {
            return;
        }
        tick++;
        for (int i = FIRST_CONNECTION; i < connections.length; i++) {
            connections[i].onTick(tick, idleTicks);
        }
        if (!accepting) {
            accept();
        }
        if (last) {
            startTicks();
        }
    }
}
