package dev.ringroad.cli.volume;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.volume.StoreCheck;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.StringJoiner;

/** Mends a store. */
@Command(
        name = "repair",
        description = {
            "Mends what is wrong with a store that nobody uses, and says what it did. What can still be read stays;"
                    + " a cluster that is used twice is copied."
        },
        footer = {"", "Exit codes: 0 the store is sound, 1 it is not, 2 wrong use."})
final class RepairCommand extends StoreCommand {
    @Option(
            names = "--leave-out-lost",
            description =
                    "Goes on without maps and volumes that cannot be read any more: they are then"
                            + " gone for good, and read as zeroes. Copy the device first.")
    private boolean leaveOutLost;

    /** Used by picocli. */
    RepairCommand() {}

    @Override
    public void run() {
        onDevice(
                device -> {
                    StoreCheck.Repair repair = StoreCheck.repair(device, leaveOutLost);
                    System.out.print(isJson() ? json(repair) : text(repair));
                    if (!repair.isSound()) {
                        throw Refusal.failed(
                                place()
                                        + " is not sound: something cannot be read any more; with"
                                        + " --leave-out-lost the rest is mended without it.");
                    }
                });
    }

    private static String text(StoreCheck.Repair repair) {
        StringBuilder text = new StringBuilder();
        repair.findings().forEach(finding -> text.append(CheckCommand.line(finding)));
        repair.done().forEach(sentence -> text.append(sentence).append('\n'));
        return repair.isSound() ? text.append("The store is sound.\n").toString() : text.toString();
    }

    private static String json(StoreCheck.Repair repair) {
        StringJoiner done = new StringJoiner(", ", "[", "]");
        repair.done().forEach(sentence -> done.add(Json.quote(sentence)));
        return "{\"sound\": %b, \"findings\": %s, \"done\": %s, \"remaining\": %s}%n"
                .formatted(
                        repair.isSound(),
                        CheckCommand.json(repair.findings()),
                        done,
                        CheckCommand.json(repair.remaining()));
    }
}
