package dev.ringroad.cli;

import dev.ringroad.bench.BenchJson;
import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.machine.MissingRights;
import dev.ringroad.bench.report.TextTable;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Measures one part of the house beside its peer. */
@Command(
        name = "bench",
        description = {
            "Measures one part beside its peer, in the same run.",
            "",
            "WHAT is one of these:",
            BenchPart.DESCRIPTIONS
        },
        footer = {"", "Example:", "  ringroad bench memif --quick --json rows.json"})
final class BenchCommand extends Subcommand {
    @Parameters(paramLabel = "WHAT", description = "What to measure; see above.")
    private String what = "";

    @Option(names = "--quick", description = "One short round.")
    private boolean quick;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Writes the rows: name, unit, ours, peer, peer_name, better, ratio.")
    private @Nullable Path json;

    /** Used by picocli. */
    BenchCommand() {}

    @Override
    public void run() {
        BenchPart part = BenchPart.named(what);
        if (json != null) {
            OutputFile.check(json);
        }
        List<BenchRow> rows;
        try {
            rows = part.run(quick, System.out::println);
        } catch (MissingRights e) {
            throw Refusal.wrongUse(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw Refusal.failed(String.valueOf(e.getMessage()));
        }
        System.out.println();
        System.out.print(TextTable.ofRows(rows));
        if (json != null) {
            OutputFile.write(json, BenchJson.write(rows));
        }
    }
}
