package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * Entries whose meaning a driver or a protocol defines ({@code IORING_OP_URING_CMD}).
 *
 * <pre>
 *   0           8         16                     24        28
 *   | ...       | command | level | option (sockets) | length | flags | ...
 *   44                      48
 *   | option length (sockets) | body: 16 bytes, or 80 with {@link SetupFlag#SQE128}
 * </pre>
 */
public final class CommandOperations {
    private static final int BODY_BYTES = 16;
    private static final int LARGE_BODY_BYTES = 80;
    private static final int REGISTERED_BUFFER = 1;

    private static final int SOCKET_BYTES_TO_READ = 0;
    private static final int SOCKET_BYTES_UNSENT = 1;
    private static final int SOCKET_GET_OPTION = 2;
    private static final int SOCKET_SET_OPTION = 3;

    private final SubmissionQueue queue;

    CommandOperations(SubmissionQueue queue) {
        this.queue = queue;
    }

    /**
     * Passes a command through to a driver, such as that of an NVMe drive ({@code
     * NVME_URING_CMD_IO}, 72 bytes).
     *
     * @param command what to do, as the driver numbers it
     * @param body copied into the entry: at most 16 bytes, or 80 on a ring with {@link
     *     SetupFlag#SQE128}
     */
    public Submission prepareDevice(int device, int command, MemorySegment body) {
        return device(device, command, body, 0);
    }

    /** The same for a command whose memory lies in a registered buffer. */
    public Submission prepareDeviceFixed(
            int device, int command, MemorySegment body, int bufferIndex) {
        return device(device, command, body, REGISTERED_BUFFER).registeredBuffer(bufferIndex);
    }

    private Submission device(int device, int command, MemorySegment body, int flags) {
        boolean large = queue.hasLargeEntries();
        int bytesMax = large ? LARGE_BODY_BYTES : BODY_BYTES;
        if (body.byteSize() > bytesMax) {
            throw new IllegalArgumentException(
                    "A command for a device has up to "
                            + bytesMax
                            + " bytes here, not "
                            + body.byteSize()
                            + (large ? "" : "; 80 on a ring that is opened with SQE128"));
        }
        Submission submission = command(device, command, 0, 0, flags);
        submission.command(body, bytesMax);
        return submission;
    }

    /** How many bytes could be received at once ({@code SIOCINQ}); the result. */
    public Submission prepareBytesToRead(int socket) {
        return command(socket, SOCKET_BYTES_TO_READ, 0, 0, 0);
    }

    /** How many bytes are sent and not acknowledged yet ({@code SIOCOUTQ}); the result. */
    public Submission prepareBytesUnsent(int socket) {
        return command(socket, SOCKET_BYTES_UNSENT, 0, 0, 0);
    }

    /**
     * {@code getsockopt}, of the level {@code SOL_SOCKET} only; the result is how many bytes the
     * answer has.
     *
     * @param into until the completion
     */
    public Submission prepareGetOption(int socket, int level, int option, MemorySegment into) {
        return option(SOCKET_GET_OPTION, socket, level, option, into);
    }

    /**
     * {@code setsockopt}.
     *
     * @param value until the completion
     */
    public Submission prepareSetOption(int socket, int level, int option, MemorySegment value) {
        return option(SOCKET_SET_OPTION, socket, level, option, value);
    }

    private Submission option(int command, int socket, int level, int option, MemorySegment value) {
        if (value.byteSize() < JAVA_INT.byteSize()) {
            throw new IllegalArgumentException(
                    "A socket's option has 4 bytes at least, not " + value.byteSize());
        }
        long address = Memory.address(value);
        return command(socket, command, Integer.toUnsignedLong(level) | (long) option << 32, 0, 0)
                .fileIndex(Math.toIntExact(value.byteSize()))
                .address3(address);
    }

    private Submission command(int file, int command, long address, int length, int flags) {
        long number = Integer.toUnsignedLong(command);
        return queue.prepare(Operation.URING_CMD, file, number, address, length, flags);
    }
}
