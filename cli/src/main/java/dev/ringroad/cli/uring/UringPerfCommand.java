package dev.ringroad.cli.uring;

import dev.ringroad.bench.fileload.FileLoad;
import dev.ringroad.bench.fileload.FileReport;
import dev.ringroad.bench.fileload.LayoutProgress;
import dev.ringroad.bench.fileload.LoadPlan;
import dev.ringroad.bench.fileload.PlanRefused;
import dev.ringroad.bench.fileload.RingUse;
import dev.ringroad.bench.fileload.Workload;
import dev.ringroad.cli.common.LoadOptions;
import dev.ringroad.cli.common.LoadRun;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Quantities;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.FileTrouble;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reads and writes files through io_uring, and tells how fast. */
@Command(
        name = "perf",
        description = {
            "Reads and writes files through io_uring as fio does, and tells how fast that is.",
            "",
            "A file that does not exist is laid out with --size bytes, and stays. One that exists is never"
                    + " shortened or made longer, and never written to without --overwrite."
        },
        footer = {
            "",
            "Examples:",
            "  ringroad uring perf /var/tmp/f --size 1g --depth 32 --direct --fixed --runtime 10",
            "  ringroad uring perf /var/tmp/g --size 64m --rw randwrite --verify",
            "Exit codes: 0 all is done and right, 1 something failed or was wrong, 2 it was refused"
                    + " and no file has changed. Ctrl-C ends it with 130, after the summary."
        })
final class UringPerfCommand extends Subcommand {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files or block devices.")
    private List<Path> files = List.of();

    @Mixin private LoadOptions options = new LoadOptions();

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description = "Of a file that is laid out, or the part to use of one that exists.")
    private @Nullable String size;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Handed over in one call at most; the depth if not given.")
    private @Nullable Integer batch;

    @Option(
            names = "--wait",
            paramLabel = "N",
            description = "Completions that a call waits for; 1 if not given.")
    private int awaited = 1;

    @Option(
            names = "--pin",
            paramLabel = "LIST",
            split = ",",
            description = "Processors for the threads, such as 1,3.")
    private List<Integer> cpus = List.of();

    @Option(names = "--direct", description = "Around the page cache (O_DIRECT).")
    private boolean direct;

    @Option(names = "--fixed", description = "With registered files and buffers.")
    private boolean fixed;

    @Option(names = "--iopoll", description = "The kernel polls the device; with --direct.")
    private boolean iopoll;

    @Option(names = "--sqpoll", description = "A thread of the kernel takes the entries.")
    private boolean sqpoll;

    /** Used by picocli. */
    UringPerfCommand() {}

    @Override
    public void run() {
        LoadPlan plan = plan();
        requireDifferentFiles();
        Path json = options.json();
        if (json != null) {
            OutputFile.check(json);
        }
        try (LoadRun run = LoadRun.start();
                FileLoad load = FileLoad.open(plan, run::isAsked, layoutLines(plan.workload()))) {
            load.notes().forEach(note -> System.err.println("ringroad: " + note + "."));
            run.watch(load, new FileReport(load), json);
        } catch (PlanRefused e) {
            throw Refusal.wrongUse(FileTrouble.words(e) + ".");
        } catch (IOException e) {
            throw Refusal.failed(FileTrouble.words(e) + ".");
        }
    }

    private static LayoutProgress layoutLines(Workload workload) {
        long begin = System.nanoTime();
        long[] told = {0};
        return (file, bytes) -> {
            long seconds = (System.nanoTime() - begin) / SECOND_NANOS;
            if (seconds > told[0]) {
                told[0] = seconds;
                System.out.print(FileReport.layout(seconds, file, bytes, workload.fileBytes()));
            }
        };
    }

    private void requireDifferentFiles() {
        Path json = options.json();
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            if (json != null && SameFile.is(file, json)) {
                throw Refusal.wrongUse(
                        "--json "
                                + json
                                + " would be written over a file under test; name another.");
            }
            for (Path before : files.subList(0, i)) {
                if (SameFile.is(before, file)) {
                    throw Refusal.wrongUse(
                            before + " and " + file + " are the same file; name it once.");
                }
            }
        }
    }

    private LoadPlan plan() {
        try {
            return new LoadPlan(workload(), ring(), options.threads(), cpus, options.limits());
        } catch (IllegalArgumentException e) {
            throw Refusal.wrongUse(e.getMessage() + ".");
        }
    }

    private Workload workload() {
        return new Workload(
                files,
                options.mode(),
                options.readPercent(),
                options.ioBytes(),
                size == null ? 0 : Quantities.bytes("--size", size),
                options.isVerified(),
                options.mayOverwrite(),
                options.seed());
    }

    private RingUse ring() {
        int depth = options.depth();
        return new RingUse(
                depth, batch == null ? depth : batch, awaited, direct, fixed, iopoll, sqpoll);
    }
}
