package dev.ringroad.nvme.fabrics.initiator;

/** Told what became of a command, once. */
interface ExchangeOwner {
    /**
     * The exchange is its connection's again when this returns.
     *
     * @param status as in {@link dev.ringroad.nvme.command.NvmeStatus}
     * @param result the first 8 bytes of the completion; 0 when there was none
     */
    void done(Exchange exchange, int status, long result);
}
