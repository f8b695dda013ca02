package dev.ringroad.stack.route;

import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.forward.Port;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.NeighbourLimits;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;
import dev.ringroad.stack.ip.IpPrefix;
import dev.ringroad.stack.neighbour.Arp;
import dev.ringroad.stack.neighbour.Link;
import dev.ringroad.stack.neighbour.NeighbourCache;

import org.jspecify.annotations.Nullable;

/**
 * A port as the router sees it: its address, who its neighbours are, and the frames that go out
 * with the next flush. Belongs to the router's owner.
 */
final class RouterPort {

    /** For the pieces of a few of the longest datagrams, all waiting for one full device. */
    private static final int STAGED_PACKETS = 512;

    final long hardware;
    final int address;
    final int mtu;

    /** The longest frame that the link takes as it is. */
    final int frameBytesMax;

    final boolean transmitChecksum;
    final boolean segmentation;
    final StackCounters counters;
    final NeighbourCache neighbours;
    final Arp arp;

    private final Port port;
    private final PacketPool pool;
    private final TxQueue transmitQueue;
    private final Burst staged = new Burst(STAGED_PACKETS);
    private final Undeliverable undeliverable;
    private boolean linkUp;

    /** Who tells the sender of a frame that its neighbour does not answer. */
    interface Undeliverable {
        /** Takes the frame and releases it. */
        void undeliverable(RouterPort out, Packet frame, long nowNanos);
    }

    RouterPort(
            Port port,
            IpPrefix own,
            NeighbourLimits limits,
            TimingWheel timers,
            StackCounters counters,
            KeyedHash hash,
            Undeliverable undeliverable) {
        NetDevice device = port.device();
        this.port = port;
        this.pool = device.pool();
        this.transmitQueue = device.txQueue(0);
        this.hardware = device.macAddress().bits();
        this.address = own.address().v4();
        this.mtu = device.mtu();
        this.frameBytesMax = EthernetHeader.BYTES + mtu;
        this.transmitChecksum = device.capabilities().transmitChecksum();
        this.segmentation = device.capabilities().segmentation();
        this.counters = counters;
        this.undeliverable = undeliverable;
        LinkView link = new LinkView();
        neighbours = new NeighbourCache(limits, link, timers, counters, hash);
        arp = new Arp(link, neighbours, counters);
        neighbours.solicitor(arp);
    }

    /** The port as neighbour discovery sees it. */
    private final class LinkView implements Link {
        @Override
        public long hardware() {
            return hardware;
        }

        @Override
        public boolean ownsV4(int asked) {
            return asked == address;
        }

        @Override
        public int sourceV4(int neighbour) {
            return address;
        }

        @Override
        public @Nullable Packet acquire() {
            return RouterPort.this.acquire();
        }

        @Override
        public void transmit(Packet frame) {
            stage(frame);
        }

        @Override
        public void undeliverable(Packet frame, long nowNanos) {
            undeliverable.undeliverable(RouterPort.this, frame, nowNanos);
        }
    }

    /** The port itself, with its counters. */
    Port port() {
        return port;
    }

    /** What an empty packet of this port has room for. */
    int dataBytesMax() {
        return pool.dataBytesMax();
    }

    /** An empty packet to send; null when the pool is dry, counted. */
    @Nullable Packet acquire() {
        if (pool.available() == 0) {
            // It gives back what has been sent.
            flush();
        }
        Packet packet = pool.acquire();
        if (packet == null) {
            counters.count(DropReason.PACKET_POOL_DRY);
        }
        return packet;
    }

    /** Puts a complete frame into the burst that goes out with the next flush. */
    void stage(Packet frame) {
        Burst waiting = staged;
        if (waiting.room() == 0) {
            flush();
            if (waiting.room() == 0) {
                counters.drop(DropReason.LINK_QUEUE_FULL, frame);
                return;
            }
        }
        waiting.add(frame);
    }

    /** Hands the device what it has room for, and takes back what it has sent. */
    void flush() {
        port.send(transmitQueue, staged);
    }

    /** Whether frames wait for room in the device. */
    boolean hasStaged() {
        return !staged.isEmpty();
    }

    /** The device's control work, and what follows from a link that has come or gone. */
    void service(long nowNanos) {
        NetDevice device = port.device();
        device.service(nowNanos);
        boolean up = device.linkUp();
        if (up != linkUp) {
            linkUp = up;
            if (up) {
                arp.announce(address);
                neighbours.askAgain(nowNanos);
            } else {
                // Whoever is at the other end after a break may have other hardware.
                neighbours.clear();
            }
        }
        flush();
        port.publish();
    }

    /** Gives all packets back; the device stays its owner's. */
    void close() {
        neighbours.clear();
        staged.releaseAll();
    }
}
