package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A socket that sees the frames of a network interface, received and sent through rings that the
 * kernel shares ({@code packet(7)}, {@code linux/if_packet.h}, {@code
 * Documentation/networking/packet_mmap.rst}). Needs {@code CAP_NET_RAW}.
 *
 * <p>To set up: the options, the rings, the mapping (both rings in one, the receive ring first),
 * and at last {@link #bind}, at which frames begin to come.
 */
public final class PacketSocket implements AutoCloseable {

    /** {@code TPACKET_V2}: a slot for each frame, each handed over by itself. */
    public static final int VERSION_FRAMES = 1;

    /** {@code TPACKET_V3}: frames close together in blocks, which are handed over when full. */
    public static final int VERSION_BLOCKS = 2;

    private static final int AF_PACKET = 17;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_TX_RING = 13;
    private static final int PACKET_LOSS = 14;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_FANOUT = 18;
    private static final int PACKET_QDISC_BYPASS = 20;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
    private static final short PACKET_MR_PROMISC = 1;
    private static final short ETH_P_ALL_BIG_ENDIAN = 0x0300;

    /** {@code struct tpacket_req3}: seven numbers. */
    private static final long RING_REQUEST_BYTES = 28;

    /** {@code struct sockaddr_ll}: family, protocol, index, then the address. */
    private static final long ADDRESS_BYTES = 20;

    /** {@code struct packet_mreq}: index, type, length of the address, the address. */
    private static final long MEMBERSHIP_BYTES = 16;

    /** {@code struct tpacket_stats_v3}: frames, losses, times that the ring was full. */
    private static final int STATISTICS_BYTES = 12;

    private static final long STATISTICS_LOST = 4;

    private final Descriptor descriptor;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment answer = arena.allocate(STATISTICS_BYTES, Long.BYTES);
    private final MemorySegment answerBytes = arena.allocate(JAVA_INT);

    private PacketSocket(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** Opens a socket that no frame comes to yet, in the calling thread's network namespace. */
    public static PacketSocket open() throws SystemCallException {
        return new PacketSocket(
                Sockets.open(
                        AF_PACKET,
                        Sockets.RAW,
                        0,
                        "socket(AF_PACKET)",
                        "run as root or with CAP_NET_RAW"));
    }

    /** Chooses {@link #VERSION_FRAMES} or {@link #VERSION_BLOCKS}; before the rings. */
    public void version(int version) throws SystemCallException {
        set(PACKET_VERSION, version, "PACKET_VERSION");
    }

    /** Asks for a virtio-net header before each frame in both rings; before the rings. */
    public void vnetHeader() throws SystemCallException {
        set(PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
    }

    /** Lets the kernel pass over frames to transmit that it cannot take; before the rings. */
    public void skipBadFrames() throws SystemCallException {
        set(PACKET_LOSS, 1, "PACKET_LOSS");
    }

    /** Leaves out the frames that this machine sends through the interface by other ways. */
    public void ignoreOutgoing() throws SystemCallException {
        set(PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
    }

    /** Hands frames to the interface's driver without the queueing discipline between. */
    public void bypassQueueing() throws SystemCallException {
        set(PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
    }

    private void set(int option, int value, String name) throws SystemCallException {
        Native.check(
                Sockets.option(descriptor, SOL_PACKET, option, value),
                "setsockopt(" + name + ", " + value + ")",
                "");
    }

    /**
     * Makes the receive ring.
     *
     * @param retireMillis after which a block is handed over although it is not full; 0 for a ring
     *     of frames
     */
    public void receiveRing(int blocks, int blockBytes, int frameBytes, int retireMillis)
            throws SystemCallException {
        ring(PACKET_RX_RING, "PACKET_RX_RING", blocks, blockBytes, frameBytes, retireMillis);
    }

    /** Makes the transmit ring, which consists of frames in either version. */
    public void transmitRing(int blocks, int blockBytes, int frameBytes)
            throws SystemCallException {
        ring(PACKET_TX_RING, "PACKET_TX_RING", blocks, blockBytes, frameBytes, 0);
    }

    private void ring(
            int option, String name, int blocks, int blockBytes, int frameBytes, int retireMillis)
            throws SystemCallException {
        try (Arena request = Arena.ofConfined()) {
            MemorySegment ring = request.allocate(RING_REQUEST_BYTES, Integer.BYTES);
            ring.setAtIndex(JAVA_INT, 0, blockBytes);
            ring.setAtIndex(JAVA_INT, 1, blocks);
            ring.setAtIndex(JAVA_INT, 2, frameBytes);
            ring.setAtIndex(JAVA_INT, 3, blockBytes / frameBytes * blocks);
            ring.setAtIndex(JAVA_INT, 4, retireMillis);
            Native.check(
                    Sockets.option(descriptor, SOL_PACKET, option, ring),
                    "setsockopt(" + name + ", " + blocks + " blocks of " + blockBytes + " bytes)",
                    "ask for less, or free memory");
        }
    }

    /** Receives from now on what comes in through an interface. */
    public void bind(int interfaceIndex) throws SystemCallException {
        try (Arena request = Arena.ofConfined()) {
            MemorySegment address = request.allocate(ADDRESS_BYTES, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT, 2, ETH_P_ALL_BIG_ENDIAN);
            address.set(JAVA_INT, 4, interfaceIndex);
            Native.check(
                    Sockets.bind(descriptor, address),
                    "bind(AF_PACKET, interface " + interfaceIndex + ")",
                    "");
        }
    }

    /** Also receives what is for other stations, for as long as the socket is open. */
    public void promiscuous(int interfaceIndex) throws SystemCallException {
        try (Arena request = Arena.ofConfined()) {
            MemorySegment membership = request.allocate(MEMBERSHIP_BYTES, Integer.BYTES);
            membership.set(JAVA_INT, 0, interfaceIndex);
            membership.set(JAVA_SHORT, 4, PACKET_MR_PROMISC);
            Native.check(
                    Sockets.option(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership),
                    "setsockopt(PACKET_ADD_MEMBERSHIP, promiscuous)",
                    "");
        }
    }

    /**
     * Founds a group of bound sockets that share an interface's frames, each flow going to one.
     *
     * @return the group's number, for {@link #joinGroup}
     */
    public int foundGroup() throws SystemCallException {
        set(PACKET_FANOUT, PACKET_FANOUT_FLAG_UNIQUEID << Short.SIZE, "PACKET_FANOUT");
        answerBytes.set(JAVA_INT, 0, Integer.BYTES);
        int asked = Sockets.ask(descriptor, SOL_PACKET, PACKET_FANOUT, answer, answerBytes);
        Native.check(asked, "getsockopt(PACKET_FANOUT)", "");
        return answer.get(JAVA_INT, 0) & 0xFFFF;
    }

    /** Joins a bound socket to a group. */
    public void joinGroup(int group) throws SystemCallException {
        set(PACKET_FANOUT, group, "PACKET_FANOUT");
    }

    /** Has the kernel send what is in the transmit ring; bytes sent, or the negated errno. */
    public int kick() {
        return Sockets.kick(descriptor);
    }

    /** How many frames found no room in the receive ring since the last call. */
    public int takeLost() {
        answerBytes.set(JAVA_INT, 0, STATISTICS_BYTES);
        int asked = Sockets.ask(descriptor, SOL_PACKET, PACKET_STATISTICS, answer, answerBytes);
        return asked < 0 ? 0 : answer.get(JAVA_INT, STATISTICS_LOST);
    }

    /** Takes the error that an interface's end left here and that ends every wait; 0 if none. */
    public int takeError() {
        return Sockets.takeError(descriptor, answer, answerBytes);
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
