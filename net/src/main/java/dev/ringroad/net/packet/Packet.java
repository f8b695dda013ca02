package dev.ringroad.net.packet;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A view of one buffer of a {@link PacketPool}: the bytes lie off-heap, everything about them lies
 * in plain fields here.
 *
 * <pre>
 *   start of the buffer          offset                 offset + length      end of the buffer
 *   |  headroom                  |  data (length bytes) |  tailroom          |
 *   |&lt;------------------------- capacity ----------------------------------&gt;|
 * </pre>
 *
 * <p>Layers going down {@link #prepend} their headers, layers going up {@link #trimFront} them; no
 * byte is moved. {@link #segment} and {@link #buffer} cover the whole region that the pool lies in,
 * so that an accessor's bounds check is against one long-lived object; the packet's own methods
 * check against the packet.
 *
 * <p>What does not fit into one buffer, or is shared with others, lies in further packets behind
 * this one: see {@link #chain}. {@link #length}, {@link #segment} and everything that moves an end
 * of the data are about this packet alone; {@link #totalLength} and {@link #copyOut} go through the
 * whole chain.
 *
 * <p>References are counted with a plain int, as all references of a packet belong to one thread at
 * a time; only a packet of a shared pool, and only after {@link #shareBetweenThreads}, has them
 * counted atomically. A packet is born with one reference, and goes back to its pool when the last
 * is released.
 */
public final class Packet extends PacketState {

    /** How many packets a chain has at most; 64 KiB in buffers of 2 KiB take half of them. */
    public static final int PARTS_MAX = 64;

    /** Free for the present owner, such as a sequence number; the former's when acquired. */
    public long token;

    /** Free for the present owner, such as the next packet of a queue; as {@link #token}. */
    public @Nullable Packet link;

    private final PacketPool pool;
    private final MemorySegment segment;
    private final ByteBuffer buffer;
    private final long startOffset;
    private final int capacity;
    private final int bufferIndex;

    private long offset;
    private int length;
    private @Nullable Packet next;

    /**
     * Where a requested checksum is; means something only while the flag CHECKSUM_REQUESTED is set.
     */
    private int checksumFieldBytes;

    private long checksumStartOffset;

    Packet(PacketPool pool, MemorySegment segment, ByteBuffer buffer, long startOffset, int index) {
        this.pool = pool;
        this.segment = segment;
        this.buffer = buffer;
        this.startOffset = startOffset;
        this.capacity = pool.bufferBytes();
        this.bufferIndex = index;
        this.offset = startOffset + PacketPool.DEFAULT_HEADROOM;
    }

    /** The whole region of the pool; this packet's data are at {@link #offset()}. */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * The whole region of the pool as a buffer, in native byte order, for absolute access at {@code
     * (int) offset()}. It is shared by all packets of the pool: never move its position or limit.
     */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where the data begin, in bytes from the start of {@link #segment()}. */
    public long offset() {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        return offset;
    }

    /** How many bytes of data there are in this packet, without those chained behind it. */
    public int length() {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        return length;
    }

    /**
     * How many bytes of data there are in this packet and those chained behind it; {@link
     * Integer#MAX_VALUE} when they are more than that.
     */
    public int totalLength() {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        return next == null ? length : Chain.bytes(this);
    }

    /** The packet chained behind this one, which holds a reference to it; null in most packets. */
    public @Nullable Packet next() {
        return next;
    }

    /** How many packets the chain from here on has; 1 for a packet that is alone. */
    public int parts() {
        return next == null ? 1 : Chain.parts(this);
    }

    /** How many bytes the buffer has in all. */
    public int capacity() {
        return capacity;
    }

    /** How many bytes {@link #prepend} can still give. */
    public int headroom() {
        return (int) (offset - startOffset);
    }

    /** How many bytes {@link #append} can still give. */
    public int tailroom() {
        return capacity - (int) (offset - startOffset) - length;
    }

    /** Grows the data to the front; the new bytes hold whatever was there. */
    public void prepend(int bytes) {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        if (bytes < 0 || bytes > headroom()) {
            throw outOfRoom("prepend", bytes);
        }
        offset -= bytes;
        length += bytes;
    }

    /** Takes bytes off the front; they become headroom. */
    public void trimFront(int bytes) {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        if (bytes < 0 || bytes > length) {
            throw outOfRoom("trimFront", bytes);
        }
        offset += bytes;
        length -= bytes;
    }

    /** Grows the data to the back; the new bytes hold whatever was there. */
    public void append(int bytes) {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        if (bytes < 0 || bytes > tailroom()) {
            throw outOfRoom("append", bytes);
        }
        length += bytes;
    }

    /** Takes bytes off the back until {@code newLength} are left. */
    public void trimTo(int newLength) {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        if (newLength < 0 || newLength > length) {
            throw outOfRoom("trimTo", newLength);
        }
        length = newLength;
    }

    /**
     * Makes the packet as it was when acquired: default headroom, no data, no requests, nothing
     * behind it.
     */
    public void reset() {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        if (next != null) {
            releaseNext();
        }
        begin();
        clearRequests();
    }

    /**
     * Restores a view of this buffer that was saved as {@link #offset()} and {@link #length()}, as
     * a retransmission does after the layers below have prepended their headers.
     */
    public void window(long newOffset, int newLength) {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        long headroom = newOffset - startOffset;
        if (headroom < 0 || newLength < 0 || headroom > capacity - newLength) {
            throw outOfRoom("window", newLength);
        }
        offset = newOffset;
        length = newLength;
    }

    /** Copies bytes into this packet's data, {@code at} bytes from their start. */
    public void copyIn(int at, ByteBuffer source, int sourceIndex, int bytes) {
        checkRange(at, bytes);
        buffer.put((int) offset + at, source, sourceIndex, bytes);
    }

    /** Copies bytes into this packet's data, {@code at} bytes from their start. */
    public void copyIn(int at, byte[] source, int sourceIndex, int bytes) {
        checkRange(at, bytes);
        MemorySegment.copy(source, sourceIndex, segment, ValueLayout.JAVA_BYTE, offset + at, bytes);
    }

    /** Copies bytes into this packet's data, {@code at} bytes from their start. */
    public void copyIn(int at, MemorySegment source, long sourceOffset, int bytes) {
        checkRange(at, bytes);
        MemorySegment.copy(source, sourceOffset, segment, offset + at, bytes);
    }

    /** Copies data of the chain out, from {@code at} bytes after their start. */
    public void copyOut(int at, ByteBuffer target, int targetIndex, int bytes) {
        if (next != null) {
            Chain.copyOut(this, at, target, targetIndex, bytes);
            return;
        }
        checkRange(at, bytes);
        target.put(targetIndex, buffer, (int) offset + at, bytes);
    }

    /** Copies data of the chain out, from {@code at} bytes after their start. */
    public void copyOut(int at, byte[] target, int targetIndex, int bytes) {
        if (next != null) {
            Chain.copyOut(this, at, target, targetIndex, bytes);
            return;
        }
        checkRange(at, bytes);
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset + at, target, targetIndex, bytes);
    }

    /** Copies data of the chain out, from {@code at} bytes after their start. */
    public void copyOut(int at, MemorySegment target, long targetOffset, int bytes) {
        if (next != null) {
            Chain.copyOut(this, at, target, targetOffset, bytes);
            return;
        }
        checkRange(at, bytes);
        MemorySegment.copy(segment, offset + at, target, targetOffset, bytes);
    }

    /**
     * Becomes a copy of another packet, or of a whole chain in one piece: its data behind the
     * default headroom, its flags and its requests to the device. The references, {@link #token}
     * and {@link #link} stay this packet's; what was chained behind it is released.
     *
     * @throws IndexOutOfBoundsException when {@link #totalLength} is more than the buffer holds
     */
    public void copyFrom(Packet other) {
        if (PacketPool.CHECKED) {
            requireLive();
            other.requireLive();
        }
        int bytes = other.totalLength();
        if (bytes > capacity - PacketPool.DEFAULT_HEADROOM) {
            throw outOfRoom("copyFrom", bytes);
        }
        long target = startOffset + PacketPool.DEFAULT_HEADROOM;
        other.copyOut(0, segment, target, bytes);
        if (next != null) {
            releaseNext();
        }
        offset = target;
        length = bytes;
        copyRequests(other);
        checksumStartOffset = target + (other.checksumStartOffset - other.offset);
        checksumFieldBytes = other.checksumFieldBytes;
    }

    /**
     * Puts a packet, and what is chained behind that, at the end of this packet's chain.
     *
     * <p>The caller's reference to {@code tail} becomes the chain's: the last release of this
     * packet gives it back, and so on down the chain. A tail that has further references is shared:
     * it stays when this packet goes, and nobody may change it, or what is behind it, until only
     * one reference is left. So <em>a clone</em> of a frame is a packet with headers of its own and
     * a retained body behind them:
     *
     * <pre>{@code
     * body.trimFront(EthernetHeader.BYTES);
     * for (each port) {
     *     Packet clone = pool.acquire();
     *     ... write the port's own header into clone ...
     *     body.retain();
     *     clone.chain(body);
     *     ... transmit clone ...
     * }
     * body.release();
     * }</pre>
     *
     * <p>Header fields that software above or a device looks at belong into the first packet, and
     * so do requests: those of the others are not looked at.
     *
     * @throws IllegalStateException when this packet, or one behind it, has several references, so
     *     that the change would be seen by others; or there would be more than {@link #PARTS_MAX}
     *     packets; or the packets would chase each other in a circle
     */
    public void chain(Packet tail) {
        if (PacketPool.CHECKED) {
            requireLive();
            tail.requireLive();
        }
        Packet end = Chain.endFor(this, tail);
        end.next = tail;
        end.setChained();
    }

    /**
     * Puts single packets behind this one, which must be alone too, in one go: {@link #chain} looks
     * for the end each time.
     *
     * @param parts of which those from {@code from} to before {@code to} are taken, at most {@link
     *     #PARTS_MAX} less one
     */
    public void chainAll(Packet[] parts, int from, int to) {
        Chain.requireRoom(this, 1, to - from);
        Packet end = this;
        for (int i = from; i < to; i++) {
            end.chain(parts[i]);
            end = parts[i];
        }
    }

    /**
     * Ends this packet's chain behind it; the answer is what was there, whose reference is the
     * caller's now. Null when nothing was.
     */
    public @Nullable Packet unchain() {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        Packet rest = next;
        next = null;
        clearChained();
        return rest;
    }

    /**
     * Gathers what is chained behind this packet into its own buffer, if there is room behind its
     * data and nobody else has a reference to it.
     *
     * @return whether the packet is in one piece now; if not, nothing has changed, and {@link
     *     #copyFrom} of a packet with a bigger buffer is left
     */
    public boolean linearize() {
        if (next == null) {
            return true;
        }
        int more = totalLength() - length;
        if (!isUnshared() || more > tailroom()) {
            return false;
        }
        copyOut(length, segment, offset + length, more);
        length += more;
        releaseNext();
        return true;
    }

    /** Adds a reference; every reference is released once. */
    public void retain() {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        addReference();
    }

    /**
     * Has references counted atomically from here on until the packet is back in its pool, so that
     * other threads can be handed some of them; each thread may {@link #retain} and {@link
     * #release} as long as it has one. Nobody may change the packet or its data then. Handing over
     * needs a happens-before edge, as a ring is.
     *
     * @throws IllegalStateException when the pool is not shared: the last release would give the
     *     packet back in the wrong thread
     */
    public void shareBetweenThreads() {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        if (!pool.isShared()) {
            throw new IllegalStateException(
                    this + " belongs to one thread; only packets of a shared pool do not");
        }
        countBetweenThreads();
    }

    /**
     * Gives a reference back. The last one returns the packet to its pool, and gives its chain's
     * reference to the next packet back.
     */
    public void release() {
        if (PacketPool.CHECKED) {
            requireReleasable();
        }
        if (isPlain() || ends()) {
            pool.giveBack(this);
        }
    }

    /** Whether a release that is not a plain packet's is the last. */
    private boolean ends() {
        if (endsAlone()) {
            return true;
        }
        if (!dropReference()) {
            return false;
        }
        if (next != null) {
            releaseNext();
        }
        makePlain();
        return true;
    }

    /** Whether a release in this pool's name is the packet's end, and concerns no other. */
    boolean endsAloneIn(PacketPool wanted) {
        return pool == wanted && (isPlain() || endsAlone());
    }

    /** A loop and no recursion, so that a long chain does not take a deep stack. */
    private void releaseNext() {
        Packet part = next;
        next = null;
        clearChained();
        while (part != null) {
            if (PacketPool.CHECKED) {
                part.requireReleasable();
            }
            if (!part.dropReference()) {
                return;
            }
            Packet behind = part.next;
            part.next = null;
            part.makePlain();
            part.pool.giveBack(part);
            part = behind;
        }
    }

    /** Which buffer of the pool this is, from 0. */
    public int bufferIndex() {
        return bufferIndex;
    }

    /** The pool that the last release goes to. */
    public PacketPool pool() {
        return pool;
    }

    /**
     * Asks the device for the ones' complement checksum over the data from {@code start} to the end
     * of the chain, to be stored {@code fieldBytes} bytes after {@code start}. The field must hold
     * the folded, uncomplemented sum of the pseudo-header by then.
     *
     * @param start relative to the present {@link #offset()}; the request stays right when headers
     *     are prepended afterwards
     */
    public void requestChecksum(int start, int fieldBytes) {
        checkRange(start, fieldBytes + Short.BYTES);
        setFlags(CHECKSUM_REQUESTED);
        checksumStartOffset = offset + start;
        checksumFieldBytes = fieldBytes;
    }

    /** Where a requested checksum begins to sum, in bytes from the present {@link #offset()}. */
    public int checksumStart() {
        return (int) (checksumStartOffset - offset);
    }

    /** Where a requested checksum is stored, in bytes from {@link #checksumStart()}. */
    public int checksumOffset() {
        return checksumFieldBytes;
    }

    @Override
    public String toString() {
        return "packet "
                + bufferIndex
                + " of "
                + pool.name()
                + ", "
                + length
                + " bytes, "
                + references()
                + " references"
                + (next == null ? "" : ", more behind it");
    }

    /**
     * Puts the data where they are in a packet just acquired, of a length of their own; the bytes
     * hold whatever was there.
     */
    public void start(int newLength) {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        if (newLength < 0 || newLength > capacity - PacketPool.DEFAULT_HEADROOM) {
            throw outOfRoom("start", newLength);
        }
        offset = startOffset + PacketPool.DEFAULT_HEADROOM;
        length = newLength;
    }

    /** The window that whoever acquires gets. */
    void begin() {
        offset = startOffset + PacketPool.DEFAULT_HEADROOM;
        length = 0;
    }

    long startOffset() {
        return startOffset;
    }

    private void checkRange(int at, int bytes) {
        if (PacketPool.CHECKED) {
            requireLive();
        }
        Objects.checkFromIndexSize(at, bytes, length);
    }

    private void requireLive() {
        if (!isLive()) {
            throw pool.custody().usedAfterRelease(this);
        }
    }

    private void requireReleasable() {
        if (!isLive()) {
            throw pool.custody().releasedTwice(this);
        }
    }

    private IndexOutOfBoundsException outOfRoom(String what, int bytes) {
        return new IndexOutOfBoundsException(
                what
                        + " of "
                        + bytes
                        + " bytes does not fit: headroom "
                        + headroom()
                        + ", length "
                        + length
                        + ", tailroom "
                        + tailroom());
    }
}
