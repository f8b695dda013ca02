package dev.ringroad.stack.tcp;

import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.ip.IpAddress;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/**
 * Finds a connection by its 4-tuple: open addressing with linear probing, at most half full, with a
 * keyed hash so that peers cannot choose their slots. A lookup allocates nothing and mostly touches
 * one slot and one connection.
 */
final class TcpDemultiplexer {
    private static final int CAPACITY_FIRST = 64;

    private final KeyedHash hash;
    private @Nullable TcpConnection[] slots = new @Nullable TcpConnection[CAPACITY_FIRST];
    private int mask = CAPACITY_FIRST - 1;
    private int size;

    TcpDemultiplexer(KeyedHash hash) {
        this.hash = hash;
    }

    int size() {
        return size;
    }

    private int home(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int portsWord) {
        long a = remoteLow ^ Long.rotateLeft(remoteHigh, 29);
        long b = localLow ^ Long.rotateLeft(localHigh, 31) ^ (long) portsWord << 32;
        return (int) (hash.table(a, b ^ portsWord) >>> 32);
    }

    /**
     * The connection with this 4-tuple; ports as in the header of what arrives: the peer's port
     * first.
     */
    @Nullable TcpConnection find(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int portsWord) {
        @Nullable TcpConnection[] table = slots;
        int slot = home(localHigh, localLow, remoteHigh, remoteLow, portsWord) & mask;
        while (true) {
            TcpConnection c = table[slot];
            if (c == null
                    || (c.portsWord == portsWord
                            && c.remoteLow == remoteLow
                            && c.localLow == localLow
                            && c.remoteHigh == remoteHigh
                            && c.localHigh == localHigh)) {
                return c;
            }
            slot = (slot + 1) & mask;
        }
    }

    boolean contains(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        return find(
                        local.high(),
                        local.low(),
                        remote.high(),
                        remote.low(),
                        remotePort << 16 | localPort)
                != null;
    }

    private int homeOf(TcpConnection c) {
        return home(c.localHigh, c.localLow, c.remoteHigh, c.remoteLow, c.portsWord) & mask;
    }

    /** Adds a connection whose 4-tuple is not in the table. */
    void add(TcpConnection connection) {
        if (2 * (size + 1) > slots.length) {
            grow();
        }
        place(connection);
        size++;
    }

    private void place(TcpConnection connection) {
        int slot = homeOf(connection);
        while (slots[slot] != null) {
            slot = (slot + 1) & mask;
        }
        slots[slot] = connection;
    }

    private void grow() {
        @Nullable TcpConnection[] old = slots;
        slots = new @Nullable TcpConnection[old.length * 2];
        mask = slots.length - 1;
        for (TcpConnection c : old) {
            if (c != null) {
                place(c);
            }
        }
    }

    /** Removes a connection; those behind it move up, so that no tombstones are needed. */
    void remove(TcpConnection connection) {
        int slot = homeOf(connection);
        while (slots[slot] != connection) {
            if (slots[slot] == null) {
                return;
            }
            slot = (slot + 1) & mask;
        }
        size--;
        int hole = slot;
        int next = slot;
        while (true) {
            next = (next + 1) & mask;
            TcpConnection c = slots[next];
            if (c == null) {
                break;
            }
            int distance = (next - homeOf(c)) & mask;
            if (distance >= ((next - hole) & mask)) {
                slots[hole] = c;
                hole = next;
            }
        }
        slots[hole] = null;
    }

    /** Visits all connections, which may remove themselves meanwhile. */
    void forEach(Consumer<TcpConnection> visitor) {
        for (TcpConnection c : slots.clone()) {
            if (c != null) {
                visitor.accept(c);
            }
        }
    }
}
