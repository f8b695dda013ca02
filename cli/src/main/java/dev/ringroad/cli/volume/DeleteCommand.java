package dev.ringroad.cli.volume;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes a volume. */
@Command(
        name = "delete",
        description = "Deletes a volume or a snapshot; what others share with it stays theirs.")
final class DeleteCommand extends StoreCommand {
    @Parameters(index = "1", paramLabel = "VOLUME", description = "Which volume.")
    private String volume = "";

    /** Used by picocli. */
    DeleteCommand() {}

    @Override
    public void run() {
        onStore(store -> store.delete(volume));
        tell("Deleted", volume);
    }
}
