package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;

import java.lang.foreign.MemorySegment;

/** What a target agrees to as a connection begins. */
final class Handshake {
    private Handshake() {}

    /** What holds for an ICReq, and its answer. */
    static PduLimits before() {
        return new PduLimits(false, false, 4, 4, 0, InitializePdu.DATA_BYTES_LEAST, 1);
    }

    /** What holds after an ICReq: digests if both want them, and each end's own limits. */
    static PduLimits agree(TargetConfig config, MemorySegment request, int at) {
        return new PduLimits(
                InitializePdu.headerDigest(request, at) && config.headerDigest(),
                InitializePdu.dataDigest(request, at) && config.dataDigest(),
                config.alignmentBytes(),
                InitializePdu.alignmentBytes(request, at),
                CapsulePdu.ADMIN_DATA_BYTES_MAX,
                config.hostDataBytesMax(),
                (int) Math.min(InitializePdu.readyMax(request, at), TargetCommand.READY_MAX));
    }
}
