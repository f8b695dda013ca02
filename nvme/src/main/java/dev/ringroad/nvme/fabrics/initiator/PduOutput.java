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

    /** The most data of a PDU: such a one always finds room some time. */
    static final int DATA_BYTES_MAX = CAPACITY / 2;

    /** Less data than this are not worth a PDU of their own while more room is to come. */
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
        finish(at, CapsulePdu.COMMAND_HEADER_BYTES, exchange, capsuleDataBytes, limits);
        put(pduBytes);
        exchange.moved = capsuleDataBytes;
        exchange.capsuleEnd = putTotal;
        return true;
    }

    /**
     * Puts out data that an R2T has asked for, as far as there is room.
     *
     * <p>Data with a digest are not divided for want of room, only where MAXH2CDATA demands it:
     * Linux's target takes the digest of a PDU for one of all data that the command has, and ends
     * the connection over the difference.
     *
     * @return whether all of them are out
     */
    boolean data(Exchange exchange, PduLimits limits) {
        while (exchange.readyBytes > 0) {
            int wanted = Math.min(exchange.readyBytes, limits.hostDataBytesMax());
            int least = limits.dataDigest() ? wanted : Math.min(wanted, DATA_BYTES_LEAST);
            if (!hasRoom(least + AROUND_DATA_MAX)) {
                return false;
            }
            int most = CAPACITY - tail - AROUND_DATA_MAX;
            int count = wanted <= most ? wanted : most & ~3;
            boolean last = count == exchange.readyBytes;
            int at = tail;
            int pduBytes =
                    DataPdu.writeHostData(
                            bytes,
                            at,
                            limits,
                            exchange.commandId,
                            exchange.readyTag,
                            exchange.moved,
                            count,
                            last);
            finish(at, DataPdu.HEADER_BYTES, exchange, count, limits);
            put(pduBytes);
            exchange.moved += count;
            exchange.readyBytes -= count;
        }
        return true;
    }

    /** Digests, padding and data behind a header of the PDU that begins at {@code at}. */
    private void finish(
            int at, int headerBytes, Exchange exchange, int dataBytes, PduLimits limits) {
        int end = at + headerBytes;
        if (limits.headerDigest()) {
            LittleEndian.u32(bytes, end, digest.of(view, at, headerBytes));
            end += PduHeader.DIGEST_BYTES;
        }
        if (dataBytes == 0) {
            return;
        }
        int dataAt = at + limits.dataOffset(headerBytes);
        while (end < dataAt) {
            LittleEndian.u8(bytes, end++, 0);
        }
        long from = exchange.dataOffset + exchange.moved;
        MemorySegment.copy(exchange.data, from, bytes, dataAt, dataBytes);
        if (limits.dataDigest()) {
            int value = digest.of(view, dataAt, dataBytes);
            LittleEndian.u32(bytes, dataAt + (long) dataBytes, value);
        }
    }

    /** H2CTermReq, the last of all, when there is room. */
    void terminate(long fault, MemorySegment wrong, long wrongAt, int wrongBytes) {
        if (hasRoom(TerminatePdu.BYTES_MAX)) {
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
