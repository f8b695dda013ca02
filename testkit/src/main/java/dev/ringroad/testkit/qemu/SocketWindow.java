package dev.ringroad.testkit.qemu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * A range of the machine's memory behind the test socket: what registers and configuration space
 * are made of. An offset behind its end throws {@link IndexOutOfBoundsException}, a socket that has
 * gone {@link UncheckedIOException}. Any thread may use it.
 *
 * @param base where it begins in the machine's memory
 */
record SocketWindow(TestSocket socket, long base, long bytes) {
    /**
     * Reads.
     *
     * @param width 1, 2, 4 or 8 bytes, at once
     */
    long read(int width, long offset) {
        try {
            return socket.read(width, address(width, offset));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes, and waits until that is done. */
    void write(int width, long offset, long value) {
        try {
            socket.write(width, address(width, offset), value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes without waiting; a later read finds it done. */
    void post(int width, long offset, long value) {
        try {
            socket.post(width, address(width, offset), value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where an offset is in the machine's memory; checks that it is in the window. */
    long address(int width, long offset) {
        return base + Objects.checkFromIndexSize(offset, (long) width, bytes);
    }
}
