package dev.ringroad.uring.serve;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FileStatus;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.UringLoop;
import dev.ringroad.uring.socket.SendBuffer;
import dev.ringroad.uring.socket.ServerConnection;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One client of the file server: its requests one after the other, each from its head to the last
 * byte of the answer.
 */
final class HttpConnection {
    static final int HEAD_BYTES_MAX = 8 * 1024;

    /** What a pipelining client may send ahead. */
    private static final int INBOX_BYTES_MAX = 512 * 1024;

    private static final int INBOX_BYTES = 2 * 1024;
    private static final long LINGER_MILLIS = 2_000;

    /** Buffers of a file that are on their way at a time. */
    private static final int AHEAD = 2;

    private static final int PATH_BYTES = 128;
    private static final byte SLASH = '/';
    private static final byte[] INDEX = "index.html".getBytes(StandardCharsets.US_ASCII);
    private static final long OPEN_FLAGS = 02000000 | 04000 | 0400; // CLOEXEC, NONBLOCK, NOCTTY

    /** {@code RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH} ({@code linux/openat2.h}). */
    private static final long RESOLVE = 0x02 | 0x08;

    private final FileService service;
    private final ServerConnection connection;
    private final UringLoop loop;
    private byte[] inbox = new byte[INBOX_BYTES];
    private int inboxFrom;
    private int inboxTo;
    private boolean answering;
    private boolean headBegun;
    private boolean ended;
    private boolean closed;

    private @Nullable RequestHead request;
    private @Nullable Descriptor file;
    private @Nullable SendBuffer filling;
    private MemorySegment names = MemorySegment.NULL;
    private byte[] path = {};
    private byte[] head = {};
    private boolean waiting;
    private long position;
    private long remaining;

    HttpConnection(FileService service, ServerConnection connection) {
        this.service = service;
        this.connection = connection;
        loop = service.loop();
    }

    void onReceive(MemorySegment memory, long at, int bytes) {
        if (!makeRoom(bytes)) {
            connection.close(); // it sends on and on, and never waits for an answer
            return;
        }
        MemorySegment.copy(memory, JAVA_BYTE, at, inbox, inboxTo, bytes);
        inboxTo += bytes;
        if (!answering) {
            nextRequest();
        } else if (inboxTo - inboxFrom > HEAD_BYTES_MAX) {
            connection.pause();
        }
    }

    private boolean makeRoom(int bytes) {
        int kept = inboxTo - inboxFrom;
        if (kept + bytes > INBOX_BYTES_MAX) {
            return false;
        }
        if (inboxTo + bytes > inbox.length) {
            byte[] larger =
                    kept + bytes <= inbox.length
                            ? inbox
                            : new byte[Math.max(2 * inbox.length, kept + bytes)];
            System.arraycopy(inbox, inboxFrom, larger, 0, kept);
            inbox = larger;
            inboxFrom = 0;
            inboxTo = kept;
        }
        return true;
    }

    private void nextRequest() {
        while (!answering && connection.isOpen()) {
            skipEmptyLines();
            int end = RequestHead.end(inbox, inboxFrom, inboxTo);
            int bytes = (end < 0 ? inboxTo : end) - inboxFrom;
            if (bytes > HEAD_BYTES_MAX) {
                refuse(HttpStatus.HEADERS_TOO_LARGE);
                return;
            }
            if (end < 0) {
                awaitHead(bytes);
                return;
            }
            RequestHead made = RequestHead.parse(inbox, inboxFrom, end);
            inboxFrom = end;
            begin(made);
        }
    }

    private void awaitHead(int bytes) {
        if (ended) {
            connection.closeWhenSent();
        } else {
            connection.resume();
            if (bytes == 0 && !headBegun) {
                connection.deadline(FileService.KEPT_MILLIS);
            }
        }
    }

    // RFC 9112, section 2.2: they may come before a request line.
    private void skipEmptyLines() {
        boolean any = inboxTo > inboxFrom;
        while (inboxTo - inboxFrom >= 2
                && inbox[inboxFrom] == '\r'
                && inbox[inboxFrom + 1] == '\n') {
            inboxFrom += 2;
        }
        if (any) {
            startOfHead(); // an empty line is a beginning too, or such lines would put it off
        }
    }

    // From its first byte on, so that bytes that trickle in do not put it off.
    private void startOfHead() {
        if (!headBegun) {
            headBegun = true;
            connection.deadline(service.headMillis());
        }
    }

    private void begin(RequestHead made) {
        HttpStatus refusal = made.refusal();
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        request = made;
        beginAnswer();
        byte[] asked = made.path();
        boolean isFolder = asked[asked.length - 1] == SLASH;
        path = Arrays.copyOf(asked, asked.length + (isFolder ? INDEX.length : 0));
        if (isFolder) {
            System.arraycopy(INDEX, 0, path, asked.length, INDEX.length);
        }
        open();
    }

    private void beginAnswer() {
        answering = true;
        headBegun = false;
        connection.deadline(0);
        service.countRequest();
    }

    private void open() {
        int from = 0;
        while (from < path.length && path[from] == SLASH) {
            from++;
        }
        MemorySegment name = name(from);
        long own = begin(name, this::opened);
        loop.ring().files().prepareOpen(service.root(), name, OPEN_FLAGS, 0, RESOLVE).token(own);
    }

    // One at a time is opened, so that there is one piece of memory for all paths.
    private MemorySegment name(int from) {
        int bytes = path.length - from;
        if (names.byteSize() <= bytes) {
            names = Arena.ofAuto().allocate(2L * bytes + PATH_BYTES);
        }
        MemorySegment.copy(path, from, names, JAVA_BYTE, 0, bytes);
        names.set(JAVA_BYTE, bytes, (byte) 0);
        return names.asSlice(0, bytes + 1L);
    }

    /** Takes the result of an opening or a reading. */
    @FunctionalInterface
    private interface Step {
        void done(int result);
    }

    private long begin(@Nullable Object keep, Step step) {
        while (!loop.makeRoom(1)) {
            Thread.onSpinWait(); // the kernel lacks memory for now
        }
        return loop.begin((_, result, _) -> step.done(result), 0, keep);
    }

    private void opened(int result) {
        if (result < 0) {
            if (!isGone()) {
                answer(statusOf(-result), "");
            }
            return;
        }
        Descriptor made = Descriptor.adopt(result);
        if (isGone()) {
            made.close();
            return;
        }
        file = made;
        try {
            made.nonBlocking(false);
            if (service.status().ask(made.number()) < 0) {
                answer(HttpStatus.INTERNAL_ERROR, "");
            } else {
                serve(service.status());
            }
        } catch (SystemCallException e) {
            answer(HttpStatus.INTERNAL_ERROR, "");
        }
    }

    private boolean isGone() {
        return closed || loop.isClosing() || !connection.isOpen();
    }

    private static HttpStatus statusOf(int errno) {
        return switch (errno) {
            case Errno.ENOENT,
                    Errno.ENOTDIR,
                    Errno.EXDEV,
                    Errno.ELOOP,
                    Errno.ENAMETOOLONG,
                    Errno.ENXIO ->
                    HttpStatus.NOT_FOUND;
            case Errno.EACCES, Errno.EPERM -> HttpStatus.FORBIDDEN;
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.EAGAIN -> HttpStatus.UNAVAILABLE;
            default -> HttpStatus.INTERNAL_ERROR;
        };
    }

    private void serve(FileStatus status) {
        RequestHead asked = request;
        if (asked == null) {
            throw new IllegalStateException("A file was opened that nobody asked for");
        }
        if (status.kind() == FileStatus.DIRECTORY) {
            answer(HttpStatus.MOVED_PERMANENTLY, "Location: " + encoded() + "/\r\n");
            return;
        }
        if (status.kind() != FileStatus.REGULAR) {
            answer(HttpStatus.NOT_FOUND, "");
            return;
        }
        long modified = status.modifiedSeconds();
        String fields = "Last-Modified: " + FileService.date(modified) + "\r\n";
        if (asked.isFresh(modified)) {
            send(HttpStatus.NOT_MODIFIED, fields, 0, 0);
            return;
        }
        fields += "Accept-Ranges: bytes\r\nContent-Type: " + ContentTypes.of(pathText()) + "\r\n";
        // Only a GET has ranges: RFC 9110, section 14.2.
        ByteRange range = asked.isHead() ? null : asked.range(modified);
        long bytes = status.bytes();
        if (range == null) {
            send(HttpStatus.OK, fields + length(bytes), 0, bytes);
        } else if (range.start(bytes) >= bytes) {
            answer(HttpStatus.RANGE_NOT_SATISFIABLE, "Content-Range: bytes */" + bytes + "\r\n");
        } else {
            long start = range.start(bytes);
            long part = range.bytes(bytes);
            String place = start + "-" + (start + part - 1) + "/" + bytes;
            fields += "Content-Range: bytes " + place + "\r\n";
            send(HttpStatus.PARTIAL_CONTENT, fields + length(part), start, part);
        }
    }

    private static String length(long bytes) {
        return "Content-Length: " + bytes + "\r\n";
    }

    private String pathText() {
        return new String(path, StandardCharsets.ISO_8859_1);
    }

    // A location is text without what a header must not have.
    private String encoded() {
        StringBuilder text = new StringBuilder("/");
        int from = 0;
        while (from < path.length && path[from] == SLASH) {
            from++; // two of them would name another host
        }
        for (int i = from; i < path.length; i++) {
            int c = path[i] & 0xFF;
            boolean plain = c > ' ' && c < 0x7F && "%?#\"<>\\^`{|}".indexOf(c) < 0;
            text.append(plain ? String.valueOf((char) c) : "%%%02X".formatted(c));
        }
        return text.toString();
    }

    /** An answer that is a sentence, after which the connection ends. */
    private void refuse(HttpStatus status) {
        String fields = status == HttpStatus.METHOD_NOT_ALLOWED ? "Allow: GET, HEAD\r\n" : "";
        request = null;
        inboxFrom = inboxTo;
        beginAnswer();
        text(status, fields, true, false);
    }

    /** An answer that is a sentence. */
    private void answer(HttpStatus status, String fields) {
        RequestHead asked = request;
        closeFile();
        boolean ends = asked == null || !asked.keepsAlive();
        text(status, fields, ends, asked != null && asked.isHead());
    }

    private void text(HttpStatus status, String fields, boolean ends, boolean isHead) {
        String body = status.code() + " " + status.reason() + "\n";
        String all =
                firstLines(status, ends)
                        + fields
                        + "Content-Type: text/plain; charset=utf-8\r\n"
                        + length(body.length())
                        + "\r\n"
                        + (isHead ? "" : body);
        head = all.getBytes(StandardCharsets.ISO_8859_1);
        remaining = 0;
        continueAnswer();
    }

    private String firstLines(HttpStatus status, boolean ends) {
        return "HTTP/1.1 "
                + status.code()
                + " "
                + status.reason()
                + "\r\nServer: ringroad\r\nDate: "
                + service.date()
                + "\r\n"
                + (ends ? "Connection: close\r\n" : "");
    }

    private void send(HttpStatus status, String fields, long from, long bytes) {
        RequestHead asked = request;
        boolean ends = asked == null || !asked.keepsAlive();
        String all = firstLines(status, ends) + fields + "\r\n";
        head = all.getBytes(StandardCharsets.ISO_8859_1);
        position = from;
        remaining = asked != null && asked.isHead() ? 0 : bytes;
        continueAnswer();
    }

    private void continueAnswer() {
        if (filling != null || waiting || isGone() || connection.queued() >= AHEAD) {
            return;
        }
        SendBuffer buffer = connection.server().acquire();
        if (buffer == null) {
            waiting = true;
            service.await(this);
            return;
        }
        if (head.length > buffer.capacity()) { // what a client asked for is part of it
            release(buffer);
            headTooLong();
            return;
        }
        MemorySegment memory = buffer.memory();
        MemorySegment.copy(head, 0, memory, JAVA_BYTE, buffer.start(), head.length);
        Descriptor source = file;
        if (remaining == 0 || source == null) {
            complete(buffer, head.length, 0);
            return;
        }
        filling = buffer;
        int bytes = (int) Math.min(remaining, buffer.capacity() - head.length);
        long at = buffer.start() + head.length;
        long own = begin(null, this::filled);
        loop.ring().files().prepareRead(source.number(), memory, at, bytes, position).token(own);
    }

    private void headTooLong() {
        boolean isRefusal = request == null;
        boolean isHead = request != null && request.isHead();
        closeFile();
        request = null;
        inboxFrom = inboxTo;
        if (isRefusal) {
            connection.close(); // the buffers have no room for an answer at all
        } else {
            text(HttpStatus.URI_TOO_LONG, "", true, isHead);
        }
    }

    void bufferIsFree() {
        waiting = false;
        continueAnswer();
    }

    private void filled(int result) {
        SendBuffer buffer = filling;
        filling = null;
        if (buffer == null) {
            return;
        }
        if (isGone()) { // and the connection's object perhaps another client's by now
            release(buffer);
            return;
        }
        if (result <= 0) {
            release(buffer);
            // What was promised is no longer there: only an end that is no end tells the client.
            connection.close();
            return;
        }
        complete(buffer, head.length + result, result);
    }

    private void release(SendBuffer buffer) {
        connection.server().release(buffer);
        service.serveWaiting(connection);
    }

    private void complete(SendBuffer buffer, int bytes, int ofFile) {
        position += ofFile;
        remaining -= ofFile;
        head = new byte[0];
        boolean more = remaining > 0;
        connection.send(buffer, buffer.start(), bytes, more);
        if (more) {
            continueAnswer();
        } else {
            answered();
        }
    }

    private void answered() {
        closeFile();
        RequestHead asked = request;
        request = null;
        answering = false;
        if (asked != null && asked.keepsAlive()) {
            nextRequest();
        } else {
            connection.endWhenSent(LINGER_MILLIS);
        }
    }

    void onSent() {
        if (head.length > 0 || remaining > 0) {
            continueAnswer();
        }
    }

    /** The client sends no more; what it asked for before it still gets. */
    void onEnd() {
        ended = true;
        if (!answering) {
            connection.closeWhenSent();
        }
    }

    private void closeFile() {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    void onClose() {
        closed = true;
        closeFile();
    }
}
