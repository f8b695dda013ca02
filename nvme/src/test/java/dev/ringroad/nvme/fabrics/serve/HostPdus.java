package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.ConnectData;
import dev.ringroad.nvme.command.ConnectEntry;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.SglDescriptor;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.PduDigest;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** What a host sends, byte by byte. */
class HostPdus {
    static final String HOST =
            "nqn.2014-08.org.nvmexpress:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427";

    final PduDigest digest = new PduDigest();
    PduLimits limits = new PduLimits(false, false, 4, 4, 8192, 4096, 1);
    int nextId = 1;

    MemorySegment entry(int opcode, int namespaceId) {
        MemorySegment entry = MemorySegment.ofArray(new byte[SubmissionEntry.BYTES]);
        SubmissionEntry.begin(entry, 0, opcode, nextId++ & 0x7FFF, namespaceId);
        SubmissionEntry.flags(entry, 0, SubmissionEntry.SGL);
        SglDescriptor.encode(
                entry,
                SubmissionEntry.DATA_AT,
                SglDescriptor.TRANSPORT_DATA_BLOCK,
                SglDescriptor.TRANSPORT,
                0,
                0);
        return entry;
    }

    static void transportData(MemorySegment entry, int bytes) {
        SglDescriptor.encode(
                entry,
                SubmissionEntry.DATA_AT,
                SglDescriptor.TRANSPORT_DATA_BLOCK,
                SglDescriptor.TRANSPORT,
                0,
                bytes);
    }

    static void capsuleData(MemorySegment entry, int bytes) {
        SglDescriptor.encode(
                entry,
                SubmissionEntry.DATA_AT,
                SglDescriptor.DATA_BLOCK,
                SglDescriptor.OFFSET,
                0,
                bytes);
    }

    /** A capsule with its digests. */
    byte[] capsule(MemorySegment entry, byte[] data) {
        byte[] pdu = new byte[CapsulePdu.COMMAND_HEADER_BYTES + 256 + data.length];
        MemorySegment s = MemorySegment.ofArray(pdu);
        int length = CapsulePdu.writeCommandHeader(s, 0, limits, data.length);
        MemorySegment.copy(entry, 0, s, CapsulePdu.COMMAND, CapsulePdu.COMMAND_BYTES);
        finish(s, CapsulePdu.COMMAND_HEADER_BYTES, data);
        return java.util.Arrays.copyOf(pdu, length);
    }

    byte[] hostData(int commandId, int tag, int offset, byte[] data, boolean last) {
        byte[] pdu = new byte[DataPdu.HEADER_BYTES + 256 + data.length];
        MemorySegment s = MemorySegment.ofArray(pdu);
        int length = DataPdu.writeHostData(s, 0, limits, commandId, tag, offset, data.length, last);
        finish(s, DataPdu.HEADER_BYTES, data);
        return java.util.Arrays.copyOf(pdu, length);
    }

    private void finish(MemorySegment s, int headerBytes, byte[] data) {
        ByteBuffer view = s.asByteBuffer();
        if (limits.headerDigest()) {
            LittleEndian.u32(s, headerBytes, digest.of(view, 0, headerBytes));
        }
        if (data.length > 0) {
            int at = PduHeader.dataOffset(s, 0);
            MemorySegment.copy(
                    data, 0, s, java.lang.foreign.ValueLayout.JAVA_BYTE, at, data.length);
            if (limits.dataDigest()) {
                LittleEndian.u32(s, at + data.length, digest.of(view, at, data.length));
            }
        }
    }

    MemorySegment connectEntry(int queueId, int entries, int attributes, int keepAliveMillis) {
        MemorySegment entry = MemorySegment.ofArray(new byte[SubmissionEntry.BYTES]);
        ConnectEntry.encode(entry, 0, nextId++, queueId, entries, attributes, keepAliveMillis);
        return entry;
    }

    static byte[] connectData(String subsystem, int controllerId) {
        byte[] bytes = new byte[ConnectData.BYTES];
        ConnectData data = new ConnectData(MemorySegment.ofArray(bytes));
        data.hostId().fill((byte) 7);
        data.controllerId(controllerId).subsystemName(subsystem).hostName(HOST);
        return bytes;
    }

    /** An I/O command's entry. */
    MemorySegment io(int opcode, int namespaceId, long block, int count) {
        MemorySegment entry = entry(opcode, namespaceId);
        SubmissionEntry.quadWord(entry, 0, 10, block);
        SubmissionEntry.doubleWord(entry, 0, 12, count - 1);
        return entry;
    }
}
