package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.PduCheck;
import dev.ringroad.nvme.fabrics.pdu.PduDigest;
import dev.ringroad.nvme.fabrics.pdu.PduFault;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Cuts what a host sends into PDUs. Headers are looked at where they were received; data are copied
 * into the buffer of their command, and when much of them is still to come, received there at once.
 *
 * <pre>
 *   memory:   | done | header, part of data … |      free      |
 *                    ^ at                     ^ fill
 * </pre>
 */
final class PduReceiver {
    /** From how much on data are received into their buffer without a copy. */
    private static final int DIRECT_BYTES = 16 * 1024;

    /** The largest header with digest and padding. */
    private static final int HEADER_BYTES_MAX = 256;

    /** What a connection does with what comes. */
    interface Sink {
        /** What was agreed to so far. */
        PduLimits limits();

        /** 0, or the fault of a PDU of this type coming now. */
        long expects(int type);

        /**
         * A header has come, and was checked.
         *
         * @param dataBytes how many data follow
         * @return 0, {@link #LATER}, or a fault
         */
        long header(int type, MemorySegment memory, int at, int dataBytes);

        /** The data of the last header have come. */
        void data(boolean isIntact);

        /** The connection has to end. */
        void fault(long fault, MemorySegment memory, int at, int bytes);
    }

    /** That a PDU can be taken only later, when there is a buffer. */
    static final long LATER = -1;

    private enum Phase {
        HEADER,
        DATA,
        DIGEST,
        ENDED
    }

    private final Sink sink;
    private final PduDigest digest = new PduDigest();
    private MemorySegment memory;
    private ByteBuffer view;
    private int at;
    private int fill;
    private Phase phase = Phase.HEADER;
    private boolean isCommonChecked;
    private boolean isLater;
    private boolean isDirect;
    private int dataLeft;
    private int dataBytes;
    private @Nullable TransferBuffer into;
    private int intoAt;

    PduReceiver(Sink sink, ByteBuffer memory) {
        this.sink = sink;
        this.memory = MemorySegment.ofBuffer(memory);
        this.view = memory;
    }

    /**
     * Goes on in larger memory.
     *
     * @return the memory that it was in
     */
    ByteBuffer moveTo(ByteBuffer larger) {
        MemorySegment target = MemorySegment.ofBuffer(larger);
        MemorySegment.copy(memory, at, target, 0, fill - at);
        fill -= at;
        at = 0;
        memory = target;
        ByteBuffer before = view;
        view = larger;
        return before;
    }

    /** The memory that it is in. */
    ByteBuffer memory() {
        return view;
    }

    /** Says from within {@link Sink#header} where its data go; without it they are dropped. */
    void dataInto(TransferBuffer buffer, int offset) {
        into = buffer;
        intoAt = buffer.dataAt + offset;
    }

    /** Whether a PDU has begun and not ended, or waits. */
    boolean isWithinPdu() {
        return phase != Phase.HEADER || fill > at;
    }

    /** Whether the next PDU waits for a buffer. */
    boolean isLater() {
        return isLater;
    }

    /** Where to receive the next bytes; no room when there is nothing to be received now. */
    ByteBuffer input() {
        TransferBuffer buffer = into;
        isDirect = buffer != null && phase == Phase.DATA && at == fill && dataLeft >= DIRECT_BYTES;
        if (isDirect && buffer != null) {
            return buffer.view.limit(intoAt + dataLeft).position(intoAt);
        }
        if (at == fill) {
            at = 0;
            fill = 0;
        } else if (memory.byteSize() - fill < HEADER_BYTES_MAX || at > memory.byteSize() / 2) {
            MemorySegment.copy(memory, at, memory, 0, fill - at);
            fill -= at;
            at = 0;
        }
        return view.limit((int) memory.byteSize()).position(fill);
    }

    /** Bytes were put where {@link #input} said. */
    void received(int bytes) {
        if (isDirect) {
            intoAt += bytes;
            dataLeft -= bytes;
        } else {
            fill += bytes;
        }
        proceed();
    }

    /** Takes as many PDUs as are there. */
    void proceed() {
        boolean more = true;
        while (more) {
            more =
                    switch (phase) {
                        case HEADER -> header();
                        case DATA -> data();
                        case DIGEST -> dataDigest();
                        case ENDED -> false;
                    };
        }
    }

    /** Looks at nothing that comes from now on. */
    void end() {
        phase = Phase.ENDED;
        into = null;
    }

    private boolean header() {
        int present = fill - at;
        if (present < PduHeader.BYTES) {
            return false;
        }
        PduLimits limits = sink.limits();
        if (!isCommonChecked) {
            long fault = common(limits);
            if (fault != 0) {
                return fail(fault, PduHeader.BYTES);
            }
            isCommonChecked = true;
        }
        int type = PduHeader.type(memory, at);
        int headerBytes = PduHeader.headerBytes(memory, at);
        boolean digested = PduType.isDigested(type) && limits.headerDigest();
        int bare = headerBytes + (digested ? PduHeader.DIGEST_BYTES : 0);
        int bytes = (int) PduHeader.bytes(memory, at);
        boolean padded = type == PduType.HOST_DATA || type == PduType.CAPSULE_COMMAND;
        int whole = bytes > bare && padded ? PduHeader.dataOffset(memory, at) : bare;
        if (present < whole) {
            return false;
        }
        return wholeHeader(limits, type, headerBytes, digested, whole);
    }

    private long common(PduLimits limits) {
        int type = PduHeader.type(memory, at);
        if (!PduType.isFromHost(type)) {
            return PduFault.TYPE_UNKNOWN.at(0);
        }
        long fault = sink.expects(type);
        return fault != 0 ? fault : PduCheck.commonHeader(memory, at, limits, true);
    }

    private boolean wholeHeader(
            PduLimits limits, int type, int headerBytes, boolean digested, int whole) {
        if (digested) {
            int said = LittleEndian.u32(memory, at + headerBytes);
            if (digest.of(view, at, headerBytes) != said) {
                return fail(PduFault.HEADER_DIGEST.at(said), headerBytes);
            }
        }
        long fault = PduCheck.header(memory, at, limits);
        if (fault != 0) {
            return fail(fault, headerBytes);
        }
        int carried = carriedBytes(limits, type, whole);
        into = null;
        long answer = sink.header(type, memory, at, carried);
        isLater = answer == LATER;
        if (isLater) {
            return false;
        }
        if (answer != 0) {
            return fail(answer, headerBytes);
        }
        isCommonChecked = false;
        at += whole;
        dataLeft = carried;
        dataBytes = carried;
        // A sink may have ended the connection while it looked at the header.
        if (phase == Phase.HEADER && carried > 0) {
            phase = Phase.DATA;
        }
        return phase != Phase.ENDED;
    }

    private int carriedBytes(PduLimits limits, int type, int whole) {
        return switch (type) {
            case PduType.CAPSULE_COMMAND -> CapsulePdu.dataBytes(memory, at, limits);
            case PduType.HOST_DATA ->
                    (int) PduHeader.bytes(memory, at) - whole - limits.dataDigestBytes();
            // What a termination quotes.
            default -> (int) PduHeader.bytes(memory, at) - whole;
        };
    }

    private boolean data() {
        int part = Math.min(fill - at, dataLeft);
        if (part > 0) {
            TransferBuffer buffer = into;
            if (buffer != null) {
                MemorySegment.copy(memory, at, buffer.memory, intoAt, part);
            }
            at += part;
            intoAt += part;
            dataLeft -= part;
        }
        if (dataLeft > 0) {
            return false;
        }
        if (sink.limits().dataDigest()) {
            phase = Phase.DIGEST;
            return true;
        }
        return dataDone(true);
    }

    private boolean dataDigest() {
        if (fill - at < PduHeader.DIGEST_BYTES) {
            return false;
        }
        int said = LittleEndian.u32(memory, at);
        at += PduHeader.DIGEST_BYTES;
        TransferBuffer buffer = into;
        return dataDone(
                buffer == null || digest.of(buffer.view, intoAt - dataBytes, dataBytes) == said);
    }

    private boolean dataDone(boolean isIntact) {
        phase = Phase.HEADER;
        into = null;
        sink.data(isIntact);
        return phase != Phase.ENDED;
    }

    private boolean fail(long fault, int bytes) {
        phase = Phase.ENDED;
        into = null;
        sink.fault(fault, memory, at, bytes);
        return false;
    }
}
