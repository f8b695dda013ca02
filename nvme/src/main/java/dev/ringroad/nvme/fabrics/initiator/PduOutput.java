package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.PduDigest;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;
import dev.ringroad.nvme.fabrics.pdu.TerminatePdu;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Bytes on their way to the controller: whole PDUs, one behind the other, so that all commands of a
 * poll leave in one write.
 *
 * <pre>
 *   0          head               tail                 capacity
 *   |  written  |  to be written   |  room              |
 * </pre>
 *
 * <p>Data are copied here from the requests' memory. That costs a copy which a gathering write
 * would spare, and buys that nothing here points to memory of a request that is over, however it
 * ended.
 */
final class PduOutput {
    /** Holds a window's worth of data, and no more than stays in a core's cache. */
    static final int CAPACITY = 256 * 1024;

    /** The most data of a capsule: such a one always finds room some time. */
    static final int CAPSULE_DATA_BYTES_MAX = CAPACITY / 2;

    /** Less data than this are not worth a copy while more room is to come. */
    private static final int DATA_BYTES_LEAST = 4096;

    private static final int AROUND_DATA_MAX = 256;

    private final MemorySegment bytes = Arena.ofAuto().allocate(CAPACITY, Long.BYTES);
    private final ByteBuffer view = bytes.asByteBuffer();
    private final PduDigest digest = new PduDigest();
    private int head;
    private int tail;

    /** Bytes ever put out up to {@link #tail}, and those of them that were written. */
    private long putTotal;

    private long writtenTotal;

    /** Whose data the PDU has that is not out whole; without one and with data left, zeroes. */
    private @Nullable Exchange source;

    private int sourceLeft;

    /** Whether a digest follows what is left. */
    private boolean sourceDigested;

    MemorySegment bytes() {
        return bytes;
    }

    int head() {
        return head;
    }

    /** How many bytes wait to be written. */
    int size() {
        return tail - head;
    }

    long writtenTotal() {
        return writtenTotal;
    }

    /** The stream has taken so many. */
    void written(int count) {
        head += count;
        writtenTotal += count;
        if (head == tail) {
            head = 0;
            tail = 0;
        }
    }

    /** Makes so much room behind the tail, if it can. */
    private boolean hasRoom(int wanted) {
        if (CAPACITY - tail >= wanted) {
            return true;
        }
        int size = tail - head;
        if (head == 0 || CAPACITY - size < wanted) {
            return false;
        }
        MemorySegment.copy(bytes, head, bytes, 0, size);
        head = 0;
        tail = size;
        return CAPACITY - tail >= wanted;
    }

    private void put(int count) {
        tail += count;
        putTotal += count;
    }

    /** ICReq; it is the first of all. */
    void initialize(boolean headerDigest, boolean dataDigest) {
        InitializePdu.writeRequest(bytes, tail, 4, headerDigest, dataDigest, 1);
        put(InitializePdu.BYTES);
    }

    /**
     * A command with the data that travel in its capsule.
     *
     * @return false when there is no room yet
     */
    boolean capsule(MemorySegment entries, long entryAt, Exchange exchange, PduLimits limits) {
        int capsuleDataBytes = exchange.capsuleDataBytes;
        int room = CapsulePdu.COMMAND_HEADER_BYTES + capsuleDataBytes + AROUND_DATA_MAX;
        if (!hasRoom(room)) {
            return false;
        }
        int at = tail;
        int pduBytes = CapsulePdu.writeCommandHeader(bytes, at, limits, capsuleDataBytes);
        MemorySegment.copy(entries, entryAt, bytes, at + CapsulePdu.COMMAND, SubmissionEntry.BYTES);
        int dataAt = finishHeader(at, CapsulePdu.COMMAND_HEADER_BYTES, limits);
        if (capsuleDataBytes > 0) {
            MemorySegment.copy(exchange.data, exchange.dataOffset, bytes, dataAt, capsuleDataBytes);
            if (limits.dataDigest()) {
                int value = digest.of(view, dataAt, capsuleDataBytes);
                LittleEndian.u32(bytes, dataAt + (long) capsuleDataBytes, value);
            }
        }
        put(pduBytes);
        exchange.moved = capsuleDataBytes;
        exchange.capsuleEnd = putTotal;
        return true;
    }

    /**
     * Puts out data that an R2T has asked for, as far as there is room.
     *
     * <p>They are divided into PDUs only where MAXH2CDATA demands it, so a PDU may be longer than
     * all the room there is; then the rest of it comes before anything else. That matters for
     * digests: Linux's target takes the digest of a PDU for one of all data that the command has,
     * and ends the connection over the difference.
     *
     * @return whether all of them are out
     */
    boolean data(Exchange exchange, PduLimits limits) {
        while (source == exchange || exchange.readyBytes > 0) {
            if (source == null && !begin(exchange, limits)) {
                return false;
            }
            if (!goOn()) {
                return false;
            }
        }
        return true;
    }

    /** Puts out the header of the next PDU of data. */
    private boolean begin(Exchange exchange, PduLimits limits) {
        if (!hasRoom(AROUND_DATA_MAX)) {
            return false;
        }
        int count = Math.min(exchange.readyBytes, limits.hostDataBytesMax());
        boolean last = count == exchange.readyBytes;
        int at = tail;
        int ignored =
                DataPdu.writeHostData(
                        bytes,
                        at,
                        limits,
                        exchange.commandId,
                        exchange.readyTag,
                        exchange.moved,
                        count,
                        last);
        put(finishHeader(at, DataPdu.HEADER_BYTES, limits) - at);
        source = exchange;
        sourceLeft = count;
        sourceDigested = limits.dataDigest();
        digest.begin();
        return true;
    }

    /** Puts out more of the data that a PDU has begun with; whether it is out whole. */
    private boolean goOn() {
        Exchange exchange = source;
        while (sourceLeft > 0) {
            if (!hasRoom(Math.min(sourceLeft, DATA_BYTES_LEAST))) {
                return false;
            }
            int count = Math.min(sourceLeft, CAPACITY - tail);
            if (exchange == null) {
                bytes.asSlice(tail, count).fill((byte) 0);
            } else {
                long from = exchange.dataOffset + exchange.moved;
                MemorySegment.copy(exchange.data, from, bytes, tail, count);
                exchange.moved += count;
                exchange.readyBytes -= count;
            }
            if (sourceDigested) {
                digest.add(view, tail, count);
            }
            sourceLeft -= count;
            put(count);
        }
        if (sourceDigested) {
            if (!hasRoom(PduHeader.DIGEST_BYTES)) {
                return false;
            }
            LittleEndian.u32(bytes, tail, digest.value());
            put(PduHeader.DIGEST_BYTES);
            sourceDigested = false;
        }
        source = null;
        return true;
    }

    /** Whether a PDU with data of a command is not out whole. */
    boolean isWithin(Exchange exchange) {
        return source == exchange;
    }

    /**
     * A command is over before all of its data were put out, and its memory must not be touched any
     * more: whatever a PDU has promised of them becomes zeroes.
     */
    void forget(Exchange exchange) {
        if (source == exchange) {
            source = null;
        }
    }

    /** Ends the PDU of a command that was forgotten; false when there is no room yet. */
    boolean endForgotten() {
        return source != null || goOn();
    }

    private boolean isWithinPdu() {
        return source != null || sourceLeft > 0 || sourceDigested;
    }

    /** Header digest and padding behind a header; returns where data begin. */
    private int finishHeader(int at, int headerBytes, PduLimits limits) {
        int end = at + headerBytes;
        if (limits.headerDigest()) {
            LittleEndian.u32(bytes, end, digest.of(view, at, headerBytes));
            end += PduHeader.DIGEST_BYTES;
        }
        int dataAt = at + limits.dataOffset(headerBytes);
        while (end < dataAt) {
            LittleEndian.u8(bytes, end++, 0);
        }
        return dataAt;
    }

    /** H2CTermReq, the last of all, when there is room and no PDU is half out. */
    void terminate(long fault, MemorySegment wrong, long wrongAt, int wrongBytes) {
        if (!isWithinPdu() && hasRoom(TerminatePdu.BYTES_MAX)) {
            put(
                    TerminatePdu.write(
                            bytes,
                            tail,
                            PduType.HOST_TERMINATE,
                            fault,
                            wrong,
                            wrongAt,
                            wrongBytes));
        }
    }
}
