package dev.ringroad.nvme.fabrics.transport;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.StreamSockets;
import dev.ringroad.core.linux.SystemCallException;

import java.lang.foreign.MemorySegment;

/** A connection of the kernel. */
final class KernelStream implements ByteStream {
    private final Descriptor socket;
    private boolean connected;
    private String trouble = "";

    KernelStream(Descriptor socket, boolean connected) {
        this.socket = socket;
        this.connected = connected;
    }

    @Override
    public int connect() {
        if (connected) {
            return 1;
        }
        if (!trouble.isEmpty() || !socket.isOpen()) {
            return FAILED;
        }
        try (PollSet writable = new PollSet(1)) {
            writable.add(socket.number(), PollSet.POLLOUT);
            if (writable.poll(0) == 0) {
                return 0;
            }
        }
        int error;
        try {
            error = StreamSockets.takeError(socket);
        } catch (SystemCallException e) {
            error = e.errno();
        }
        if (error != 0) {
            return failed(error);
        }
        connected = true;
        return 1;
    }

    @Override
    public int read(MemorySegment into, long offset, int bytes) {
        int read = socket.read(into, offset, bytes);
        if (read > 0) {
            return read;
        }
        if (read == 0) {
            if (bytes == 0) {
                return 0;
            }
            trouble = "the peer has closed the connection";
            return ENDED;
        }
        return without(read);
    }

    @Override
    public int write(MemorySegment from, long offset, int bytes) {
        int written = socket.write(from, offset, bytes);
        return written >= 0 ? written : without(written);
    }

    private int without(int result) {
        return result == -Errno.EAGAIN || result == -Errno.EINTR ? 0 : failed(-result);
    }

    private int failed(int errno) {
        trouble = Errno.describe(errno) + " (" + Errno.nameOf(errno) + ")";
        return FAILED;
    }

    @Override
    public boolean readsStraight() {
        return true;
    }

    @Override
    public boolean prepareSleep(PollSet wake, boolean forRoom) {
        if (!socket.isOpen()) {
            return false;
        }
        boolean room = forRoom || !connected;
        wake.add(socket.number(), connected ? inOrOut(room) : PollSet.POLLOUT);
        return true;
    }

    private static int inOrOut(boolean room) {
        return room ? PollSet.POLLIN | PollSet.POLLOUT : PollSet.POLLIN;
    }

    @Override
    public String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        socket.close();
    }
}
