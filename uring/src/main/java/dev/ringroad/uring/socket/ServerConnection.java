package dev.ringroad.uring.socket;

import org.jspecify.annotations.Nullable;

/**
 * A connection of a {@link UringServer}: its queue of buffers to send, of which one is with the
 * kernel at a time so that bytes keep their order, and the one entry that receives. The object is
 * used again for later connections. Owned by the loop's thread.
 */
public final class ServerConnection {
    private static final int MSG_WAITALL = 0x100;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_MORE = 0x8000;

    /** Buffers that may wait to be sent before the connection is read from no more. */
    private static final int QUEUED_MAX = 16;

    private static final int QUEUED_AGAIN = 4;

    private final UringServer server;
    private final int index;

    private @Nullable SendBuffer first;
    private @Nullable SendBuffer last;
    private @Nullable SendBuffer received;
    private @Nullable Object attachment;
    private int queued;
    private int inFlight;
    private long receiveRequest;
    private long sendRequest;
    private boolean open;
    private boolean receiving;
    private boolean cancelling;
    private boolean sending;
    private boolean paused;
    private boolean congested;
    private boolean starved;

    /** Stands in the server's queue, perhaps for a connection that has ended since. */
    private boolean isHungry;

    private boolean ended;
    private boolean closingWhenSent;
    private long lingerMillis;
    private @Nullable CloseReason closing;
    private int lastTick;
    private int deadlineTick;

    ServerConnection(UringServer server, int index) {
        this.server = server;
        this.index = index;
    }

    /** What the handler keeps for this connection. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Keeps something for this connection until it is closed. */
    public void attach(@Nullable Object kept) {
        attachment = kept;
    }

    /** Its place in the server, from 1 to the most connections; unique among those open. */
    public int index() {
        return index;
    }

    /** Its server. */
    public UringServer server() {
        return server;
    }

    /** Whether something can be sent. */
    public boolean isOpen() {
        return open && closing == null;
    }

    /** Buffers that wait to be sent. */
    public int queued() {
        return queued;
    }

    /**
     * Sends bytes of the buffer that {@link ConnectionHandler#onReceive} speaks of, without copying
     * them; only during that call, and once.
     */
    public void sendBack(long at, int bytes) {
        SendBuffer buffer = received;
        if (buffer == null) {
            throw new IllegalStateException("Nothing was received that could be sent back now");
        }
        received = null;
        enqueue(buffer, at, bytes, 0);
    }

    /**
     * Sends bytes of a buffer, which goes back to its server afterwards; also when the connection
     * is closing, and nothing is sent.
     *
     * @param at where the bytes begin in {@link SendBuffer#memory}
     * @param more whether more follows at once, so that the kernel need not send a short segment
     */
    public void send(SendBuffer buffer, long at, int bytes, boolean more) {
        enqueue(buffer, at, bytes, more ? MSG_MORE : 0);
    }

    private void enqueue(SendBuffer buffer, long at, int bytes, int flags) {
        if (!isOpen() || bytes == 0) {
            server.giveBack(buffer);
            return;
        }
        buffer.at = at;
        buffer.bytes = bytes;
        buffer.flags = flags | MSG_WAITALL | MSG_NOSIGNAL;
        buffer.next = null;
        if (last == null) {
            first = buffer;
        } else {
            last.next = buffer;
        }
        last = buffer;
        queued++;
        if (!sending) {
            sendFirst(buffer);
        } else if (!congested && queued > (server.isScarce() ? 1 : QUEUED_MAX)) {
            congested = true;
            server.countPause();
            stopReceiving();
        }
    }

    private void sendFirst(SendBuffer buffer) {
        sending = true;
        inFlight++;
        sendRequest = server.send(index, buffer);
    }

    void onSendCompletion(int result) {
        inFlight--;
        sending = false;
        SendBuffer buffer = first;
        if (buffer == null || closing != null) {
            closeIfQuiet();
            return;
        }
        if (result <= 0) {
            close(server.reasonOf(result));
            return;
        }
        lastTick = server.tick();
        if (result < buffer.bytes) { // the kernel was interrupted
            buffer.at += result;
            buffer.bytes -= result;
            sendFirst(buffer);
            return;
        }
        SendBuffer following = buffer.next;
        first = following;
        queued--;
        server.giveBack(buffer);
        if (following != null) {
            sendFirst(following);
        } else {
            last = null;
        }
        bufferSent();
        if (congested && queued <= QUEUED_AGAIN) {
            congested = false;
            receive();
        }
    }

    private void bufferSent() {
        if (queued > 0 || !closingWhenSent) {
            server.handler().onSent(this);
        } else if (lingerMillis == 0) {
            close(CloseReason.DONE);
        } else {
            halfClose();
        }
    }

    // Who closes while the peer still sends, resets the connection, and what was sent may be lost.
    private void halfClose() {
        deadline(lingerMillis);
        inFlight++;
        server.shutdownOutput(index);
    }

    void onShutdownCompletion() {
        inFlight--;
        if (ended && isOpen()) {
            close(CloseReason.DONE);
        } else {
            closeIfQuiet();
        }
    }

    void opened() {
        open = true;
        lastTick = server.tick();
        server.handler().onOpen(this);
        receive();
    }

    private void receive() {
        if (receiving || paused || congested || ended || starved || !isOpen()) {
            return;
        }
        receiving = true;
        inFlight++;
        receiveRequest = server.receive(index);
    }

    void onReceiveCompletion(int result, @Nullable SendBuffer buffer, boolean isLast) {
        if (isLast) {
            inFlight--;
            receiving = false;
        }
        if (buffer != null && (closing != null || result <= 0)) {
            server.giveBack(buffer);
        }
        if (closing != null) {
            closeIfQuiet();
            return;
        }
        if (result > 0 && buffer != null) {
            lastTick = server.tick();
            received = buffer;
            if (!closingWhenSent) {
                server.handler().onReceive(this, buffer.memory(), buffer.start(), result);
            }
            if (received != null) {
                received = null;
                server.giveBack(buffer);
            }
        }
        if (isLast) {
            receivingEnded(result);
        }
    }

    private void receivingEnded(int result) {
        if (result == 0) {
            ended = true;
            if (!closingWhenSent) {
                server.handler().onEnd(this);
            } else if (queued == 0 && isOpen()) {
                close(CloseReason.DONE);
            }
        } else if (server.isShortage(result)) {
            starve();
        } else if (result > 0 || server.isCancelled(result)) {
            receive();
        } else {
            close(server.reasonOf(result));
        }
        if (closing != null) {
            closeIfQuiet();
        }
    }

    private void starve() {
        if (!isHungry) {
            isHungry = server.starving(this);
        }
        starved = isHungry;
        receive();
    }

    /** There are buffers to receive into again; answers whether it has use for one. */
    boolean fed() {
        isHungry = false;
        boolean was = starved;
        starved = false;
        receive();
        return was && receiving;
    }

    /** Reads from the peer no more, until {@link #resume}; what is on its way still comes. */
    public void pause() {
        paused = true;
        stopReceiving();
    }

    /** Reads again. */
    public void resume() {
        paused = false;
        receive();
    }

    private void stopReceiving() {
        if (receiving && !cancelling && isOpen()) {
            cancel(receiveRequest);
        }
    }

    private void cancel(long request) {
        cancelling = true;
        inFlight++;
        server.cancel(index, request);
    }

    void onCancelCompletion() {
        inFlight--;
        cancelling = false;
        if (closing != null) {
            cancelTheRest();
        } else if (receiving && (paused || congested)) {
            stopReceiving();
        }
    }

    /** Closes once everything is sent. */
    public void closeWhenSent() {
        if (queued == 0) {
            close();
        } else {
            closingWhenSent = true;
            lingerMillis = 0;
        }
    }

    /**
     * Ends the connection so that the peer gets what was sent even if it goes on sending: says the
     * end once everything is sent, and closes when the peer has said its own, or after so long.
     * What still comes is not shown to the handler.
     *
     * @param millis above 0
     */
    public void endWhenSent(long millis) {
        if (!isOpen() || closingWhenSent) {
            return;
        }
        closingWhenSent = true;
        lingerMillis = millis;
        resume(); // to find the peer's end
        if (queued == 0) {
            halfClose();
        }
    }

    /** Closes now; what has not been sent is lost. */
    public void close() {
        close(CloseReason.DONE);
    }

    void close(CloseReason reason) {
        if (!isOpen()) {
            return;
        }
        closing = reason;
        cancelTheRest();
    }

    // One at a time: the room for requests counts on it.
    private void cancelTheRest() {
        if (server.isStopped() || cancelling) {
            closeIfQuiet();
        } else if (receiving) {
            cancel(receiveRequest);
        } else if (sending) {
            cancel(sendRequest);
        } else {
            closeIfQuiet();
        }
    }

    private void closeIfQuiet() {
        CloseReason reason = closing;
        if (reason == null || inFlight > 0 || !open) {
            return;
        }
        open = false;
        for (SendBuffer buffer = first; buffer != null; ) {
            SendBuffer following = buffer.next;
            server.giveBack(buffer);
            buffer = following;
        }
        server.closed(this, reason);
    }

    /** The loop is closing: it cancels everything itself. */
    void stopped() {
        if (isOpen()) {
            closing = CloseReason.STOPPED;
        }
    }

    /** Forgets the connection that has ended. */
    void reset() {
        first = null;
        last = null;
        attachment = null;
        queued = 0;
        paused = false;
        congested = false;
        starved = false;
        ended = false;
        closingWhenSent = false;
        lingerMillis = 0;
        closing = null;
        deadlineTick = 0;
    }

    /** Closes the connection after so long, traffic or not; 0 lifts that. */
    public void deadline(long millis) {
        int ticks = server.ticks(millis);
        deadlineTick = ticks == 0 ? 0 : Math.max(1, server.tick() + ticks);
    }

    void onTick(int tick, int idleTicks) {
        boolean idle = idleTicks > 0 && tick - lastTick > idleTicks;
        boolean late = deadlineTick != 0 && tick - deadlineTick > 0;
        if (isOpen() && (idle || late)) {
            close(CloseReason.TIMED_OUT);
        }
    }
}
