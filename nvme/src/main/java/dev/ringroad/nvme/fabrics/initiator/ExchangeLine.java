package dev.ringroad.nvme.fabrics.initiator;

import org.jspecify.annotations.Nullable;

/** Exchanges that wait, first in, first out; each stands in one line at most. */
final class ExchangeLine {
    private @Nullable Exchange head;
    private @Nullable Exchange tail;

    @Nullable Exchange first() {
        return head;
    }

    boolean isEmpty() {
        return head == null;
    }

    void add(Exchange exchange) {
        Exchange last = tail;
        exchange.next = null;
        if (last == null) {
            head = exchange;
        } else {
            last.next = exchange;
        }
        tail = exchange;
    }

    @Nullable Exchange take() {
        Exchange first = head;
        if (first != null) {
            head = first.next;
            first.next = null;
            if (head == null) {
                tail = null;
            }
        }
        return first;
    }

    /** Takes one out, wherever it stands; not on the way of what goes well. */
    void remove(Exchange exchange) {
        Exchange before = null;
        for (Exchange at = head; at != null; before = at, at = at.next) {
            if (at == exchange) {
                if (before == null) {
                    head = at.next;
                } else {
                    before.next = at.next;
                }
                if (tail == at) {
                    tail = before;
                }
                at.next = null;
                return;
            }
        }
    }

    void clear() {
        while (take() != null) {
            continue;
        }
    }
}
