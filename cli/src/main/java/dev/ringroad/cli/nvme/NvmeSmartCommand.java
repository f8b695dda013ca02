package dev.ringroad.cli.nvme;

import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.nvme.LogPages;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.command.ErrorLogEntry;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SmartLog;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Shows how a drive fares. */
@Command(
        name = "smart",
        description = {
            "Shows the health of an NVMe drive: warnings, temperature, wear, counters, and the last errors."
        },
        footer = {"", "Example:", "  ringroad nvme smart 0000:3b:00.0 --json"})
final class NvmeSmartCommand extends Subcommand {
    private static final int ZERO_CELSIUS_KELVIN = 273;

    @Parameters(paramLabel = "DEVICE", description = "Its PCI address, such as 0000:3b:00.0.")
    private String device = "";

    @Option(names = "--json", description = "Prints an object instead.")
    private boolean json;

    /** Used by picocli. */
    NvmeSmartCommand() {}

    @Override
    public void run() {
        Facts facts = Drives.use(device, controller -> health(device, controller));
        System.out.print(json ? facts.json() : facts.text());
    }

    private static Facts health(String device, NvmeController controller) throws IOException {
        LogPages pages = new LogPages(controller);
        SmartLog smart = pages.smart();
        BigInteger unit = BigInteger.valueOf(SmartLog.DATA_UNIT_BYTES);
        return new Facts()
                .add("device", device)
                .add("serial", controller.identity().serialNumber())
                .add("warnings", warnings(smart.warnings()))
                .add("celsius", smart.kelvin() - ZERO_CELSIUS_KELVIN)
                .add("spare_percent", smart.sparePercent())
                .add("spare_percent_min", smart.sparePercentMin())
                .add("used_percent", smart.usedPercent())
                .add("read_bytes", smart.dataUnitsRead().multiply(unit))
                .add("written_bytes", smart.dataUnitsWritten().multiply(unit))
                .add("read_commands", smart.readCommands())
                .add("write_commands", smart.writeCommands())
                .add("busy_minutes", smart.busyMinutes())
                .add("power_cycles", smart.powerCycles())
                .add("power_on_hours", smart.powerOnHours())
                .add("unsafe_shutdowns", smart.unsafeShutdowns())
                .add("media_errors", smart.mediaErrors())
                .add("error_log_entries", smart.errorLogEntries())
                .add("errors", errors(pages));
    }

    private static String warnings(int bits) {
        List<String> words = new ArrayList<>();
        String[] meanings = {
            "spare room is low",
            "temperature is out of bounds",
            "reliability is degraded",
            "read-only",
            "backup of the cache failed",
            "persistent memory is unreliable"
        };
        for (int bit = 0; bit < meanings.length; bit++) {
            if ((bits >> bit & 1) != 0) {
                words.add(meanings[bit]);
            }
        }
        return words.isEmpty() ? "none" : String.join(", ", words);
    }

    private static List<Facts> errors(LogPages pages) throws IOException {
        List<Facts> all = new ArrayList<>();
        for (ErrorLogEntry error : pages.errors()) {
            all.add(
                    new Facts()
                            .add("number", Long.toUnsignedString(error.count()))
                            .add("queue", error.queueId())
                            .add("namespace", Integer.toUnsignedLong(error.namespaceId()))
                            .add("block", Long.toUnsignedString(error.block()))
                            .add("status", NvmeStatus.sentence(error.status())));
        }
        return all;
    }
}
