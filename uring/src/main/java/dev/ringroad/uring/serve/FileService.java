package dev.ringroad.uring.serve;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.FileStatus;
import dev.ringroad.core.linux.FilesAt;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.UringLoop;
import dev.ringroad.uring.socket.CloseReason;
import dev.ringroad.uring.socket.ConnectionHandler;
import dev.ringroad.uring.socket.ServerConnection;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Serves the files below a directory over HTTP/1.1: GET and HEAD, kept connections, pipelining,
 * single ranges, dates. A path cannot lead out of the directory, not by dots and not by symbolic
 * links: the kernel resolves it beneath the directory or not at all ({@code RESOLVE_BENEATH}).
 *
 * <p>One a loop, whose thread owns it.
 */
public final class FileService implements ConnectionHandler, AutoCloseable {
    /** Requests that a connection has in flight beside the server's own: opening or reading. */
    public static final int REQUESTS_A_CONNECTION = 1;

    /** How long a client may take to send the head of a request. */
    static final long HEAD_MILLIS = 10_000;

    /** How long a connection is kept between requests. */
    static final long KEPT_MILLIS = 60_000;

    private static final DateTimeFormatter DATES =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final long SECOND_MILLIS = 1000;

    private final UringLoop loop;
    private final Descriptor root;
    private final FileStatus status = new FileStatus(Arena.ofAuto());
    private final long headMillis;
    private final Set<HttpConnection> connections = new HashSet<>();
    private final Deque<HttpConnection> waiting = new ArrayDeque<>();
    private long dateSeconds;
    private String date = "";
    private long requests;

    private FileService(UringLoop loop, Descriptor root, long headMillis) {
        this.loop = loop;
        this.root = root;
        this.headMillis = headMillis;
    }

    /**
     * For the files below a directory.
     *
     * @throws SystemCallException if it is no directory that can be read
     */
    public static FileService of(UringLoop loop, Path directory) throws SystemCallException {
        return of(loop, directory, HEAD_MILLIS);
    }

    static FileService of(UringLoop loop, Path directory, long headMillis)
            throws SystemCallException {
        Descriptor root =
                Descriptor.open(
                        directory.toString(),
                        Descriptor.READ_ONLY | FilesAt.directoryFlag(),
                        0,
                        "name a directory that this user can read");
        return new FileService(loop, root, headMillis);
    }

    UringLoop loop() {
        return loop;
    }

    /** For one answer of the kernel's at a time. */
    FileStatus status() {
        return status;
    }

    int root() {
        return root.number();
    }

    long headMillis() {
        return headMillis;
    }

    /** Requests that were answered so far. */
    public long requests() {
        return requests;
    }

    void countRequest() {
        requests++;
    }

    /** The present, as a header has it. */
    String date() {
        long seconds = System.currentTimeMillis() / SECOND_MILLIS;
        if (seconds != dateSeconds) {
            dateSeconds = seconds;
            date = date(seconds);
        }
        return date;
    }

    static String date(long seconds) {
        return DATES.format(Instant.ofEpochSecond(seconds));
    }

    /** All buffers are out: {@link HttpConnection#bufferIsFree} is called when one is back. */
    void await(HttpConnection connection) {
        waiting.add(connection);
    }

    void serveWaiting(ServerConnection any) {
        while (any.server().available() > 0) {
            HttpConnection next = waiting.poll();
            if (next == null) {
                return;
            }
            next.bufferIsFree();
        }
    }

    @Override
    public void onOpen(ServerConnection connection) {
        HttpConnection made = new HttpConnection(this, connection);
        connections.add(made);
        connection.attach(made);
        connection.deadline(headMillis);
    }

    private static HttpConnection of(ServerConnection connection) {
        if (connection.attachment() instanceof HttpConnection http) {
            return http;
        }
        throw new IllegalStateException("A connection was not opened");
    }

    @Override
    public void onReceive(ServerConnection connection, MemorySegment memory, long at, int bytes) {
        of(connection).onReceive(memory, at, bytes);
    }

    @Override
    public void onSent(ServerConnection connection) {
        of(connection).onSent();
        serveWaiting(connection);
    }

    @Override
    public void onEnd(ServerConnection connection) {
        of(connection).onEnd();
    }

    @Override
    public void onClose(ServerConnection connection, CloseReason reason) {
        HttpConnection http = of(connection);
        connections.remove(http);
        http.onClose();
        serveWaiting(connection);
    }

    /** Lets go of the directory and of files that are open; when the loop has ended. */
    @Override
    public void close() {
        connections.forEach(HttpConnection::onClose);
        connections.clear();
        root.close();
    }
}
