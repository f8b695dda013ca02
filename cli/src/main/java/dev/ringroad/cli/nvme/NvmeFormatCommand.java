package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.nvme.NamespaceFormat;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Formats a namespace, once its user has shown to know which. */
@Command(
        name = "format",
        description = {
            "Formats a namespace of an NVMe drive. All that is in it is lost.",
            "Asks for the drive's serial number first, unless --force is given."
        },
        footer = {
            "",
            "Example:",
            "  ringroad nvme format 0000:3b:00.0 --namespace 1 --block-bytes 4096"
        })
final class NvmeFormatCommand extends Subcommand {

    @Parameters(paramLabel = "DEVICE", description = "Its PCI address, such as 0000:3b:00.0.")
    private String device = "";

    @Option(
            names = "--namespace",
            paramLabel = "ID",
            required = true,
            description = "Which, from 1.")
    private int namespace;

    @Option(
            names = "--block-bytes",
            paramLabel = "N",
            description = "512 or 4096; as it is if not given.")
    private @Nullable Integer blockBytes;

    @Option(
            names = "--metadata-bytes",
            paramLabel = "N",
            defaultValue = "0",
            description = "Metadata of each block; 0 if not given.")
    private int metadataBytes;

    @Option(
            names = "--metadata-extends",
            description = "The metadata follow each block, rather than being apart.")
    private boolean metadataExtends;

    @Option(
            names = "--erase",
            paramLabel = "HOW",
            defaultValue = "NONE",
            description = "Whether the old content is made unreadable: ${COMPLETION-CANDIDATES}.")
    private NamespaceFormat.Erase erase = NamespaceFormat.Erase.NONE;

    @Option(names = "--force", description = "Does not ask.")
    private boolean force;

    @Option(names = "--json", description = "Prints an object instead.")
    private boolean json;

    /** Used by picocli. */
    NvmeFormatCommand() {}

    @Override
    public void run() {
        Facts facts = Drives.use(device, this::format);
        System.out.print(json ? facts.json() : facts.text());
    }

    private Facts format(NvmeController controller) throws IOException {
        NvmeNamespace before = controller.namespace(namespace);
        int wanted = blockBytes == null ? before.blockBytes() : blockBytes;
        int format = NamespaceFormat.formatOf(before.identity(), wanted, metadataBytes);
        NamespaceFormat formatting = new NamespaceFormat(controller);
        if (!force) {
            confirm(controller, before, formatting.concernsAll(erase));
        }
        formatting.format(namespace, format, metadataExtends, erase);
        return DriveFacts.usable(controller, namespace, false);
    }

    private void confirm(NvmeController controller, NvmeNamespace target, boolean concernsAll)
            throws IOException {
        String serial = controller.identity().serialNumber();
        System.err.printf(
                "All %d bytes of namespace %d of %s, serial number %s, will be lost.%n%s"
                        + "Type the serial number to go on: ",
                target.blocks() * target.blockBytes(),
                namespace,
                device,
                serial,
                concernsAll
                        ? "So will all other namespaces: this drive has them go together.\n"
                        : "");
        System.err.flush();
        BufferedReader typed =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = typed.readLine();
        if (line == null || serial.isEmpty() || !line.strip().equals(serial)) {
            throw Refusal.wrongUse(
                    "Nothing was formatted, as what was typed is not the serial number; --force goes"
                            + " on without asking.");
        }
    }
}
