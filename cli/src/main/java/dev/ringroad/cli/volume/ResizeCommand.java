package dev.ringroad.cli.volume;

import dev.ringroad.cli.common.Refusal;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Resizes a volume. */
@Command(name = "resize", description = "Makes a volume larger, or with --shrink smaller.")
final class ResizeCommand extends StoreCommand {
    @Parameters(index = "1", paramLabel = "VOLUME", description = "Which volume.")
    private String volume = "";

    @Parameters(
            index = "2",
            paramLabel = "SIZE",
            description = "How large it shall look, such as 20g; rounded up to whole clusters.")
    private String size = "";

    @Option(
            names = "--shrink",
            description = "Allows a smaller size; what lies behind the new end is lost.")
    private boolean shrink;

    /** Used by picocli. */
    ResizeCommand() {}

    @Override
    public void run() {
        long bytes = Sizes.bytes("SIZE", size);
        onStore(
                store -> {
                    boolean isSmaller =
                            store.volumes().stream()
                                    .anyMatch(
                                            info ->
                                                    info.name().equals(volume)
                                                            && info.bytes() > bytes);
                    if (isSmaller && !shrink) {
                        throw Refusal.wrongUse(
                                volume
                                        + " is larger than that; with --shrink it becomes smaller,"
                                        + " and what lies behind its new end is lost.");
                    }
                    store.resize(volume, bytes);
                });
        tell("Resized", volume);
    }
}
