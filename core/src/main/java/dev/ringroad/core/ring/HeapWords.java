package dev.ringroad.core.ring;

/**
 * The words of one side of a ring on the heap, each on lines of its own. Head and tail are apart,
 * because the other side looks at the tail only, and a claim need not wait for that line.
 */
final class HeapWords extends HeapWordsPads.After {
    HeapWords(long head, long tail) {
        this.head = head;
        this.tail = tail;
    }
}
