package dev.ringroad.cli.doctor;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.Machine;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Subcommand;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Shows what this machine offers for each path around the kernel. */
@Command(
        name = "doctor",
        description = {
            "Says what this machine offers for each path around the kernel.",
            "",
            "Each has a verdict, the reason and a remedy. ready: works. limited: works, with less speed or fewer abilities. missing: does not work."
        },
        footer = {"", "Example:", "  ringroad doctor --json doctor.json"})
public final class DoctorCommand extends Subcommand {
    private static final int VERDICT_WIDTH = 7;
    private static final String GAP = "  ";

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also writes an array of area, name, verdict, reason, remedy.")
    private @Nullable Path json;

    /** Used by picocli. */
    DoctorCommand() {}

    @Override
    public void run() {
        if (json != null) {
            OutputFile.check(json);
        }
        List<Finding> findings = new ArrayList<>(BasicChecks.of(Machine.here()));
        findings.addAll(PathChecks.of(Machine.here(), Trials.here()));
        findings.addAll(PciChecks.of(Machine.here()));
        System.out.print(table(findings));
        if (json != null) {
            OutputFile.write(json, json(findings));
        }
    }

    static String table(List<Finding> findings) {
        int width = findings.stream().mapToInt(finding -> finding.name().length()).max().orElse(0);
        String format =
                GAP
                        + "%-"
                        + VERDICT_WIDTH
                        + "s"
                        + GAP
                        + "%-"
                        + Math.max(1, width)
                        + "s"
                        + GAP
                        + "%s%n";
        StringBuilder text = new StringBuilder();
        String area = "";
        for (Finding finding : findings) {
            if (!finding.area().equals(area)) {
                text.append(area.isEmpty() ? "" : "\n").append(finding.area()).append('\n');
                area = finding.area();
            }
            text.append(
                    format.formatted(finding.verdict().word(), finding.name(), finding.reason()));
            if (!finding.remedy().isEmpty()) {
                text.append(format.formatted("", "", "remedy: " + finding.remedy()));
            }
        }
        return text.toString();
    }

    static String json(List<Finding> findings) {
        StringJoiner array = new StringJoiner(",\n  ", "[\n  ", "\n]\n").setEmptyValue("[]\n");
        for (Finding finding : findings) {
            array.add(
                    new StringJoiner(", ", "{", "}")
                            .add("\"area\": " + Json.quote(finding.area()))
                            .add("\"name\": " + Json.quote(finding.name()))
                            .add("\"verdict\": " + Json.quote(finding.verdict().word()))
                            .add("\"reason\": " + Json.quote(finding.reason()))
                            .add("\"remedy\": " + Json.quote(finding.remedy()))
                            .toString());
        }
        return array.toString();
    }
}
