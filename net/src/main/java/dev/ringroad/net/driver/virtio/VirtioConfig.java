package dev.ringroad.net.driver.virtio;

import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.virtio.VirtioFeature;

import java.util.List;

/**
 * How a virtio device is set up.
 *
 * <p>What the back end has to agree to ({@code packed} to {@code events}) is wished for only: it is
 * done without where the back end cannot.
 *
 * @param path of the back end's socket, or of ours if we listen
 * @param role who connects
 * @param queues pairs of them, which the back end has to have
 * @param size of each ring, a power of two
 * @param packed whether rings are packed
 * @param mergeable whether a received frame may lie in several buffers
 * @param inOrder whether the back end uses buffers in the order in which it gets them
 * @param indirect whether a descriptor may name a table of descriptors, which a chained packet is
 *     sent by; without it such a packet is copied
 * @param events whether each end says from which position on it wants to be woken, instead of
 *     whether
 * @param packets in the device's pool
 * @param mtu largest IP packet in bytes; a frame may have {@link #FRAME_OVERHEAD_BYTES} more
 * @param mac this end's address
 */
public record VirtioConfig(
        String path,
        VirtioRole role,
        int queues,
        int size,
        boolean packed,
        boolean mergeable,
        boolean inOrder,
        boolean indirect,
        boolean events,
        int packets,
        int mtu,
        MacAddress mac) {

    /** Ethernet's header and one VLAN tag. */
    public static final int FRAME_OVERHEAD_BYTES = 18;

    /** The most queue pairs: a ring's index travels in eight bits. */
    public static final int QUEUES_MAX = 64;

    private static final int SIZE_DEFAULT = 256;
    private static final int SIZE_MIN = 16;
    private static final int SIZE_MAX = 4096;
    private static final int MTU_DEFAULT = 1500;
    private static final int MTU_MIN = 68;
    private static final int MTU_MAX = 65_535;
    private static final int PACKETS_PER_SLOT = 4;
    private static final int PACKETS_MAX = 1 << 20;

    /** Checks the numbers against each other. */
    public VirtioConfig {
        require(!path.isEmpty(), "the path of the socket is missing");
        requireRange("queues", queues, 1, QUEUES_MAX);
        requireRange("size", size, SIZE_MIN, SIZE_MAX);
        require(Integer.bitCount(size) == 1, "size=" + size + " is not a power of two");
        requireRange("mtu", mtu, MTU_MIN, MTU_MAX);
        requireRange("packets", packets, 2 * size * queues, PACKETS_MAX);
    }

    private static void requireRange(String option, int value, int least, int most) {
        require(
                value >= least && value <= most,
                option + "=" + value + " is not " + least + " to " + most);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** A device that connects to a path, everything else as usual. */
    public static VirtioConfig client(String path) {
        return of(DeviceSpec.parse("virtio:" + path));
    }

    /** A device that is connected to at a path, everything else as usual. */
    public static VirtioConfig server(String path) {
        return of(DeviceSpec.parse("virtio:" + path + ",role=server"));
    }

    /**
     * Takes the options of a spec {@code virtio:PATH[,role=client|server][,queues=1][,size=256]
     * [,packed=yes|no][,mrg_rxbuf=yes|no][,in_order=yes|no][,indirect=yes|no]
     * [,event_idx=yes|no][,packets=N][,mtu=1500][,mac=ADDRESS]}.
     *
     * @throws SpecException if a value is not allowed
     */
    public static VirtioConfig of(DeviceSpec spec) {
        boolean server =
                spec.takeOneOf("role", "client", List.of("client", "server")).equals("server");
        int queues = spec.takeInt("queues", 1, 1, QUEUES_MAX);
        int size = spec.takeInt("size", SIZE_DEFAULT, SIZE_MIN, SIZE_MAX);
        int packets = PACKETS_PER_SLOT * size * queues;
        MacAddress mac =
                MacAddress.locallyAdministered(31L * spec.address().hashCode() + (server ? 2 : 3));
        try {
            return new VirtioConfig(
                    spec.address(),
                    server ? VirtioRole.SERVER : VirtioRole.CLIENT,
                    queues,
                    size,
                    spec.takeYesNo("packed", false),
                    spec.takeYesNo("mrg_rxbuf", true),
                    spec.takeYesNo("in_order", true),
                    spec.takeYesNo("indirect", true),
                    spec.takeYesNo("event_idx", true),
                    spec.takeInt("packets", packets, 1, PACKETS_MAX),
                    spec.takeInt("mtu", MTU_DEFAULT, MTU_MIN, MTU_MAX),
                    spec.takeMacAddress("mac", mac));
        } catch (SpecException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new SpecException("\"" + spec + "\" can't be: " + e.getMessage());
        }
    }

    /** The largest frame in bytes. */
    int frameBytesMax() {
        return mtu + FRAME_OVERHEAD_BYTES;
    }

    /** Features to agree on as far as the back end has them. */
    long features() {
        long features =
                VirtioFeature.union(VirtioFeature.VERSION_1, VirtioFeature.PROTOCOL_FEATURES);
        features |= wish(packed, VirtioFeature.RING_PACKED);
        features |= wish(mergeable, VirtioFeature.NET_MRG_RXBUF);
        features |= wish(inOrder, VirtioFeature.IN_ORDER);
        features |= wish(indirect, VirtioFeature.INDIRECT_DESC);
        features |= wish(events, VirtioFeature.EVENT_IDX);
        return features | wish(queues > 1, VirtioFeature.NET_MQ);
    }

    private static long wish(boolean wished, VirtioFeature feature) {
        return wished ? feature.mask() : 0;
    }
}
