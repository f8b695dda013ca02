package dev.ringroad.nvme.fabrics.initiator;

import org.jspecify.annotations.Nullable;

/** Tasks that wait, first in, first out; each stands in one line. */
final class TaskLine {
    private @Nullable Task head;
    private @Nullable Task tail;
    private int size;

    boolean isEmpty() {
        return head == null;
    }

    int size() {
        return size;
    }

    void add(Task task) {
        Task last = tail;
        task.next = null;
        if (last == null) {
            head = task;
        } else {
            last.next = task;
        }
        tail = task;
        size++;
    }

    void addFirst(Task task) {
        task.next = head;
        head = task;
        if (tail == null) {
            tail = task;
        }
        size++;
    }

    @Nullable Task take() {
        Task first = head;
        if (first != null) {
            head = first.next;
            first.next = null;
            size--;
            if (head == null) {
                tail = null;
            }
        }
        return first;
    }
}
