package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

/**
 * Requests that wait, first in, first out. They are linked through themselves, so it costs no
 * memory, has any length, and holds a request that is in no other queue. One thread at a time.
 */
public final class RequestQueue {
    private @Nullable BlockRequest head;
    private @Nullable BlockRequest tail;
    private int size;

    /** An empty queue. */
    public RequestQueue() {}

    /** Puts a request behind the others. */
    public void add(BlockRequest request) {
        BlockRequest last = tail;
        request.next = null;
        if (last == null) {
            head = request;
        } else {
            last.next = request;
        }
        tail = request;
        size++;
    }

    /** Puts a request before the others. */
    public void addFirst(BlockRequest request) {
        request.next = head;
        head = request;
        if (tail == null) {
            tail = request;
        }
        size++;
    }

    /** The first, which stays; null when there is none. */
    public @Nullable BlockRequest peek() {
        return head;
    }

    /** Takes the first; null when there is none. */
    public @Nullable BlockRequest take() {
        BlockRequest first = head;
        if (first == null) {
            return null;
        }
        head = first.next;
        first.next = null;
        if (head == null) {
            tail = null;
        }
        size--;
        return first;
    }

    /** How many wait. */
    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return head == null;
    }
}
