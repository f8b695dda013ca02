package dev.ringroad.cli.volume;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;

import picocli.CommandLine.Command;

/** Volumes, their snapshots and clones. */
@Command(
        name = "volume",
        description = {
            "Thin-provisioned volumes with snapshots and clones, in a file or on a block device.",
            "Every change is durable when the command ends, and has happened whole or not at all if the power is cut.",
            "",
            "A volume is used by its name and its store's, volume:NAME@file:STORE, wherever a command takes a device."
                    + " While it is, its store is in use, and these commands are refused.",
        },
        subcommands = {
            InitCommand.class,
            ListCommand.class,
            CreateCommand.class,
            SnapshotCommand.class,
            CloneCommand.class,
            ResizeCommand.class,
            RenameCommand.class,
            DeleteCommand.class,
            CheckCommand.class,
            RepairCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  ringroad volume init --size 100g store.img",
            "  ringroad volume create store.img data 1t",
            "  ringroad volume snapshot store.img data data-monday",
            "  ringroad volume list store.img",
            "  ringroad nvme serve volume:data@file:store.img",
            "Exit codes: 0 done, 1 failed or not sound, 2 wrong use."
        })
public final class VolumeCommand extends Subcommand {

    /** Used by picocli. */
    VolumeCommand() {}

    @Override
    public void run() {
        throw Refusal.wrongUse(
                "Say what to do, such as: ringroad volume list STORE; there are init, list, create,"
                        + " snapshot, clone, resize, rename, delete, check and repair.");
    }
}
