package dev.ringroad.uring;

/**
 * {@code struct epoll_event} ({@code linux/eventpoll.h}), which is packed on x86 and nowhere else.
 *
 * <pre>
 *   0        4 (x86)   8 (others)
 *   | events | data, 8 bytes |
 * </pre>
 */
final class EpollEvent {
    private static final boolean PACKED =
            System.getProperty("os.arch", "").matches("amd64|x86_64|x86");

    static final int DATA_AT = PACKED ? 4 : 8;
    static final int BYTES = DATA_AT + Long.BYTES;

    private EpollEvent() {}
}
