package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;

import picocli.CommandLine.Command;

/** Drives without the kernel, and block devices of any kind. */
@Command(
        name = "nvme",
        description = "NVMe drives in user space, and block devices of any kind.",
        subcommands = {
            NvmeListCommand.class,
            NvmeIdentifyCommand.class,
            NvmeSmartCommand.class,
            NvmeFormatCommand.class,
            NvmePerfCommand.class,
            NvmeRebuildCommand.class,
            NvmeServeCommand.class,
            NvmeDiscoverCommand.class,
            NvmeConnectCommand.class,
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "A drive is named by its PCI address and taken by VFIO; ringroad pci bind hands it over.",
            "",
            "Examples:",
            "  ringroad nvme list",
            "  ringroad nvme smart 0000:3b:00.0",
            "  ringroad nvme perf memory:1g --rw randread --depth 32 --runtime 5",
            "  ringroad nvme serve file:disk.img --listen 0.0.0.0:4420",
            "  ringroad nvme connect 10.0.0.1 --nqn nqn.2014-08.org.example:disk",
        })
public final class NvmeCommand extends Subcommand {

    /** Used by picocli. */
    NvmeCommand() {}

    @Override
    public void run() {
        throw Refusal.wrongUse(
                "Say what of NVMe, such as: ringroad nvme perf memory:1g; see ringroad nvme --help.");
    }
}
