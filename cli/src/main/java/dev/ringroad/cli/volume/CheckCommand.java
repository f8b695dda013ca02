package dev.ringroad.cli.volume;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.volume.Finding;
import dev.ringroad.nvme.volume.StoreCheck;

import picocli.CommandLine.Command;

import java.util.List;
import java.util.StringJoiner;

/** Looks for what is wrong with a store. */
@Command(
        name = "check",
        description = {
            "Reads all metadata of a store that nobody uses, and tells what is wrong: checksums, clusters that are"
                    + " used twice, counts, maps that lead nowhere. Changes nothing."
        },
        footer = {"", "Exit codes: 0 sound, 1 not sound, 2 wrong use."})
final class CheckCommand extends StoreCommand {

    /** Used by picocli. */
    CheckCommand() {}

    @Override
    public void run() {
        onDevice(
                device -> {
                    List<Finding> findings = StoreCheck.check(device);
                    boolean isSound = StoreCheck.isSound(findings);
                    System.out.print(isJson() ? json(isSound, findings) : text(isSound, findings));
                    if (!isSound) {
                        throw Refusal.failed(
                                place() + " is not sound: see ringroad volume repair.");
                    }
                });
    }

    private static String text(boolean isSound, List<Finding> findings) {
        StringBuilder text = new StringBuilder();
        findings.forEach(finding -> text.append(line(finding)));
        return isSound ? text.append("The store is sound.\n").toString() : text.toString();
    }

    /** A finding as a line. */
    static String line(Finding finding) {
        String kind =
                switch (finding.gravity()) {
                    case NOTE -> "note: ";
                    case MENDABLE -> "wrong: ";
                    case LOSS -> "lost: ";
                };
        return kind + finding.sentence() + "\n";
    }

    private static String json(boolean isSound, List<Finding> findings) {
        return "{\"sound\": " + isSound + ", \"findings\": " + json(findings) + "}\n";
    }

    /** Findings as an array. */
    static String json(List<Finding> findings) {
        StringJoiner array = new StringJoiner(",\n  ", "[\n  ", "\n]").setEmptyValue("[]");
        for (Finding finding : findings) {
            array.add(
                    "{\"gravity\": "
                            + Json.quote(finding.gravity().name())
                            + ", \"sentence\": "
                            + Json.quote(finding.sentence())
                            + "}");
        }
        return array.toString();
    }
}
