package dev.ringroad.cli.volume;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a volume. */
@Command(
        name = "create",
        description =
                "Makes an empty volume; it takes room as it is written, and may be larger than the store.")
final class CreateCommand extends StoreCommand {
    @Parameters(index = "1", paramLabel = "NAME", description = "What to call it.")
    private String name = "";

    @Parameters(
            index = "2",
            paramLabel = "SIZE",
            description = "How large it looks, such as 10g; rounded up to whole clusters.")
    private String size = "";

    /** Used by picocli. */
    CreateCommand() {}

    @Override
    public void run() {
        long bytes = Sizes.bytes("SIZE", size);
        onStore(store -> store.create(name, bytes));
        tell("Made volume", name);
    }
}
