package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.XdpSocket;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.PoolPlacement;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.Checksum;
import dev.ringroad.net.packet.PacketPool;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory that frames of a port lie in, or of several ports of this process that gave it the
 * same name: what came in at one goes out at another without a copy. The kernel knows it once, and
 * each queue has buffer rings of its own (Documentation/networking/af_xdp.rst, "XDP_SHARED_UMEM").
 *
 * <p>Ports may be opened and closed by any thread. The pool, and with it all ports of a memory,
 * belong to one thread at a time.
 */
final class Umem implements AutoCloseable {

    private static final Map<String, Umem> SHARED = new HashMap<>(); // guards all that follows

    private final @Nullable String name;
    private final PoolPlacement place;
    private final SharedRegion region;
    private final PacketPool pool;
    private final List<XdpSocket> bound = new ArrayList<>();
    private int users = 1;
    private boolean metadata;
    private final boolean chained;

    private Umem(AfXdpOptions options, PoolPlacement place, SharedRegion region) {
        name = options.memory();
        chained = options.chained();
        this.place = place;
        this.region = region;
        pool = PacketPool.over(region, 0, options.buffers(), Chunks.BYTES);
    }

    /** The memory for a port, a new one or the one of its name. */
    static Umem open(AfXdpOptions options, PoolPlacement place) throws IOException {
        String name = options.memory();
        synchronized (SHARED) {
            Umem present = name == null ? null : SHARED.get(name);
            if (present != null) {
                if (present.chained != options.chained()) {
                    throw new SpecException(
                            "all ports of umem=" + name + " need the same chained=");
                }
                place.requireSameAs(present.place, "umem=" + name);
                present.users++;
                return present;
            }
            SharedRegion region =
                    SharedRegion.allocate(
                            "afxdp-" + (name == null ? options.name() : name),
                            (long) options.buffers() * Chunks.BYTES,
                            place.placement());
            return opened(new Umem(options, place, region));
        }
    }

    private static Umem opened(Umem made) {
        if (made.name != null) {
            SHARED.put(made.name, made);
        }
        return made;
    }

    /** Memory that another process has registered. */
    static Umem received(AfXdpOptions options, SharedRegion region, boolean metadata) {
        PoolPlacement place = new PoolPlacement(Placement.ordinary(), false);
        Umem made = new Umem(options, place, region);
        made.metadata = metadata;
        return made;
    }

    /** To pass to another process; it stays this object's. */
    Descriptor descriptor() {
        return region.descriptor();
    }

    PacketPool pool() {
        return pool;
    }

    /** Whether there are {@link TxMetadata#BYTES} of requests before frames to transmit. */
    boolean hasMetadata() {
        synchronized (SHARED) {
            return metadata;
        }
    }

    /** A socket that the kernel knows the memory by; null when it does not know it yet. */
    @Nullable XdpSocket known() {
        synchronized (SHARED) {
            return bound.isEmpty() ? null : bound.getFirst();
        }
    }

    /** Tells the kernel of the memory. Requests are asked for, and done without where unknown. */
    void register(XdpSocket socket, AfXdpOptions options) throws IOException {
        boolean wanted = options.timestamps() || options.checksum() != Checksum.SOFTWARE;
        boolean byKernel = options.checksum() == Checksum.KERNEL;
        synchronized (SHARED) {
            metadata =
                    wanted
                            && socket.registerWithMetadata(
                                            region.segment(),
                                            Chunks.BYTES,
                                            TxMetadata.BYTES,
                                            byKernel)
                                    >= 0;
            if (!metadata) {
                socket.register(region.segment(), Chunks.BYTES);
            }
        }
    }

    /** A socket has been bound. */
    void joined(XdpSocket socket) {
        synchronized (SHARED) {
            bound.add(socket);
        }
    }

    /** A socket is going to be closed. */
    void left(XdpSocket socket) {
        synchronized (SHARED) {
            bound.remove(socket);
        }
    }

    /** The last port frees it. */
    @Override
    public void close() {
        synchronized (SHARED) {
            if (--users > 0) {
                return;
            }
            if (name != null) {
                SHARED.remove(name);
            }
        }
        try (region) {
            pool.close();
        }
    }
}
