package dev.ringroad.stack.ip;

import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.neighbour.Arp;
import dev.ringroad.stack.neighbour.Link;
import dev.ringroad.stack.neighbour.NeighbourCache;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * One interface of the stack: a device, the addresses on it, its neighbours and the burst of
 * packets that will go out with the next flush. Belongs to the stack's owner.
 */
public final class NetInterface {
    /** What the interface cannot do by itself. */
    interface Owner {
        boolean ownsV4(int address);

        void undeliverable(Packet frame, long nowNanos);
    }

    /**
     * One in so many packets of the device's pool is kept for receiving and for acknowledgements.
     */
    private static final int RESERVE_SHARE = 8;

    final NetDevice device;
    final PacketPool pool;
    final long hardware;

    final boolean transmitChecksum;
    final boolean segmentation;

    /** The first IPv4 address, 0 when there is none: what nearly every datagram is for. */
    int primaryV4;

    private final int index;
    private final int mtu;
    private final StackCounters counters;
    private final RxQueue[] receiveQueues;
    private final TxQueue transmitQueue;
    private final Burst staged;
    private final int reservePackets;
    private final List<IpPrefix> addresses = new ArrayList<>();
    private final NeighbourCache neighbours;
    private final Arp arp;
    private final MulticastGroups groups;
    private int[] broadcastsV4 = new int[0];
    private boolean linkUp;

    NetInterface(
            NetDevice device,
            int index,
            int mtu,
            StackConfig config,
            Owner owner,
            TimingWheel timers,
            StackCounters counters) {
        this.device = device;
        this.pool = device.pool();
        this.hardware = device.macAddress().bits();
        this.transmitChecksum = device.capabilities().transmitChecksum();
        this.segmentation = device.capabilities().segmentation();
        this.index = index;
        this.mtu = mtu;
        this.counters = counters;
        this.receiveQueues = new RxQueue[device.queuePairs()];
        for (int i = 0; i < receiveQueues.length; i++) {
            receiveQueues[i] = device.rxQueue(i);
        }
        this.transmitQueue = device.txQueue(0);
        this.staged = new Burst(config.burstPackets());
        this.reservePackets = pool.packets() / RESERVE_SHARE;
        LinkView link = new LinkView(owner);
        this.neighbours =
                new NeighbourCache(
                        config.neighbours(),
                        link,
                        timers,
                        counters,
                        config.keyedHash("neighbours of " + index));
        this.arp = new Arp(link, neighbours, counters);
        neighbours.solicitor(arp);
        this.groups = new MulticastGroups();
        this.linkUp = device.linkUp();
    }

    /** The interface as neighbour discovery sees it. */
    private final class LinkView implements Link {
        private final Owner owner;

        LinkView(Owner owner) {
            this.owner = owner;
        }

        @Override
        public long hardware() {
            return hardware;
        }

        @Override
        public boolean ownsV4(int address) {
            return owner.ownsV4(address);
        }

        @Override
        public int sourceV4(int neighbour) {
            return NetInterface.this.sourceV4(neighbour);
        }

        @Override
        public @Nullable Packet acquire() {
            return NetInterface.this.acquire(0);
        }

        @Override
        public void transmit(Packet frame) {
            NetInterface.this.stage(frame);
        }

        @Override
        public void undeliverable(Packet frame, long nowNanos) {
            owner.undeliverable(frame, nowNanos);
        }
    }

    /** The device's name. */
    public String name() {
        return device.name();
    }

    /** From 1, in the order of attachment. */
    public int index() {
        return index;
    }

    /** The largest IP datagram that the link takes, in bytes. */
    public int mtu() {
        return mtu;
    }

    /** The device itself. */
    public NetDevice device() {
        return device;
    }

    /** The addresses with their prefixes, the preferred one first. */
    public List<IpPrefix> addresses() {
        return List.copyOf(addresses);
    }

    /** Who is on the link. */
    public NeighbourCache neighbours() {
        return neighbours;
    }

    /** The machine that answers and asks for IPv4 addresses. */
    public Arp arp() {
        return arp;
    }

    /** The interface's hardware address in the low 48 bits. */
    public long hardware() {
        return hardware;
    }

    MulticastGroups groups() {
        return groups;
    }

    void add(IpPrefix prefix) {
        addresses.add(prefix);
        addressesChanged();
        if (prefix.address().isV4()) {
            arp.announce(prefix.address().v4());
        }
    }

    void remove(IpPrefix prefix) {
        addresses.remove(prefix);
        addressesChanged();
    }

    private void addressesChanged() {
        List<IpPrefix> v4 = addresses.stream().filter(prefix -> prefix.address().isV4()).toList();
        primaryV4 = v4.isEmpty() ? 0 : v4.getFirst().address().v4();
        broadcastsV4 = v4.stream().mapToInt(prefix -> prefix.broadcast().v4()).distinct().toArray();
    }

    /** Whether an IPv4 datagram to this address is for everybody on the link. */
    public boolean isBroadcastV4(int address) {
        if (address == -1) {
            return true;
        }
        for (int broadcast : broadcastsV4) {
            if (broadcast == address) {
                return true;
            }
        }
        return false;
    }

    /** The own address in the same network, or the first one; 0 when there is none. */
    int sourceV4(int destination) {
        long low = IpAddress.mapped(destination);
        for (int i = 0; i < addresses.size(); i++) {
            IpPrefix prefix = addresses.get(i);
            if (prefix.contains(0, low)) {
                return prefix.address().v4();
            }
        }
        return primaryV4;
    }

    /**
     * Takes what the device has received, as far as the burst has room; the packets are the
     * caller's.
     *
     * @return how many
     */
    public int receive(Burst into) {
        int received = 0;
        for (RxQueue queue : receiveQueues) {
            received += queue.receive(into);
        }
        return received;
    }

    /**
     * A packet when more than {@code keep} are left; sent ones are taken back from the device first
     * when there are few.
     */
    @Nullable Packet acquire(int keep) {
        if (pool.available() <= keep) {
            transmitQueue.transmit(staged);
            if (pool.available() <= keep) {
                counters.count(DropReason.PACKET_POOL_DRY);
                return null;
            }
        }
        return pool.acquire();
    }

    /** How many packets data may not use up. */
    int reservePackets() {
        return reservePackets;
    }

    /**
     * Puts a complete frame into the burst that goes out with the next flush; the reference moves.
     *
     * @return whether there was room; if not, the frame has been dropped and counted
     */
    boolean stage(Packet frame) {
        if (staged.room() == 0) {
            transmitQueue.transmit(staged);
            if (staged.room() == 0) {
                counters.drop(DropReason.LINK_QUEUE_FULL, frame);
                return false;
            }
        }
        staged.add(frame);
        return true;
    }

    /**
     * Hands the staged frames to the device.
     *
     * @return how many it took
     */
    public int flush() {
        return staged.isEmpty() ? 0 : transmitQueue.transmit(staged);
    }

    /** Whether frames wait for room in the device. */
    public boolean hasStaged() {
        return !staged.isEmpty();
    }

    /** The device's control work, and what follows from a link that has come or gone. */
    public void service(long nowNanos) {
        device.service(nowNanos);
        boolean up = device.linkUp();
        if (up != linkUp) {
            linkUp = up;
            linkChanged(up, nowNanos);
        }
        // Takes back what the device has sent, also when there is nothing new to send.
        transmitQueue.transmit(staged);
        if (!up && !staged.isEmpty()) {
            for (int i = 0; i < staged.size(); i++) {
                counters.count(DropReason.LINK_DOWN);
            }
            staged.releaseAll();
        }
    }

    private void linkChanged(boolean up, long nowNanos) {
        if (!up) {
            // Whoever is at the other end after a break may have other hardware.
            neighbours.clear();
            return;
        }
        for (IpPrefix prefix : addresses) {
            if (prefix.address().isV4()) {
                arp.announce(prefix.address().v4());
            }
        }
        neighbours.askAgain(nowNanos);
    }

    /** Gives all packets back; the device itself stays its owner's. */
    void close() {
        neighbours.clear();
        staged.releaseAll();
    }

    @Override
    public String toString() {
        return name() + " " + addresses + " mtu " + mtu;
    }
}
