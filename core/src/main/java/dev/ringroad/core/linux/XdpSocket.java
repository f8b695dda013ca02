package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A socket that exchanges frames with one queue of a network interface through memory of our own
 * ({@code linux/if_xdp.h}, {@code Documentation/networking/af_xdp.rst}).
 *
 * <p>To set up: {@link #register} the memory, size the four {@link Ring rings}, map them, and
 * {@link #bind}.
 */
public final class XdpSocket implements AutoCloseable {

    /** The rings, with where to map them and the options that size them and tell their layout. */
    public enum Ring {
        RECEIVE(2, 0, 0x0L),
        TRANSMIT(3, 32, 0x8000_0000L),
        FILL(5, 64, 0x1_0000_0000L),
        COMPLETION(6, 96, 0x1_8000_0000L);

        private final int option;
        private final long layoutAt;
        private final long mapOffset;

        Ring(int option, long layoutAt, long mapOffset) {
            this.option = option;
            this.layoutAt = layoutAt;
            this.mapOffset = mapOffset;
        }

        /** The offset at which the socket's descriptor offers this ring. */
        public long mapOffset() {
            return mapOffset;
        }
    }

    /** Where in its mapping a ring has what, in bytes. */
    public record Layout(long producer, long consumer, long descriptors, long flags) {}

    /** {@code XDP_COPY}: the kernel copies between its buffers and the memory. */
    public static final int BIND_COPY = 1 << 1;

    /** {@code XDP_ZEROCOPY}: the adapter itself uses the memory, or binding fails. */
    public static final int BIND_ZERO_COPY = 1 << 2;

    /** {@code XDP_USE_NEED_WAKEUP}: the rings say whether the kernel wants to be called. */
    public static final int BIND_NEED_WAKEUP = 1 << 3;

    /** {@code XDP_USE_SG}: frames may lie in several buffers. */
    public static final int BIND_SEVERAL_BUFFERS = 1 << 4;

    private static final int BIND_SHARED_MEMORY = 1 << 0;
    private static final int AF_XDP = 44;
    private static final int SOL_XDP = 283;
    private static final int XDP_MMAP_OFFSETS = 1;
    private static final int XDP_UMEM_REG = 4;
    private static final int XDP_STATISTICS = 7;
    private static final int XDP_OPTIONS = 8;
    private static final int XDP_MAX_TX_SKB_BUDGET = 9;
    private static final int METADATA_CHECKSUM_BY_KERNEL = 1 << 1;
    private static final int METADATA_LENGTH_GIVEN = 1 << 2;
    private static final int SO_BUSY_POLL = 46;
    private static final int SO_PREFER_BUSY_POLL = 69;
    private static final int SO_BUSY_POLL_BUDGET = 70;
    private static final int BUSY_POLL_MICROS = 20;
    private static final int OPTION_ZERO_COPY = 1;

    private static final long OFFSETS_BYTES = 128;
    private static final long MEMORY_BYTES = 32;
    private static final long ADDRESS_BYTES = 16;
    private static final int STATISTICS_BYTES = 48;

    private final Descriptor descriptor;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment answer = arena.allocate(STATISTICS_BYTES, Long.BYTES);
    private final MemorySegment answerBytes = arena.allocate(JAVA_INT);

    private XdpSocket(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** Opens a socket in the calling thread's network namespace. */
    public static XdpSocket open() throws SystemCallException {
        return new XdpSocket(
                Sockets.open(
                        AF_XDP,
                        Sockets.RAW,
                        0,
                        "socket(AF_XDP)",
                        "run as root or with CAP_NET_RAW, on a kernel with CONFIG_XDP_SOCKETS"));
    }

    /** Takes a socket over that another process has opened, registered and bound. */
    public static XdpSocket adopt(Descriptor descriptor) {
        return new XdpSocket(descriptor);
    }

    /**
     * Says which memory the frames lie in; the kernel pins it for the socket's life.
     *
     * @param chunkBytes of each frame's buffer: 2048 or 4096
     */
    public void register(MemorySegment memory, int chunkBytes) throws SystemCallException {
        Native.check(
                register(memory, chunkBytes, 0, 0),
                "setsockopt(XDP_UMEM_REG, " + memory.byteSize() + " bytes)",
                "raise the limit of locked memory (ulimit -l), or run as root");
    }

    /**
     * The same for frames to transmit that have requests before them ({@code struct
     * xsk_tx_metadata}, since Linux 6.8).
     *
     * @param metadataBytes before each frame to transmit, a multiple of 8
     * @param checksumByKernel whether the kernel computes checksums itself, which leaves nothing to
     *     the driver or the other end
     * @return zero or the negated errno
     */
    public int registerWithMetadata(
            MemorySegment memory, int chunkBytes, int metadataBytes, boolean checksumByKernel) {
        int flags = METADATA_LENGTH_GIVEN | (checksumByKernel ? METADATA_CHECKSUM_BY_KERNEL : 0);
        return register(memory, chunkBytes, flags, metadataBytes);
    }

    private int register(MemorySegment memory, int chunkBytes, int flags, int metadataBytes) {
        try (Arena request = Arena.ofConfined()) {
            MemorySegment registration = request.allocate(MEMORY_BYTES, Long.BYTES);
            registration.set(JAVA_LONG, 0, memory.address());
            registration.set(JAVA_LONG, 8, memory.byteSize());
            registration.set(JAVA_INT, 16, chunkBytes);
            registration.set(JAVA_INT, 24, flags);
            registration.set(JAVA_INT, 28, metadataBytes);
            return Sockets.option(descriptor, SOL_XDP, XDP_UMEM_REG, registration);
        }
    }

    /** Lets one {@link #kick} send as many frames as a ring holds, where the kernel can (6.17). */
    public void sendAtOnce(int frames) {
        int unused = Sockets.option(descriptor, SOL_XDP, XDP_MAX_TX_SKB_BUDGET, frames);
    }

    /**
     * Has the calls on this socket do the adapter's receiving, instead of interrupts.
     *
     * @param frames at most in one call
     */
    public void busyPoll(int frames) throws SystemCallException {
        String rights = "run as root or with CAP_NET_ADMIN";
        int preferred = Sockets.option(descriptor, Sockets.SOL_SOCKET, SO_PREFER_BUSY_POLL, 1);
        Native.check(preferred, "setsockopt(SO_PREFER_BUSY_POLL)", rights);
        int micros = Sockets.option(descriptor, Sockets.SOL_SOCKET, SO_BUSY_POLL, BUSY_POLL_MICROS);
        Native.check(micros, "setsockopt(SO_BUSY_POLL)", rights);
        int budget = Sockets.option(descriptor, Sockets.SOL_SOCKET, SO_BUSY_POLL_BUDGET, frames);
        Native.check(budget, "setsockopt(SO_BUSY_POLL_BUDGET, " + frames + ")", rights);
    }

    /**
     * Makes a ring.
     *
     * @param entries a power of two
     */
    public void size(Ring ring, int entries) throws SystemCallException {
        Native.check(
                Sockets.option(descriptor, SOL_XDP, ring.option, entries),
                "setsockopt(" + ring + " ring, " + entries + " entries)",
                "");
    }

    /** Where a ring has what, as the kernel tells. */
    public Layout layout(Ring ring) throws SystemCallException {
        try (Arena request = Arena.ofConfined()) {
            MemorySegment offsets = request.allocate(OFFSETS_BYTES, Long.BYTES);
            MemorySegment bytes = request.allocateFrom(JAVA_INT, (int) OFFSETS_BYTES);
            Native.check(
                    Sockets.ask(descriptor, SOL_XDP, XDP_MMAP_OFFSETS, offsets, bytes),
                    "getsockopt(XDP_MMAP_OFFSETS)",
                    "");
            if (bytes.get(JAVA_INT, 0) != OFFSETS_BYTES) {
                throw new SystemCallException(
                        "getsockopt(XDP_MMAP_OFFSETS)",
                        Errno.EOPNOTSUPP,
                        "use Linux 5.4 or later, whose rings have flags");
            }
            return new Layout(
                    offsets.get(JAVA_LONG, ring.layoutAt),
                    offsets.get(JAVA_LONG, ring.layoutAt + 8),
                    offsets.get(JAVA_LONG, ring.layoutAt + 16),
                    offsets.get(JAVA_LONG, ring.layoutAt + 24));
        }
    }

    /**
     * Connects the socket with a queue; zero or the negated errno.
     *
     * @param flags a union of the {@code BIND_} constants
     */
    public int bind(int interfaceIndex, int queue, int flags) {
        return bind(interfaceIndex, queue, flags, 0);
    }

    /**
     * Connects the socket with a queue, its frames lying in the memory of another socket that is
     * bound already, and in the same mode; zero or the negated errno.
     */
    public int bindSharing(int interfaceIndex, int queue, XdpSocket other) {
        return bind(interfaceIndex, queue, BIND_SHARED_MEMORY, other.descriptor.number());
    }

    private int bind(int interfaceIndex, int queue, int flags, int other) {
        try (Arena request = Arena.ofConfined()) {
            MemorySegment address = request.allocate(ADDRESS_BYTES, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) AF_XDP);
            address.set(JAVA_SHORT, 2, (short) flags);
            address.set(JAVA_INT, 4, interfaceIndex);
            address.set(JAVA_INT, 8, queue);
            address.set(JAVA_INT, 12, other);
            return Sockets.bind(descriptor, address);
        }
    }

    /** Whether the adapter itself uses the memory. */
    public boolean isZeroCopy() {
        answerBytes.set(JAVA_INT, 0, Integer.BYTES);
        return Sockets.ask(descriptor, SOL_XDP, XDP_OPTIONS, answer, answerBytes) >= 0
                && (answer.get(JAVA_INT, 0) & OPTION_ZERO_COPY) != 0;
    }

    /** Has the kernel look at the transmit ring; zero or more, or the negated errno. */
    public int kick() {
        return Sockets.kick(descriptor);
    }

    /** Has the kernel look at the fill ring. */
    public void pull() {
        Sockets.pull(descriptor);
    }

    /** Reads the kernel's statistics, which the next three methods tell; false when it fails. */
    public boolean readStatistics() {
        answerBytes.set(JAVA_INT, 0, STATISTICS_BYTES);
        return Sockets.ask(descriptor, SOL_XDP, XDP_STATISTICS, answer, answerBytes) >= 0;
    }

    /**
     * Received frames that the kernel dropped for other reasons than a ring, such as their length.
     */
    public long receivedDropped() {
        return answer.get(JAVA_LONG, 0);
    }

    /** Transmit descriptors that the kernel took for wrong. */
    public long transmitInvalid() {
        return answer.get(JAVA_LONG, 16);
    }

    /** Received frames for which the receive ring had no entry or the fill ring no buffer. */
    public long ringFull() {
        return answer.get(JAVA_LONG, 24) + answer.get(JAVA_LONG, 32);
    }

    /** To map and to wait on; it stays this object's. */
    public Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        descriptor.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
