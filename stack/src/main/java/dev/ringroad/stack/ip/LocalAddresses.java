package dev.ringroad.stack.ip;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The stack's own addresses, and the interface that each is on. Looked at for every packet that is
 * not for its interface's first address; hence open addressing over two arrays, rebuilt when an
 * address comes or goes.
 */
final class LocalAddresses {
    private record Entry(IpAddress address, NetInterface netInterface) {}

    private final List<Entry> entries = new ArrayList<>();
    private @Nullable Entry[] slots = new Entry[8];

    LocalAddresses() {}

    void add(IpAddress address, NetInterface netInterface) {
        entries.add(new Entry(address, netInterface));
        rebuild();
    }

    void remove(IpAddress address) {
        entries.removeIf(entry -> entry.address().equals(address));
        rebuild();
    }

    private void rebuild() {
        slots = new Entry[Integer.highestOneBit(Math.max(4, entries.size())) * 4];
        for (Entry entry : entries) {
            int slot = slot(entry.address().high(), entry.address().low());
            while (slots[slot] != null) {
                slot = (slot + 1) & (slots.length - 1);
            }
            slots[slot] = entry;
        }
    }

    /** The interface that has this address; null when it is not ours. */
    @Nullable NetInterface find(long high, long low) {
        @Nullable Entry[] table = slots;
        int slot = slot(high, low);
        for (Entry entry = table[slot]; entry != null; entry = table[slot]) {
            if (entry.address.low() == low && entry.address.high() == high) {
                return entry.netInterface;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        return null;
    }

    List<IpAddress> addresses() {
        return entries.stream().map(Entry::address).toList();
    }

    private int slot(long high, long low) {
        // Our own addresses are no secret and not a peer's choice, so the hash needs no key.
        long mixed = (high ^ low) * 0x9e3779b97f4a7c15L;
        return (int) (mixed >>> 40) & (slots.length - 1);
    }
}
