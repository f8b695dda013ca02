package dev.ringroad.uring;

import java.lang.foreign.MemorySegment;

/**
 * Entries about sockets; results are those of the system calls. Addresses ({@code struct
 * sockaddr_…}) are copied when the entry is prepared; buffers stay until the completion, and those
 * of a send without copy until the {@link Completion#NOTIFICATION}.
 */
public final class SocketOperations {
    private static final int ACCEPT_MULTISHOT = 1;
    private static final int POLL_FIRST = 1;
    private static final int RECEIVE_MULTISHOT = 1 << 1;
    private static final int FIXED_BUFFER = 1 << 2;
    private static final int REPORT_COPIES = 1 << 3;
    private static final int BUNDLE = 1 << 4;
    private static final int VECTOR = 1 << 5;

    private final SubmissionQueue queue;

    SocketOperations(SubmissionQueue queue) {
        this.queue = queue;
    }

    /** {@code socket}; the result is the descriptor. */
    public Submission prepareSocket(int family, int type, int protocol) {
        return queue.prepare(Operation.SOCKET, family, type, 0, protocol, 0);
    }

    /** The same, into the table of registered files. */
    public Submission prepareSocketDirect(int family, int type, int protocol, int fileIndex) {
        return prepareSocket(family, type, protocol).fileIndex(fileIndex + 1);
    }

    /** {@code bind}. */
    public Submission prepareBind(int socket, MemorySegment address) {
        long at = beside(address);
        return queue.prepare(Operation.BIND, socket, address.byteSize(), at, 0, 0);
    }

    /** {@code listen}. */
    public Submission prepareListen(int socket, int backlog) {
        return queue.prepare(Operation.LISTEN, socket, 0, 0, backlog, 0);
    }

    /** {@code connect}. */
    public Submission prepareConnect(int socket, MemorySegment address) {
        long at = beside(address);
        return queue.prepare(Operation.CONNECT, socket, address.byteSize(), at, 0, 0);
    }

    // The kernel copies an address when it takes the entry.
    private long beside(MemorySegment address) {
        long bytes = address.byteSize();
        if (bytes > SubmissionQueue.BESIDE_BYTES) {
            throw new IllegalArgumentException("No socket's address has " + bytes + " bytes");
        }
        long at = queue.besideNext();
        MemorySegment.copy(address, 0, queue.beside(), at, bytes);
        return queue.beside().address() + at;
    }

    /**
     * {@code accept4}, without asking for the peer's address; the result is the descriptor.
     *
     * @param flags {@code SOCK_CLOEXEC} and so on
     */
    public Submission prepareAccept(int socket, int flags) {
        return queue.prepare(Operation.ACCEPT, socket, 0, 0, 0, flags);
    }

    /**
     * The same, and asks who the peer is.
     *
     * @param address room for the peer's address, until the completion
     * @param addressBytes an int, which says how much room there is, and by the completion how long
     *     the address is
     */
    public Submission prepareAccept(
            int socket, MemorySegment address, MemorySegment addressBytes, int flags) {
        long length = Memory.address(addressBytes, 0, Integer.BYTES);
        long room = Memory.address(address);
        return queue.prepare(Operation.ACCEPT, socket, length, room, 0, flags);
    }

    /**
     * The same as {@link #prepareAccept(int, int)} into the table of registered files; the result
     * is 0, or with {@link FileOperations#ANY_FILE_INDEX} the index.
     */
    public Submission prepareAcceptDirect(int socket, int flags, int fileIndex) {
        return prepareAccept(socket, flags).fileIndex(fileIndex + 1);
    }

    /** Accepts again and again, with a completion each time. */
    public Submission prepareAcceptMultishot(int socket, int flags) {
        return prepareAccept(socket, flags).priority(ACCEPT_MULTISHOT);
    }

    /**
     * The same, into free places of the table of registered files, whose indices are the results.
     */
    public Submission prepareAcceptMultishotDirect(int socket, int flags) {
        return prepareAcceptMultishot(socket, flags).fileIndex(FileOperations.ANY_FILE_INDEX + 1);
    }

    /** {@code recv}. */
    public Submission prepareReceive(
            int socket, MemorySegment into, long at, int bytes, int flags) {
        long address = Memory.address(into, at, bytes);
        return queue.prepare(Operation.RECV, socket, 0, address, bytes, flags);
    }

    /** Receives into a buffer of a group, once there is something. */
    public Submission prepareReceive(int socket, int group, int flags) {
        return queue.prepare(Operation.RECV, socket, 0, 0, 0, flags).bufferGroup(group);
    }

    /** Receives whenever there is something, into buffers of a group, with a completion each. */
    public Submission prepareReceiveMultishot(int socket, int group, int flags) {
        return prepareReceive(socket, group, flags).priority(RECEIVE_MULTISHOT);
    }

    /**
     * The same, several buffers to one completion: its buffer is the first, in the group's order.
     */
    public Submission prepareReceiveBundles(int socket, int group, int flags) {
        return prepareReceiveMultishot(socket, group, flags).priority(BUNDLE);
    }

    /** As {@link #prepareReceive(int, int, int)}, several buffers to the one completion (6.10). */
    public Submission prepareReceiveBundle(int socket, int group, int flags) {
        return prepareReceive(socket, group, flags).priority(BUNDLE);
    }

    /**
     * Receives whenever there is something, into the memory of a {@link ZeroCopyReceive}, without a
     * copy; a completion each time, whose data {@link ZeroCopyReceive#offset} finds (6.15).
     *
     * @param bytesMax after which it ends; 0 for never
     */
    public Submission prepareReceiveZeroCopy(int socket, int receiverId, int bytesMax) {
        return queue.prepare(Operation.RECV_ZC, socket, 0, 0, bytesMax, 0)
                .priority(RECEIVE_MULTISHOT)
                .fileIndex(receiverId);
    }

    /** As {@link #prepareReceive}, but does not try before the socket is ready. */
    public Submission prepareReceiveWhenReady(
            int socket, MemorySegment into, long at, int bytes, int flags) {
        return prepareReceive(socket, into, at, bytes, flags).priority(POLL_FIRST);
    }

    /** {@code send}. */
    public Submission prepareSend(int socket, MemorySegment from, long at, int bytes, int flags) {
        return send(Operation.SEND, socket, from, at, bytes, flags);
    }

    /** Sends a buffer of a group, the first that was given to it (6.10). */
    public Submission prepareSend(int socket, int group, int flags) {
        return queue.prepare(Operation.SEND, socket, 0, 0, 0, flags).bufferGroup(group);
    }

    /**
     * The same with all buffers of the group that are there, one completion for them all: its
     * buffer is the first, its result how many bytes (6.10).
     */
    public Submission prepareSendBundle(int socket, int group, int flags) {
        return prepareSend(socket, group, flags).priority(BUNDLE);
    }

    /**
     * Sends several pieces of memory, as {@link #prepareSendMessage} does, but without a {@code
     * struct msghdr} (6.17).
     *
     * @param vector of {@code struct iovec}, which has to stay until the entry is submitted
     * @param count of its elements
     */
    public Submission prepareSendVector(int socket, MemorySegment vector, int count, int flags) {
        long address = Memory.address(vector, 0, 16L * count);
        return queue.prepare(Operation.SEND, socket, 0, address, count, flags).priority(VECTOR);
    }

    /** {@code sendto}. */
    public Submission prepareSendTo(
            int socket, MemorySegment from, long at, int bytes, int flags, MemorySegment address) {
        long target = beside(address);
        long data = Memory.address(from, at, bytes);
        return queue.prepare(Operation.SEND, socket, target, data, bytes, flags)
                .fileIndex((int) address.byteSize());
    }

    /**
     * Sends without copying where the path allows it. Two completions: the result, with {@link
     * Completion#MORE} if a second one follows, and the {@link Completion#NOTIFICATION}, from which
     * on the buffer is the caller's again.
     */
    public Submission prepareSendZeroCopy(
            int socket, MemorySegment from, long at, int bytes, int flags) {
        return send(Operation.SEND_ZC, socket, from, at, bytes, flags);
    }

    /** The same to an address. */
    public Submission prepareSendToZeroCopy(
            int socket, MemorySegment from, long at, int bytes, int flags, MemorySegment address) {
        long target = beside(address);
        long data = Memory.address(from, at, bytes);
        return queue.prepare(Operation.SEND_ZC, socket, target, data, bytes, flags)
                .fileIndex((int) address.byteSize());
    }

    /**
     * As {@link #prepareSendZeroCopy}, with a {@link Completion#NOTIFICATION} whose result {@link
     * Completion#wasCopied} understands (6.2).
     */
    public Submission prepareSendZeroCopyReporting(
            int socket, MemorySegment from, long at, int bytes, int flags) {
        return prepareSendZeroCopy(socket, from, at, bytes, flags).priority(REPORT_COPIES);
    }

    /** As {@link #prepareSendZeroCopy}, from memory that lies in a registered buffer. */
    public Submission prepareSendZeroCopyFixed(
            int socket, MemorySegment from, long at, int bytes, int flags, int bufferIndex) {
        return prepareSendZeroCopy(socket, from, at, bytes, flags)
                .priority(FIXED_BUFFER)
                .registeredBuffer(bufferIndex);
    }

    private Submission send(
            Operation operation, int socket, MemorySegment from, long at, int bytes, int flags) {
        long address = Memory.address(from, at, bytes);
        return queue.prepare(operation, socket, 0, address, bytes, flags);
    }

    /**
     * {@code sendmsg}.
     *
     * @param message {@code struct msghdr}, which with all it points at stays until the completion
     */
    public Submission prepareSendMessage(int socket, MemorySegment message, int flags) {
        return message(Operation.SENDMSG, socket, message, flags);
    }

    /** The same without copying, see {@link #prepareSendZeroCopy}. */
    public Submission prepareSendMessageZeroCopy(int socket, MemorySegment message, int flags) {
        return message(Operation.SENDMSG_ZC, socket, message, flags);
    }

    /** {@code recvmsg}; the message and what it points at stay until the completion. */
    public Submission prepareReceiveMessage(int socket, MemorySegment message, int flags) {
        return message(Operation.RECVMSG, socket, message, flags);
    }

    /**
     * Receives messages whenever there are any, into buffers of a group, with a completion each
     * (6.0): the buffer holds a {@link ReceivedMessage}.
     *
     * @param message {@code struct msghdr} that says how much room a buffer has for the address and
     *     the control data, and names no pieces; until the entry is submitted
     */
    public Submission prepareReceiveMessageMultishot(
            int socket, MemorySegment message, int group, int flags) {
        return message(Operation.RECVMSG, socket, message, flags)
                .priority(RECEIVE_MULTISHOT)
                .bufferGroup(group);
    }

    private Submission message(Operation operation, int socket, MemorySegment message, int flags) {
        return queue.prepare(operation, socket, 0, Memory.address(message), 1, flags);
    }

    /** {@code shutdown}: 0 reading, 1 writing, 2 both. */
    public Submission prepareShutdown(int socket, int how) {
        return queue.prepare(Operation.SHUTDOWN, socket, 0, 0, how, 0);
    }
}
