package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * What {@link SocketOperations#prepareReceiveMessageMultishot} puts into a buffer. The lengths are
 * the kernel's; where the pieces lie follows from what was asked for.
 *
 * <pre>
 *   struct io_uring_recvmsg_out (linux/io_uring.h), 16 bytes, at the buffer's begin
 *   0               4               8               12      16
 *   | address bytes | control bytes | payload bytes | flags | address | control | payload
 * </pre>
 *
 * @param addressBytes of the sender's address, which may be longer than the room for it
 * @param controlBytes of the control data, which fit into the room for them
 * @param payloadAt where in the buffer the payload begins
 * @param payloadBytes of it that lie in the buffer
 * @param flags {@code MSG_}, such as {@code MSG_TRUNC}
 */
public record ReceivedMessage(
        int addressBytes, int controlBytes, int payloadAt, int payloadBytes, int flags) {
    /** Where in the buffer the address begins; behind the room for it the control data. */
    public static final int ADDRESS_AT = 16;

    /**
     * Looks at a buffer.
     *
     * @param at where the buffer begins
     * @param bytes the result of the completion
     * @param addressRoom as the {@code struct msghdr} has it
     * @param controlRoom as the {@code struct msghdr} has it
     */
    public static ReceivedMessage of(
            MemorySegment memory, long at, int bytes, int addressRoom, int controlRoom) {
        int payloadAt = ADDRESS_AT + addressRoom + controlRoom;
        if (bytes < payloadAt) {
            throw new IllegalArgumentException(
                    "A received message has a header, an address and control data, "
                            + payloadAt
                            + " bytes, not "
                            + bytes);
        }
        MemorySegment header = memory.asSlice(at, ADDRESS_AT);
        return new ReceivedMessage(
                header.get(JAVA_INT_UNALIGNED, 0),
                header.get(JAVA_INT_UNALIGNED, 4),
                payloadAt,
                bytes - payloadAt,
                header.get(JAVA_INT_UNALIGNED, 12));
    }
}
