package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.fabrics.pdu.PduCheck;
import dev.ringroad.nvme.fabrics.pdu.PduDigest;
import dev.ringroad.nvme.fabrics.pdu.PduFault;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Bytes as they came, cut into headers and data.
 *
 * <pre>
 *   header ──► data ──► digest ──┐      (data and digest only where the header says so)
 *     ▲                          │
 *     └──────────────────────────┘
 * </pre>
 *
 * <p>A header is handed over once it is whole, its digest and lengths have been checked, and the
 * padding behind it is there. Data are handed over in pieces, as they come.
 */
final class PduInput {
    /** A few dozen answers of 4 KiB in one read. */
    static final int CAPACITY = 256 * 1024;

    /** With less room than this behind what is there, it is moved to the front. */
    private static final int ROOM_LEAST = 64 * 1024;

    /** What is told of headers and data; an answer other than 0 is a fault and ends it all. */
    interface Receiver {
        /** A header at {@code at} of {@link #bytes}. */
        long header(int type, MemorySegment bytes, long at);

        /** A piece of the data behind the last header. */
        void data(MemorySegment bytes, long at, int count);

        /**
         * All data of the last header were handed over.
         *
         * @param intact whether their digest, if they have one, is right
         */
        void dataEnd(boolean intact);
    }

    private enum Phase {
        HEADER,
        DATA,
        DIGEST
    }

    private final MemorySegment bytes = Arena.ofAuto().allocate(CAPACITY, Long.BYTES);
    private final ByteBuffer view = bytes.asByteBuffer();
    private final PduDigest headerDigest = new PduDigest();
    private final PduDigest dataDigest = new PduDigest();
    private final Receiver receiver;
    private PduLimits limits;
    private Phase phase = Phase.HEADER;
    private boolean commonChecked;
    private int head;
    private int tail;
    private int dataLeft;

    PduInput(Receiver receiver, PduLimits limits) {
        this.receiver = receiver;
        this.limits = limits;
    }

    void limits(PduLimits agreed) {
        limits = agreed;
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** Where the next bytes are to be put, {@link #room} of them at most. */
    int tail() {
        return tail;
    }

    int room() {
        return CAPACITY - tail;
    }

    /** Where the header begins that was handed over last, or is not whole yet. */
    int head() {
        return head;
    }

    /** How many bytes are there that were not handed over. */
    int size() {
        return tail - head;
    }

    /**
     * How many bytes of data come next that may be put into place by somebody else, who then tells
     * {@link #arrivedStraight}; 0 when other bytes come next or are here already.
     */
    int straightBytes() {
        return phase == Phase.DATA && head == tail && !limits.dataDigest() ? dataLeft : 0;
    }

    /** So many bytes of data are in their place. */
    void arrivedStraight(int count) {
        dataLeft -= count;
        if (dataLeft == 0) {
            endData(true);
        }
    }

    /**
     * Takes what was put behind {@link #tail}.
     *
     * @return 0, or the fault that ends the connection
     */
    long arrived(int count) {
        tail += count;
        long fault = 0;
        boolean more = true;
        while (more && fault == 0) {
            switch (phase) {
                case HEADER -> {
                    int before = head;
                    fault = header();
                    more = head != before;
                }
                case DATA -> more = data();
                case DIGEST -> more = digest();
            }
        }
        makeRoom();
        return fault;
    }

    private void makeRoom() {
        int size = tail - head;
        if (size == 0) {
            head = 0;
            tail = 0;
        } else if (CAPACITY - tail < ROOM_LEAST) {
            MemorySegment.copy(bytes, head, bytes, 0, size);
            head = 0;
            tail = size;
        }
    }

    private long header() {
        int at = head;
        int there = tail - at;
        if (there < PduHeader.BYTES) {
            return 0;
        }
        if (!commonChecked) {
            long fault = PduCheck.commonHeader(bytes, at, limits, false);
            if (fault != 0) {
                return fault;
            }
            commonChecked = true;
        }
        int type = PduHeader.type(bytes, at);
        boolean withData = type == PduType.CONTROLLER_DATA;
        int headerBytes = PduHeader.headerBytes(bytes, at);
        int whole = withData ? PduHeader.dataOffset(bytes, at) : (int) PduHeader.bytes(bytes, at);
        if (there < whole) {
            return 0;
        }
        if (limits.headerDigest() && PduType.isDigested(type)) {
            int told = LittleEndian.u32(bytes, at + headerBytes);
            if (told != headerDigest.of(view, at, headerBytes)) {
                return PduFault.HEADER_DIGEST.at(told);
            }
        }
        long fault = PduCheck.header(bytes, at, limits);
        if (fault == 0) {
            fault = receiver.header(type, bytes, at);
        }
        if (fault != 0) {
            return fault;
        }
        if (withData) {
            dataLeft = (int) PduHeader.bytes(bytes, at) - whole - limits.dataDigestBytes();
            phase = Phase.DATA;
            if (limits.dataDigest()) {
                dataDigest.begin();
            }
        }
        head = at + whole;
        commonChecked = false;
        return 0;
    }

    private boolean data() {
        int count = Math.min(dataLeft, tail - head);
        if (count == 0) {
            return false;
        }
        receiver.data(bytes, head, count);
        if (limits.dataDigest()) {
            dataDigest.add(view, head, count);
        }
        head += count;
        dataLeft -= count;
        if (dataLeft > 0) {
            return false;
        }
        if (limits.dataDigest()) {
            phase = Phase.DIGEST;
        } else {
            endData(true);
        }
        return true;
    }

    private boolean digest() {
        if (tail - head < PduHeader.DIGEST_BYTES) {
            return false;
        }
        boolean intact = LittleEndian.u32(bytes, head) == dataDigest.value();
        head += PduHeader.DIGEST_BYTES;
        endData(intact);
        return true;
    }

    private void endData(boolean intact) {
        phase = Phase.HEADER;
        receiver.dataEnd(intact);
    }
}
