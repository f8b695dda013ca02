package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory into which a network adapter receives the payload of TCP segments itself, while the kernel
 * keeps the connection (6.15; Documentation/networking/iou-zcrx.rst). Entries of {@link
 * SocketOperations#prepareReceiveZeroCopy} name its {@link #id}; a completion's data lie at {@link
 * #offset} of its {@link Uring#completionExtra first extra long}, and go back with {@link #release}
 * and {@link #publish}.
 *
 * <p>The adapter has to be one whose driver hands a receive queue over and splits headers from
 * data, with a queue of its own that only the wanted connections are steered to; that is set up
 * with ethtool beforehand. The process needs {@code CAP_NET_ADMIN}. Of virtual adapters there is
 * none: this class is tested up to the kernel's refusal, its arithmetic against memory, and has not
 * yet received a byte.
 *
 * <pre>
 *   struct io_uring_zcrx_ifq_reg (linux/io_uring.h), 96 bytes
 *   0           4       8         12      16     24       32
 *   | interface | queue | entries | flags | area | region | head | tail | entries' place | reserved |
 *   64   68
 *   | id | reserved |
 *
 *   struct io_uring_zcrx_area_reg, 48 bytes               struct io_uring_region_desc, 64 bytes
 *   0         8       16      24      28                  0         8       16      20
 *   | address | bytes | token | flags | reserved |        | address | bytes | flags | reserved |
 * </pre>
 *
 * <p>Owned by the ring's thread.
 */
public final class ZeroCopyReceive implements AutoCloseable {
    private static final int REGISTER_QUEUE = 32;
    private static final int REQUEST_BYTES = 96;
    private static final int AREA_BYTES = 48;
    private static final int REGION_BYTES = 64;
    private static final int REGION_IS_OURS = 1;
    private static final long OFFSET_MASK = (1L << 48) - 1;

    /** {@code IO_RQ_MAX_ENTRIES}. */
    private static final int ENTRIES_MAX = 1 << 15;

    private final SharedRegion area;
    private final SharedRegion ring;
    private final RefillRing refill;
    private final long areaToken;
    private final int id;

    private ZeroCopyReceive(
            SharedRegion area, SharedRegion ring, RefillRing refill, long areaToken, int id) {
        this.area = area;
        this.ring = ring;
        this.refill = refill;
        this.areaToken = areaToken;
        this.id = id;
    }

    /**
     * Takes a receive queue of an adapter for a ring, until the ring is closed.
     *
     * @param owner made with {@link SetupFlag#DEFER_TASKRUN}, and {@link SetupFlag#CQE32} or {@link
     *     SetupFlag#CQE_MIXED}
     * @param interfaceIndex as {@link java.net.NetworkInterface#getIndex} has it
     * @param queue of the adapter, from 0
     * @param areaBytes of memory to receive into, rounded up to pages
     * @param entries of the ring that gives memory back, a power of two up to 32768
     * @throws SystemCallException when the adapter or the kernel refuses, with what is missing
     */
    public static ZeroCopyReceive open(
            Uring owner, int interfaceIndex, int queue, long areaBytes, int entries)
            throws SystemCallException {
        if (entries < 1 || entries > ENTRIES_MAX || Integer.bitCount(entries) != 1) {
            throw new IllegalArgumentException(
                    "A refill ring has a power of two of entries, up to "
                            + ENTRIES_MAX
                            + ", not "
                            + entries);
        }
        long ringBytes = PageSize.ORDINARY.bytes() + (long) entries * RefillRing.ENTRY_BYTES;
        SharedRegion area = SharedRegion.allocate("ringroad-zcrx", areaBytes, Placement.ordinary());
        try {
            SharedRegion ring =
                    SharedRegion.allocate("ringroad-refill", ringBytes, Placement.ordinary());
            try {
                return register(owner, interfaceIndex, queue, entries, area, ring);
            } catch (Throwable t) {
                ring.close();
                throw t;
            }
        } catch (Throwable t) {
            area.close();
            throw t;
        }
    }

    private static ZeroCopyReceive register(
            Uring owner,
            int interfaceIndex,
            int queue,
            int entries,
            SharedRegion area,
            SharedRegion ring)
            throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ofArea = arena.allocate(AREA_BYTES, Long.BYTES);
            ofArea.set(JAVA_LONG, 0, area.segment().address());
            ofArea.set(JAVA_LONG, 8, area.segment().byteSize());
            MemorySegment ofRing = arena.allocate(REGION_BYTES, Long.BYTES);
            ofRing.set(JAVA_LONG, 0, ring.segment().address());
            ofRing.set(JAVA_LONG, 8, ring.segment().byteSize());
            ofRing.set(JAVA_INT, 16, REGION_IS_OURS);
            MemorySegment request = arena.allocate(REQUEST_BYTES, Long.BYTES);
            request.set(JAVA_INT, 0, interfaceIndex);
            request.set(JAVA_INT, 4, queue);
            request.set(JAVA_INT, 8, entries);
            request.set(JAVA_LONG, 16, ofArea.address());
            request.set(JAVA_LONG, 24, ofRing.address());
            int done = IoUring.register(owner.descriptor().number(), REGISTER_QUEUE, request, 1);
            if (done < 0) {
                String call =
                        "io_uring_register(receive queue "
                                + queue
                                + " of interface "
                                + interfaceIndex
                                + ")";
                throw new SystemCallException(call, -done, missing(-done));
            }
            RefillRing refill =
                    new RefillRing(
                            ring.segment(),
                            request.get(JAVA_INT, 32),
                            request.get(JAVA_INT, 36),
                            request.get(JAVA_INT, 40),
                            request.get(JAVA_INT, 8));
            long token = ofArea.get(JAVA_LONG, 16);
            return new ZeroCopyReceive(area, ring, refill, token, request.get(JAVA_INT, 64));
        }
    }

    private static String missing(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "run with CAP_NET_ADMIN, as the queue could show others' data";
            case Errno.ENODEV, Errno.ENXIO ->
                    "name an interface and a queue that there are: ip link, ethtool -l";
            case Errno.EOPNOTSUPP ->
                    "take an adapter whose driver hands over receive queues, and a kernel with"
                            + " CONFIG_IO_URING_ZCRX; loopback, veth and tap cannot";
            case Errno.EINVAL ->
                    "use Linux 6.15 or later, a ring with DEFER_TASKRUN and CQE32, and an adapter"
                            + " that splits headers from data: ethtool -G NAME tcp-data-split on";
            case Errno.EBUSY -> "take a queue that no XDP program and nobody else uses";
            default -> "";
        };
    }

    /** What entries name it by. */
    public int id() {
        return id;
    }

    /** What is received into. */
    public MemorySegment memory() {
        return area.segment();
    }

    /**
     * Where in {@link #memory} the data of a completion begin; its result is how many bytes there
     * are.
     *
     * @param extra {@link Uring#completionExtra} of index 0
     */
    public static long offset(long extra) {
        return extra & OFFSET_MASK;
    }

    /**
     * Gives the data of a completion back; the kernel sees it once {@link #publish} is called.
     *
     * @return false when the ring is full: publish, and try again once the kernel has taken some
     */
    public boolean release(long extra, int bytes) {
        return refill.offer(offset(extra) | areaToken, bytes);
    }

    /** Shows the kernel what was released. */
    public void publish() {
        refill.publish();
    }

    /** Unmaps the memory; to be called after the ring is closed. A second call does nothing. */
    @Override
    public void close() {
        area.close();
        ring.close();
    }
}
