package dev.ringroad.cli.volume;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Renames a volume. */
@Command(name = "rename", description = "Gives a volume or snapshot another name.")
final class RenameCommand extends StoreCommand {
    @Parameters(index = "1", paramLabel = "VOLUME", description = "Which volume.")
    private String volume = "";

    @Parameters(index = "2", paramLabel = "NAME", description = "What to call it.")
    private String name = "";

    /** Used by picocli. */
    RenameCommand() {}

    @Override
    public void run() {
        onStore(store -> store.rename(volume, name));
        tell("Renamed " + volume + " to", name);
    }
}
