/** NVMe drives in user space, the block layer, and NVMe over TCP. */
module dev.ringroad.nvme {
    requires static dev.ringroad.uring;
    requires static org.jspecify;
    requires transitive dev.ringroad.core;

    exports dev.ringroad.nvme;
    exports dev.ringroad.nvme.block;
    exports dev.ringroad.nvme.block.drive;
    exports dev.ringroad.nvme.block.file;
    exports dev.ringroad.nvme.block.gpt;
    exports dev.ringroad.nvme.block.text;
    exports dev.ringroad.nvme.volume;
    exports dev.ringroad.nvme.command;
    exports dev.ringroad.nvme.fabrics.pdu;
    exports dev.ringroad.nvme.fabrics.transport;
    exports dev.ringroad.nvme.fabrics.initiator;
    exports dev.ringroad.nvme.fabrics.serve;
}
