package dev.ringroad.core.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One side of a ring, its producers or its consumers: the protocol of the indices, whatever memory
 * they live in.
 *
 * <p>A side has two words of 64 bits. The head says how far it has claimed, the tail how far it has
 * published; the other side reads nothing but the low half of the tail. What the words hold depends
 * on the mode, so that each claim is one compare-and-set:
 *
 * <pre>
 *                     63              32 31               0
 *     SINGLE   tail  |          position published         |   the head is not used
 *     MULTI    head  |          position claimed           |
 *              tail  |          position published         |
 *     RTS      head  | claims            | position claimed |
 *              tail  | publications      | position published |
 *     HTS      tail  | position claimed  | position published |   the head is not used
 * </pre>
 *
 * <p>Positions run freely, and their low 32 bits are compared with the other side's modulo 2^32; a
 * slot is a position's low bits. Where a word is one position it never comes back within 64 bits,
 * so that a stale compare-and-set cannot succeed.
 *
 * <p>Two pairs order the two sides. The tail is released after the slots were filled or emptied and
 * acquired by the other side before it touches them. Among threads of one side, the tail is
 * acquired by whoever moves it on, so that its own release covers the slots of those before.
 *
 * <p>The methods here call only accessors of the subclass. Rings hold their sides by the final
 * subclass, so the compiler knows what is called once a claim has been inlined.
 */
abstract class RingSide extends RingSidePads {
    /** What {@link #claim} returns when nothing could be claimed. */
    static final long NOTHING = 0;

    private static final int STALE = -1;
    private static final int RELAXED_PART = 8;
    private static final int SPINS = 1_000;
    private static final int HALF_BITS = 32;
    private static final long HALF_MASK = 0xFFFF_FFFFL;
    private static final VarHandle LIMIT;

    static {
        try {
            LIMIT = MethodHandles.lookup().findVarHandle(RingSide.class, "limit", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final SyncMode mode;
    private final int capacity;

    /** What lies between the other side's tail and ours that is ours from the start. */
    private final int lead;

    /**
     * How far this side may go, by the other side's tail when it was last looked at, on the scale
     * of our 64-bit positions. It may be old, never too new, and is looked up again only when it
     * says that there is not enough: a busy ring moves its cache lines once in many elements.
     */
    private long limit;

    private int reservedPosition;
    private int reservedCount;

    RingSide(RingRole role) {
        this.mode = role.mode();
        this.capacity = role.capacity();
        this.lead = role.lead();
        // No position is as far behind, so that the first claim looks.
        this.limit = Long.MIN_VALUE / 2;
    }

    /** How far a SINGLE side has published, by its own account: nobody else's word is taken. */
    abstract long position();

    /** Publishes for a SINGLE side, as {@link #tailRelease} does, and notes it. */
    abstract void positionRelease(long next);

    /** How far this side has claimed, with all that was written before. */
    abstract long headAcquire();

    /** Claims; ordered as a volatile read and write. */
    abstract boolean headCompareAndSet(long expected, long next);

    /** How far this side has published; protects the slots up to it. */
    abstract long tailAcquire();

    /** Publishes: what was done to the slots before comes before it. */
    abstract void tailRelease(long next);

    /** Publishes or claims where several may try; ordered as a volatile read and write. */
    abstract boolean tailCompareAndSet(long expected, long next);

    /** How far the other side has published; protects the slots that it gave us. */
    abstract long otherTailAcquire();

    /** The head of a side that has come as far as this position. */
    static long headAt(SyncMode mode, int position) {
        return mode == SyncMode.HEAD_TAIL_SYNC ? 0 : position & HALF_MASK;
    }

    /** The tail of a side that has come as far as this position. */
    static long tailAt(SyncMode mode, int position) {
        return mode == SyncMode.HEAD_TAIL_SYNC ? pack(position, position) : position & HALF_MASK;
    }

    /** How many elements lie between two sides; between 0 and the capacity at any moment. */
    static int between(RingSide consumers, RingSide producers, int capacity) {
        // The consumers first: read the other way round, elements that come and go in between could
        // make it negative.
        int front = (int) consumers.tailAcquire();
        int end = (int) producers.tailAcquire();
        return Math.clamp(end - front, 0, capacity);
    }

    /**
     * Claims slots; they are the caller's until it publishes them, which it has to do soon.
     *
     * @param least fewer than these are not claimed; at least 1
     * @return {@link #countOf} and {@link #positionOf} it, or {@link #NOTHING}
     * @throws RingCorruptedException if the other side's tail cannot be true
     */
    final long claim(int least, int most) {
        if (mode == SyncMode.SINGLE) {
            return claimAlone(least, most);
        }
        if (mode == SyncMode.MULTI) {
            return claimAmongMany(least, most);
        }
        return mode == SyncMode.RELAXED_TAIL_SYNC
                ? claimRelaxed(least, most)
                : claimInTurn(least, most);
    }

    /** How many slots were claimed. */
    static int countOf(long claim) {
        return high(claim);
    }

    /** The position of the first slot claimed. */
    static int positionOf(long claim) {
        return (int) claim;
    }

    private static int high(long word) {
        return (int) (word >>> HALF_BITS);
    }

    private static long pack(int high, int low) {
        return (long) high << HALF_BITS | (low & HALF_MASK);
    }

    /** Gives the claimed slots to the other side. */
    final void publish(int position, int count) {
        if (mode == SyncMode.SINGLE) {
            publishAlone(count);
        } else if (mode == SyncMode.MULTI) {
            publishInOrder(position, count);
        } else if (mode == SyncMode.RELAXED_TAIL_SYNC) {
            publishRelaxed();
        } else {
            publishInTurn(position + count);
        }
    }

    /**
     * Twice the same answer, but in branches and not as the lesser of two numbers: as a rule there
     * is enough, and a processor that foresees this goes on with the slots while the other side's
     * tail is still on its way.
     */
    private long claimAlone(int least, int most) {
        long at = position();
        if (limit - at >= most) {
            return pack(most, (int) at);
        }
        int room = look(at);
        if (room >= most) {
            return pack(most, (int) at);
        }
        return room >= least ? pack(room, (int) at) : nothingAt((int) at, room);
    }

    private long nothingAt(int position, int room) {
        if (room == STALE) {
            throw corrupted(position);
        }
        return NOTHING;
    }

    private void publishAlone(int count) {
        positionRelease(position() + count);
    }

    private long claimAmongMany(int least, int most) {
        while (true) {
            long at = headAcquire();
            // Acquired, since another of us may have looked: its view protects the slots, too.
            long room = (long) LIMIT.getAcquire(this) - at;
            if (room < most || room > capacity) {
                room = look(at);
                if (room == STALE) {
                    requireMoved(at, headAcquire());
                    continue;
                }
                if (room < least) {
                    return NOTHING;
                }
            }
            // Not Math.min(), for the reason given above.
            int count = room < most ? (int) room : most;
            if (headCompareAndSet(at, at + count)) {
                return pack(count, (int) at);
            }
        }
    }

    /** Looks at the other side's tail, for SINGLE and MULTI. */
    private int look(long at) {
        int room = roomAt((int) at);
        if (room != STALE) {
            LIMIT.setRelease(this, at + room);
        }
        return room;
    }

    /**
     * Slots between the position and the other side's limit. When these are more than there are,
     * either threads of our own side have moved on since the position was read, or the memory lies.
     */
    private int roomAt(int position) {
        int room = lead + (int) otherTailAcquire() - position;
        return Integer.compareUnsigned(room, capacity) <= 0 ? room : STALE;
    }

    private void requireMoved(long before, long now) {
        if (before == now) {
            throw corrupted((int) now);
        }
    }

    private RingCorruptedException corrupted(int position) {
        return new RingCorruptedException(
                "The ring's indices contradict each other: position "
                        + Integer.toUnsignedString(position)
                        + " on one side and "
                        + Integer.toUnsignedString((int) otherTailAcquire())
                        + " on the other cannot be in a ring of "
                        + capacity
                        + ". Whoever shares its memory does not keep to its rules; close it.");
    }

    private void publishInOrder(int position, int count) {
        long now = tailAcquire();
        for (int spins = 0; (int) now != position; spins++) {
            pause(spins);
            now = tailAcquire();
        }
        tailRelease(now + count);
    }

    private long claimRelaxed(int least, int most) {
        int aheadMax = Math.max(1, capacity / RELAXED_PART);
        for (int spins = 0; ; spins++) {
            long head = headAcquire();
            int at = (int) head;
            if (at - (int) tailAcquire() >= aheadMax) {
                pause(spins);
                continue;
            }
            int room = roomAt(at);
            if (room == STALE) {
                requireMoved(head, headAcquire());
                continue;
            }
            int count = Math.min(room, most);
            if (count < least) {
                return NOTHING;
            }
            if (headCompareAndSet(head, pack(high(head) + 1, at + count))) {
                return pack(count, at);
            }
        }
    }

    /**
     * Counts a publication. Whoever makes publications equal to claims moves the position to the
     * end of all of them.
     */
    private void publishRelaxed() {
        while (true) {
            // The tail first: a head that is newer has more claims, and then nothing is published
            // that is not finished.
            long tail = tailAcquire();
            long head = headAcquire();
            int publications = high(tail) + 1;
            int position = publications == high(head) ? (int) head : (int) tail;
            if (tailCompareAndSet(tail, pack(publications, position))) {
                return;
            }
        }
    }

    private long claimInTurn(int least, int most) {
        for (int spins = 0; ; spins++) {
            long word = tailAcquire();
            int at = (int) word;
            if (high(word) != at) {
                pause(spins);
                continue;
            }
            int room = roomAt(at);
            if (room == STALE) {
                requireMoved(word, tailAcquire());
                continue;
            }
            int count = Math.min(room, most);
            if (count < least) {
                return NOTHING;
            }
            if (tailCompareAndSet(word, pack(at + count, at))) {
                return pack(count, at);
            }
        }
    }

    private void publishInTurn(int position) {
        tailRelease(pack(position, position));
    }

    /** The one we wait for has a processor, or else it needs ours. */
    private static void pause(int spins) {
        // Who waits holds a claim that others wait for in turn. A virtual thread that yields leaves
        // its carrier to these, and they may never let it back.
        if (spins < SPINS || Thread.currentThread().isVirtual()) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    /**
     * Claims slots that stay with the caller until {@link #commit}; nothing else may be done to
     * this side meanwhile by the owner of a SINGLE side, and others wait at a HEAD_TAIL_SYNC side.
     *
     * @return how many
     */
    final int reserve(int least, int most) {
        if (!mode.canReserve()) {
            throw new UnsupportedOperationException(
                    "Slots are reserved in the modes SINGLE and HEAD_TAIL_SYNC; this side is "
                            + mode);
        }
        if (mode == SyncMode.SINGLE && reservedCount != 0) {
            throw new IllegalStateException("The slots reserved before have not been committed");
        }
        long claim = claim(least, most);
        if (claim != NOTHING) {
            reservedPosition = positionOf(claim);
            reservedCount = countOf(claim);
        }
        return countOf(claim);
    }

    /** How many slots are reserved. */
    final int reservedCount() {
        return reservedCount;
    }

    /** The position of a reserved slot. */
    final int reservedPosition(int index) {
        if (index < 0 || index >= reservedCount) {
            throw new IndexOutOfBoundsException(
                    "Slot " + index + " of " + reservedCount + " reserved");
        }
        return reservedPosition + index;
    }

    /** Refuses to commit or release what is not reserved. */
    final void requireReserved(int count) {
        if (count < 0 || count > reservedCount) {
            throw new IllegalArgumentException(
                    count
                            + " slots cannot be handed over where "
                            + reservedCount
                            + " are reserved");
        }
    }

    /** Publishes the first of the reserved slots and gives the others back. */
    final void commit(int count) {
        requireReserved(count);
        if (reservedCount == 0) {
            return;
        }
        reservedCount = 0;
        if (mode == SyncMode.SINGLE) {
            publishAlone(count);
        } else {
            publishInTurn(reservedPosition + count);
        }
    }
}
