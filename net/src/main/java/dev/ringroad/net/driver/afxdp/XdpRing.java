package dev.ringroad.net.driver.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.XdpSocket;
import dev.ringroad.core.linux.XdpSocket.Layout;
import dev.ringroad.core.linux.XdpSocket.Ring;
import dev.ringroad.core.memory.KernelMapping;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * One of a socket's rings, mapped. We produce into FILL and TRANSMIT, and consume from RECEIVE and
 * COMPLETION; the kernel does the opposite.
 *
 * <pre>
 *   entry of RECEIVE and TRANSMIT (struct xdp_desc)       entry of FILL and COMPLETION
 *   0         8       12        16                        0         8
 *   | address | bytes | options |                         | address |
 * </pre>
 *
 * <p>Both cursors are 32 bits wide and run freely. Whoever moves one stores it with release after
 * the entries; whoever follows it loads it with acquire before reading them.
 */
final class XdpRing implements AutoCloseable {

    private static final VarHandle CURSOR = JAVA_INT.varHandle().withInvokeExactBehavior();

    /** {@code XDP_TX_METADATA}, an option of a frame: there are requests before it. */
    static final int METADATA = 1 << 1;

    /** {@code XDP_PKT_CONTD}, an option of a frame: it goes on in the next entry. */
    static final int CONTINUED = 1;

    private static final int NEED_WAKEUP = 1;
    private static final int FRAME_ENTRY_BYTES = 16;
    private static final long BYTES_AT = 8;
    private static final long OPTIONS_AT = 12;

    private final KernelMapping mapping;
    private final MemorySegment ring;
    private final Layout layout;
    private final int size;
    private final long entryBytes;

    private XdpRing(KernelMapping mapping, Layout layout, int size, long entryBytes) {
        this.mapping = mapping;
        this.ring = mapping.segment();
        this.layout = layout;
        this.size = size;
        this.entryBytes = entryBytes;
    }

    /**
     * Maps a ring, and proves that what the kernel says of it lies inside.
     *
     * @param size in entries, a power of two
     */
    static XdpRing map(XdpSocket socket, Ring which, int size) throws IOException {
        Layout layout = socket.layout(which);
        boolean frames = which == Ring.RECEIVE || which == Ring.TRANSMIT;
        int entryBytes = frames ? FRAME_ENTRY_BYTES : Long.BYTES;
        check(layout);
        long bytes = layout.descriptors() + (long) size * entryBytes;
        KernelMapping mapping = KernelMapping.map(socket.descriptor(), which.mapOffset(), bytes);
        return new XdpRing(mapping, layout, size, entryBytes);
    }

    private static void check(Layout l) throws IOException {
        if (!isInside(l.producer(), l.descriptors())
                || !isInside(l.consumer(), l.descriptors())
                || !isInside(l.flags(), l.descriptors())
                || l.descriptors() % Long.BYTES != 0) {
            throw new IOException("The kernel tells a ring's layout that cannot be: " + l);
        }
    }

    private static boolean isInside(long at, long end) {
        return at >= 0 && at % Integer.BYTES == 0 && at <= end - Integer.BYTES && end <= 1 << 20;
    }

    int size() {
        return size;
    }

    int producerAcquire() {
        return (int) CURSOR.getAcquire(ring, layout.producer());
    }

    int consumerAcquire() {
        return (int) CURSOR.getAcquire(ring, layout.consumer());
    }

    void producerRelease(int cursor) {
        CURSOR.setRelease(ring, layout.producer(), cursor);
    }

    void consumerRelease(int cursor) {
        CURSOR.setRelease(ring, layout.consumer(), cursor);
    }

    /** Whether the kernel wants to be called before it goes on. */
    boolean needsWakeup() {
        return ((int) CURSOR.getAcquire(ring, layout.flags()) & NEED_WAKEUP) != 0;
    }

    private long entry(int cursor) {
        return layout.descriptors() + (cursor & (size - 1)) * entryBytes;
    }

    long address(int cursor) {
        return ring.get(JAVA_LONG, entry(cursor));
    }

    int bytes(int cursor) {
        return ring.get(JAVA_INT, entry(cursor) + BYTES_AT);
    }

    boolean isContinued(int cursor) {
        return (ring.get(JAVA_INT, entry(cursor) + OPTIONS_AT) & CONTINUED) != 0;
    }

    void address(int cursor, long address) {
        ring.set(JAVA_LONG, entry(cursor), address);
    }

    void frame(int cursor, long address, int bytes, int options) {
        long at = entry(cursor);
        ring.set(JAVA_LONG, at, address);
        ring.set(JAVA_INT, at + BYTES_AT, bytes);
        ring.set(JAVA_INT, at + OPTIONS_AT, options);
    }

    @Override
    public void close() {
        mapping.close();
    }
}
