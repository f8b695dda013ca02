package dev.ringroad.cli.inspect;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.counter.CounterFile.Reading;
import dev.ringroad.core.counter.CounterReader;
import dev.ringroad.core.counter.RuntimeFiles;
import dev.ringroad.core.linux.FileTrouble;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Shows what the stacks and devices of a process have counted, each with its sentence. */
@Command(
        name = "counters",
        description = {
            "Shows what the stacks and devices of a process have counted.",
            "",
            "Every drop has a counter with a sentence. The counters of a process that has ended can be had by"
                    + " its PID for a day."
        },
        footer = {"", "Examples:", "  ringroad counters all", "  ringroad counters 4711 --zero"})
public final class CountersCommand extends Subcommand {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    @Parameters(paramLabel = "PID|all", description = "A process, or all that run.")
    private String target = "";

    @Option(names = "--zero", description = "Also those that have counted nothing.")
    private boolean zero;

    /** Used by picocli. */
    CountersCommand() {}

    @Override
    public void run() {
        Targets.each(target, RuntimeFiles::counters, this::show);
    }

    private void show(long pid, Path file) {
        try {
            try (CounterReader reader = CounterReader.open(file)) {
                System.out.println(heading(file, pid, reader.startedEpochMillis()));
                System.out.print(table(reader.readings(), zero));
            }
        } catch (IOException e) {
            throw Refusal.wrongUse(
                    "The counters of process "
                            + pid
                            + " cannot be read: "
                            + FileTrouble.words(e)
                            + ".");
        }
    }

    private static String heading(Path file, long pid, long startedEpochMillis) {
        String started =
                SECONDS.format(
                        Instant.ofEpochMilli(startedEpochMillis).atZone(ZoneId.systemDefault()));
        String state =
                RuntimeFiles.isOfLiveProcess(file, pid) ? Targets.describe(pid) : "has ended";
        return "process "
                + pid
                + ", counting since "
                + started
                + (state.isEmpty() ? "" : ": " + state);
    }

    /** Values flush right, then name and sentence. */
    static String table(List<Reading> readings, boolean zero) {
        List<Reading> shown =
                readings.stream().filter(reading -> zero || reading.value() != 0).toList();
        int valueWidth =
                width(shown.stream().map(reading -> Long.toString(reading.value())).toList());
        int nameWidth = width(shown.stream().map(Reading::name).toList());
        StringBuilder text = new StringBuilder();
        for (Reading reading : shown) {
            String value = Long.toString(reading.value());
            text.append("  ")
                    .append(" ".repeat(valueWidth - value.length()))
                    .append(value)
                    .append("  ")
                    .append(reading.name())
                    .append(" ".repeat(nameWidth - reading.name().length()))
                    .append("  ")
                    .append(reading.sentence())
                    .append('\n');
        }
        return text.isEmpty() ? "  nothing counted yet\n" : text.toString();
    }

    private static int width(List<String> cells) {
        return cells.stream().mapToInt(String::length).max().orElse(0);
    }
}
