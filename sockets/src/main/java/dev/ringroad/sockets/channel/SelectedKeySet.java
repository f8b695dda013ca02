package dev.ringroad.sockets.channel;

import org.jspecify.annotations.Nullable;

import java.nio.channels.SelectionKey;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The selected-key set: programs may remove keys but not add them. Keys know their own place in the
 * array, so that membership needs no hashing and a selection makes no object.
 *
 * <p>Iteration runs from the end to the start, because removal moves the last key into the gap. Not
 * thread-safe, as {@link java.nio.channels.Selector} says of this set.
 */
final class SelectedKeySet extends AbstractSet<SelectionKey> {
    private @Nullable RingKey[] slots = new RingKey[16];
    private int size;

    boolean holds(RingKey key) {
        return key.selectedIndex >= 0;
    }

    void insert(RingKey key) {
        if (size == slots.length) {
            slots = Arrays.copyOf(slots, size * 2);
        }
        key.selectedIndex = size;
        slots[size++] = key;
    }

    @Override
    public boolean contains(@Nullable Object o) {
        return o instanceof RingKey key && at(key);
    }

    private boolean at(RingKey key) {
        int index = key.selectedIndex;
        return index >= 0 && index < size && slots[index] == key;
    }

    @Override
    public boolean remove(@Nullable Object o) {
        if (!(o instanceof RingKey key) || !at(key)) {
            return false;
        }
        int index = key.selectedIndex;
        RingKey last = slots[--size];
        slots[index] = last;
        if (last != null) {
            last.selectedIndex = index;
        }
        slots[size] = null;
        key.selectedIndex = -1;
        return true;
    }

    @Override
    public void clear() {
        for (int i = 0; i < size; i++) {
            RingKey key = slots[i];
            if (key != null) {
                key.selectedIndex = -1;
            }
            slots[i] = null;
        }
        size = 0;
    }

    @Override
    public boolean add(SelectionKey key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Iterator<SelectionKey> iterator() {
        return new Backwards();
    }

    private final class Backwards implements Iterator<SelectionKey> {
        private int next = size - 1;
        private @Nullable RingKey given;

        @Override
        public boolean hasNext() {
            return next >= 0;
        }

        @Override
        public SelectionKey next() {
            RingKey key = next >= 0 && next < size ? slots[next] : null;
            if (key == null) {
                throw new NoSuchElementException();
            }
            next--;
            given = key;
            return key;
        }

        @Override
        public void remove() {
            RingKey key = given;
            if (key == null) {
                throw new IllegalStateException();
            }
            given = null;
            SelectedKeySet.this.remove(key);
        }
    }
}
