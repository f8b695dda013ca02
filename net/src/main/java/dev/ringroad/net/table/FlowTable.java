package dev.ringroad.net.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Flows by exact key: a cuckoo hash of buckets with eight slots each. A key lives in one of two
 * buckets; when both are full, keys are moved to their other buckets until one has room.
 *
 * <p>Memory: 2 longs a bucket, and for each of its eight slots the key, a value and a time: {@code
 * 2 + 8 * (keyLongs + 2)} longs for eight flows, so 34 bytes a slot with keys of two longs. A
 * lookup reads one bucket's signatures and one slot as a rule, two and two at the most but for
 * signatures that agree by chance (one in 32 buckets). {@link #put} moves at most {@value
 * CuckooPath#STEPS_MAX} others and refuses the key when that makes no room, which hardly ever
 * happens below nine tenths.
 *
 * <p><b>One writer at a time, readers without locks.</b> The order of the writer's steps is what
 * they rely on:
 *
 * <ul>
 *   <li>A slot is filled before its signature is released.
 *   <li>A slot given up loses its signature first, then the bucket's version is counted up, and
 *       only then may the slot be filled again. A reader compares the version before and after it
 *       read key and value, and so never has the key of one flow and the value of another.
 *   <li>A key that moves is in its new bucket before {@code moves} is counted up, and leaves its
 *       old one after that. A reader that found nothing looks again if {@code moves} has changed,
 *       and so never misses a key that was there all the time.
 * </ul>
 *
 * <p>A reader repeats only what the writer's progress made doubtful, so nobody waits for anybody.
 *
 * <p>Time is the caller's, in any unit: {@link #touch} notes when a flow was seen, and {@link
 * #expire} removes those not seen since. Readers may touch, too.
 */
public final class FlowTable {
    /** What a lookup answers when there is no such flow; no flow may have it as its value. */
    public static final long ABSENT = Long.MIN_VALUE;

    /** The longest key, in longs. */
    public static final int KEY_LONGS_MAX = 8;

    /** Told of the flows that {@link #expire} removes. */
    @FunctionalInterface
    public interface Expired {
        /**
         * A flow goes. The table must not be changed from here.
         *
         * @param keys holds its key from index {@code at} on, during this call only
         */
        void flow(long[] keys, int at, long value);
    }

    static final VarHandle LONG = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle MOVES;
    static final int SLOTS = 8;
    private static final int SLOTS_SHIFT = 3;
    private static final int NOTHING = -1;

    // A hash: two bucket numbers of 24 bits, and a signature of 8.
    private static final int BUCKETS_MAX = 1 << 24;
    private static final int SECOND_SHIFT = 24;
    private static final int SIGNATURE_SHIFT = 48;
    private static final int HASH_BITS = 56;
    private static final long HASH_MASK = (1L << HASH_BITS) - 1;

    /** A line of the cache begins here, if the array begins with a page or a region. */
    private static final int FIRST_LONG = 6;

    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final long ONES = 0x0101010101010101L;
    private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;

    static {
        try {
            MOVES = MethodHandles.lookup().findVarHandle(FlowTable.class, "moves", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int keyLongs;
    private final int slotLongs;
    private final int mask;
    private final long firstSeed;
    private final long secondSeed;

    /** Of each bucket: eight signatures of a byte, 0 for an empty slot; then its version. */
    private final long[] heads;

    /** Of each slot: key, value, time. */
    private final long[] slots;

    private final CuckooPath path;
    private int count;
    private int expiryCursor;

    @SuppressWarnings("unused") // through MOVES
    private long moves;

    /**
     * An empty table.
     *
     * @param keyLongs length of every key, from 1 to {@link #KEY_LONGS_MAX}
     * @param flowsMax so many are to fit; there are slots for a seventh more, rounded up to a power
     *     of two of buckets
     * @throws IllegalArgumentException if {@code keyLongs} is out of range, or the slots would be
     *     more than an array holds
     */
    public FlowTable(int keyLongs, int flowsMax) {
        if (keyLongs < 1 || keyLongs > KEY_LONGS_MAX) {
            throw new IllegalArgumentException(
                    "keys of " + keyLongs + " longs; they have from 1 to " + KEY_LONGS_MAX);
        }
        if (flowsMax < 1) {
            throw new IllegalArgumentException(
                    "flowsMax is " + flowsMax + ", but must be positive");
        }
        this.keyLongs = keyLongs;
        slotLongs = keyLongs + 2;
        long buckets = bucketsFor(flowsMax);
        long longs = FIRST_LONG + buckets * SLOTS * slotLongs;
        if (buckets > BUCKETS_MAX || longs > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    flowsMax + " flows would need " + longs + " longs, more than an array holds");
        }
        mask = (int) buckets - 1;
        heads = new long[FIRST_LONG + 2 * (int) buckets];
        slots = new long[(int) longs];
        firstSeed = ThreadLocalRandom.current().nextLong();
        secondSeed = ThreadLocalRandom.current().nextLong();
        path = new CuckooPath();
    }

    /** Two buckets at least, since each key needs two. */
    private static long bucketsFor(int flowsMax) {
        long slotsWanted = flowsMax + (flowsMax + 6L) / 7;
        long buckets = (slotsWanted + SLOTS - 1) / SLOTS;
        return buckets <= 2 ? 2 : Long.highestOneBit(buckets - 1) << 1;
    }

    /** How many flows there are. The writer's. */
    public int count() {
        return count;
    }

    /** How many slots there are. */
    public int slots() {
        return (mask + 1) * SLOTS;
    }

    /** The size of the arrays. */
    public long memoryBytes() {
        return Long.BYTES * ((long) heads.length + slots.length);
    }

    /**
     * The value of a flow, or {@link #ABSENT}.
     *
     * @param keys holds the key from index {@code at} on
     */
    public long lookup(long[] keys, int at) {
        Objects.checkFromIndexSize(at, keyLongs, keys.length);
        return find(hash(keys, at), keys, at);
    }

    /**
     * Looks up many flows. All buckets are on their way from memory before one is needed.
     *
     * @param keys one after the other, from index {@code at} on
     * @param count of keys
     * @param values receives the values from index 0 on, {@link #ABSENT} for those that are not
     *     there
     * @return how many were there
     * @throws IndexOutOfBoundsException if either array is too short
     */
    public int lookup(long[] keys, int at, int count, long[] values) {
        Objects.checkFromIndexSize(at, (long) count * keyLongs, keys.length);
        Objects.checkFromIndexSize(0, count, values.length);
        for (int i = 0; i < count; i++) {
            values[i] = hash(keys, at + i * keyLongs);
        }
        for (int i = 0; i < count; i++) {
            values[i] = withSlotFetched(values[i]);
        }
        int found = 0;
        for (int i = 0; i < count; i++) {
            long value = find(values[i], keys, at + i * keyLongs);
            values[i] = value;
            found += value == ABSENT ? 0 : 1;
        }
        return found;
    }

    /**
     * The hash again, after the slot that the key is likely to be in was read: some of what was
     * read fills the bits of the hash that nobody uses, so that the compiler may not leave the read
     * out. Without a branch, for a wrong guess would end the overlapping.
     */
    private long withSlotFetched(long hash) {
        int first = first(hash);
        int second = second(hash);
        long signatures = signature(hash) * ONES;
        long inFirst = zeroBytes(heads[headAt(first)] ^ signatures);
        long inSecond = zeroBytes(heads[headAt(second)] ^ signatures);
        int bucket = inFirst != 0 ? first : second;
        long matches = inFirst != 0 ? inFirst : inSecond;
        int inBucket = (Long.numberOfTrailingZeros(matches) >>> 3) & (SLOTS - 1);
        long fetched = slots[slotAt((bucket << SLOTS_SHIFT) + inBucket)];
        return (hash & HASH_MASK) | (fetched << HASH_BITS);
    }

    /**
     * Notes that a flow was seen, and returns its value or {@link #ABSENT}. A note made while the
     * writer moves or removes the flow may be lost, or go to the one that takes its place.
     */
    public long touch(long[] keys, int at, long now) {
        Objects.checkFromIndexSize(at, keyLongs, keys.length);
        long hash = hash(keys, at);
        long value = find(hash, keys, at);
        if (value != ABSENT) {
            int bucket = bucketWith(hash, keys, at);
            if (bucket != NOTHING) {
                LONG.setOpaque(slots, slotAt(bucket) + keyLongs + 1, now);
            }
        }
        return value;
    }

    private int bucketWith(long hash, long[] keys, int at) {
        int slot = slotIn(first(hash), signature(hash), keys, at);
        return slot != NOTHING ? slot : slotIn(second(hash), signature(hash), keys, at);
    }

    private long find(long hash, long[] keys, int at) {
        int signature = signature(hash);
        while (true) {
            long movesBefore = (long) MOVES.getAcquire(this);
            long value = findIn(first(hash), signature, keys, at);
            if (value == ABSENT) {
                value = findIn(second(hash), signature, keys, at);
                if (value == ABSENT) {
                    VarHandle.loadLoadFence();
                    if ((long) MOVES.getOpaque(this) != movesBefore) {
                        continue;
                    }
                }
            }
            return value;
        }
    }

    private long findIn(int bucket, int signature, long[] keys, int at) {
        int head = headAt(bucket);
        while (true) {
            long version = (long) LONG.getAcquire(heads, head + 1);
            int slot = slotIn(bucket, signature, keys, at);
            if (slot == NOTHING) {
                return ABSENT;
            }
            long value = (long) LONG.getOpaque(slots, slotAt(slot) + keyLongs);
            VarHandle.loadLoadFence();
            if ((long) LONG.getOpaque(heads, head + 1) == version) {
                return value;
            }
        }
    }

    /** The slot of a bucket that has the key, as far as one can tell without the version. */
    private int slotIn(int bucket, int signature, long[] keys, int at) {
        long signatures = (long) LONG.getAcquire(heads, headAt(bucket));
        long matches = zeroBytes(signatures ^ (signature * ONES));
        while (matches != 0) {
            int slot = (bucket << SLOTS_SHIFT) + (Long.numberOfTrailingZeros(matches) >>> 3);
            if (sameKey(slotAt(slot), keys, at)) {
                return slot;
            }
            matches &= matches - 1;
        }
        return NOTHING;
    }

    private boolean sameKey(int slotAt, long[] keys, int at) {
        if (slots[slotAt] != keys[at]) {
            return false;
        }
        return keyLongs == 1
                || (slots[slotAt + 1] == keys[at + 1]
                        && (keyLongs == 2 || sameRest(slotAt, keys, at)));
    }

    private boolean sameRest(int slotAt, long[] keys, int at) {
        for (int i = 2; i < keyLongs; i++) {
            if (slots[slotAt + i] != keys[at + i]) {
                return false;
            }
        }
        return true;
    }

    /** The highest bit of each byte that is zero, and of no other. */
    private static long zeroBytes(long bytes) {
        return ~(((bytes & LOW_BITS) + LOW_BITS) | bytes | LOW_BITS);
    }

    private int slotAt(int slot) {
        return FIRST_LONG + slot * slotLongs;
    }

    private static int headAt(int bucket) {
        return FIRST_LONG + 2 * bucket;
    }

    private int first(long hash) {
        return (int) hash & mask;
    }

    /** Another bucket than the first. */
    private int second(long hash) {
        int second = (int) (hash >>> SECOND_SHIFT) & mask;
        return second ^ (second == first(hash) ? 1 : 0);
    }

    /** From 1 to 255. */
    private static int signature(long hash) {
        int signature = (int) (hash >>> SIGNATURE_SHIFT) & 0xFF;
        return Math.max(1, signature);
    }

    /** Products of 128 bits folded to 64, with seeds that nobody outside knows. */
    private long hash(long[] keys, int at) {
        long hash = folded(keys[at] ^ firstSeed, MULTIPLIER);
        if (keyLongs > 1) {
            hash = folded(keys[at + 1] ^ secondSeed, hash | 1);
        }
        if (keyLongs > 2) {
            hash = hashOfRest(hash, keys, at);
        }
        return hash ^ (hash >>> 32);
    }

    private long hashOfRest(long hashBefore, long[] keys, int at) {
        long hash = hashBefore;
        for (int i = 2; i < keyLongs; i++) {
            hash = folded(keys[at + i] ^ (secondSeed + i), hash | 1);
        }
        return hash;
    }

    private static long folded(long word, long factor) {
        long product = word * factor;
        return (product ^ Math.unsignedMultiplyHigh(word, factor) ^ (word >>> 29)) * MULTIPLIER;
    }

    /**
     * Adds a flow, or gives it another value and time. The writer's.
     *
     * @param keys holds the key from index {@code at} on
     * @param value any but {@link #ABSENT}
     * @param now when it was seen
     * @return false if there is no room for it; the table is as before then
     */
    public boolean put(long[] keys, int at, long value, long now) {
        Objects.checkFromIndexSize(at, keyLongs, keys.length);
        if (value == ABSENT) {
            throw new IllegalArgumentException(
                    "a flow cannot have the value that says it is not there");
        }
        long hash = hash(keys, at);
        int slot = bucketWith(hash, keys, at);
        if (slot != NOTHING) {
            LONG.setOpaque(slots, slotAt(slot) + keyLongs + 1, now);
            LONG.setRelease(slots, slotAt(slot) + keyLongs, value);
            return true;
        }
        slot = emptySlot(first(hash));
        slot = slot != NOTHING ? slot : emptySlot(second(hash));
        slot = slot != NOTHING ? slot : makeRoom(first(hash), second(hash));
        if (slot == NOTHING) {
            return false;
        }
        fill(slot, signature(hash), keys, at, value, now);
        count++;
        return true;
    }

    /** Removes a flow; whether there was one. The writer's. */
    public boolean remove(long[] keys, int at) {
        Objects.checkFromIndexSize(at, keyLongs, keys.length);
        int slot = bucketWith(hash(keys, at), keys, at);
        if (slot == NOTHING) {
            return false;
        }
        vacate(slot);
        count--;
        return true;
    }

    /** Removes all flows. The writer's. */
    public void clear() {
        for (int slot = 0; slot < slots(); slot++) {
            if (signatureOf(slot) != 0) {
                vacate(slot);
            }
        }
        count = 0;
    }

    /**
     * Removes flows that were last seen more than {@code ageMax} before {@code now}, going on where
     * it stopped last time, so that a writer can spread the work. The writer's.
     *
     * @param slotsMax how many slots to look at, at most all
     * @param expired told of each one before it goes
     * @return how many were removed
     */
    public int expire(long now, long ageMax, int slotsMax, Expired expired) {
        int removed = 0;
        for (int looked = Math.min(slotsMax, slots()); looked > 0; looked--) {
            int slot = expiryCursor;
            expiryCursor = slot + 1 == slots() ? 0 : slot + 1;
            int at = slotAt(slot);
            if (signatureOf(slot) != 0
                    && now - (long) LONG.getOpaque(slots, at + keyLongs + 1) > ageMax) {
                expired.flow(slots, at, slots[at + keyLongs]);
                vacate(slot);
                count--;
                removed++;
            }
        }
        return removed;
    }

    int emptySlot(int bucket) {
        long empty = zeroBytes(heads[headAt(bucket)]);
        return empty == 0
                ? NOTHING
                : (bucket << SLOTS_SHIFT) + (Long.numberOfTrailingZeros(empty) >>> 3);
    }

    /** The other bucket of the key in this slot. */
    int otherBucket(int slot) {
        long hash = hash(slots, slotAt(slot));
        int bucket = slot >>> SLOTS_SHIFT;
        return first(hash) == bucket ? second(hash) : first(hash);
    }

    /** Moves keys until one of both buckets has an empty slot, and returns that. */
    private int makeRoom(int first, int second) {
        int steps = path.search(this, first, second);
        if (steps < 0) {
            return NOTHING;
        }
        int empty = path.slot(0);
        for (int i = 1; i <= steps; i++) {
            int from = path.slot(i);
            move(from, empty);
            empty = from;
        }
        return empty;
    }

    private void move(int from, int to) {
        int at = slotAt(from);
        fill(to, signatureOf(from), slots, at, slots[at + keyLongs], slots[at + keyLongs + 1]);
        MOVES.setRelease(this, moves + 1);
        VarHandle.storeStoreFence();
        vacate(from);
    }

    private void fill(int slot, int signature, long[] keys, int at, long value, long seen) {
        int to = slotAt(slot);
        // The version that vacate() counted up is seen by whoever sees what is written now.
        VarHandle.storeStoreFence();
        for (int i = 0; i < keyLongs; i++) {
            LONG.setOpaque(slots, to + i, keys[at + i]);
        }
        LONG.setOpaque(slots, to + keyLongs, value);
        LONG.setOpaque(slots, to + keyLongs + 1, seen);
        setSignature(slot, signature);
    }

    private void vacate(int slot) {
        setSignature(slot, 0);
        int version = headAt(slot >>> SLOTS_SHIFT) + 1;
        LONG.setRelease(heads, version, heads[version] + 1);
    }

    private int signatureOf(int slot) {
        return (int) (heads[headAt(slot >>> SLOTS_SHIFT)] >>> shift(slot)) & 0xFF;
    }

    private void setSignature(int slot, int signature) {
        int head = headAt(slot >>> SLOTS_SHIFT);
        long others = heads[head] & ~(0xFFL << shift(slot));
        LONG.setRelease(heads, head, others | ((long) signature << shift(slot)));
    }

    private static int shift(int slot) {
        return (slot & (SLOTS - 1)) * Byte.SIZE;
    }
}
