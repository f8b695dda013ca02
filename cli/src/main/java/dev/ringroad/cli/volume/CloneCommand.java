package dev.ringroad.cli.volume;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a clone. */
@Command(
        name = "clone",
        description = "Makes a volume that holds what another one, or a snapshot, holds now.")
final class CloneCommand extends StoreCommand {
    @Parameters(index = "1", paramLabel = "VOLUME", description = "Which volume.")
    private String volume = "";

    @Parameters(index = "2", paramLabel = "NAME", description = "What to call the clone.")
    private String name = "";

    /** Used by picocli. */
    CloneCommand() {}

    @Override
    public void run() {
        onStore(store -> store.branch(volume, name));
        tell("Made volume", name);
    }
}
