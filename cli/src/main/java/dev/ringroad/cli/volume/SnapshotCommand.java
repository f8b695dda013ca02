package dev.ringroad.cli.volume;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a snapshot. */
@Command(
        name = "snapshot",
        description = "Keeps what a volume holds now, read-only and under a name of its own.")
final class SnapshotCommand extends StoreCommand {
    @Parameters(index = "1", paramLabel = "VOLUME", description = "Which volume.")
    private String volume = "";

    @Parameters(index = "2", paramLabel = "NAME", description = "What to call the snapshot.")
    private String name = "";

    /** Used by picocli. */
    SnapshotCommand() {}

    @Override
    public void run() {
        onStore(store -> store.snapshot(volume, name));
        tell("Made snapshot", name);
    }
}
