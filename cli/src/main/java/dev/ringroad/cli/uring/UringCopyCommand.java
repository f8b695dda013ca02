package dev.ringroad.cli.uring;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.uring.copy.CopyOptions;
import dev.ringroad.uring.copy.CopyProgress;
import dev.ringroad.uring.copy.TreeCopy;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Copies files and trees through a ring, with many files under way at once. */
@Command(
        name = "cp",
        description = {
            "Copies files, and with -r trees, by the rules of cp -r: into a directory that is there, merging with"
                    + " directories that are there. Nothing is replaced without --force. Interrupted, it leaves each"
                    + " file old, absent, or complete and new: what is new has a name that begins with"
                    + " .ringroad-cp- until it is complete. Symbolic links are copied as such; each name of a file"
                    + " with several becomes a file of its own; owners are not kept; holes of files above 64 KiB"
                    + " stay holes."
        },
        footer = {
            "",
            "Examples:",
            "  ringroad uring cp -r photos /backup",
            "  ringroad uring cp -rp --fsync --verify photos /backup",
            "Exit codes: 0 all is copied, 1 something or all of it is not, or a DEST with a slash at"
                    + " its end is no directory, 2 the words are wrong or DEST cannot be opened, and"
                    + " no source was copied. Ctrl-C ends it with 130."
        })
final class UringCopyCommand extends Subcommand {
    private static final double MIB = 1 << 20;
    private static final long HOOK_SECONDS_MAX = 60;

    @Parameters(
            arity = "0..*",
            hideParamSyntax = true,
            paramLabel = "SOURCE... DEST",
            description = "What is copied, and the directory or new name that it gets to.")
    private List<String> operands = List.of();

    @Option(
            names = {"-r", "-R", "--recursive"},
            description = "Copies directories with what is in them.")
    private boolean recursive;

    @Option(
            names = {"-p", "--preserve"},
            description = "Keeps times, and permissions whatever the umask.")
    private boolean preserve;

    @Option(
            names = {"-f", "--force"},
            description = "Replaces files and links that are there.")
    private boolean force;

    @Option(names = "--fsync", description = "Gives a file its name only when it is on the disk.")
    private boolean sync;

    @Option(
            names = "--verify",
            description = "Reads each copy back, from the disk where there is one, and compares.")
    private boolean verify;

    @Option(
            names = "--depth",
            paramLabel = "N",
            defaultValue = "" + CopyOptions.DEPTH,
            description =
                    "Small files under way at once, and one piece of large ones for 16 of them, 1 to "
                            + CopyOptions.DEPTH_MAX
                            + " (default: ${DEFAULT-VALUE}).")
    private int depth;

    @Option(
            names = "--plain",
            description =
                    "Copies one file after the other with plain system calls, without a ring.")
    private boolean plain;

    @Option(names = "--json", description = "Tells the result as a line of JSON.")
    private boolean json;

    /** Used by picocli. */
    UringCopyCommand() {}

    @Override
    public void run() {
        if (depth < 1 || depth > CopyOptions.DEPTH_MAX) {
            throw Refusal.wrongUse(
                    "--depth is 1 to " + CopyOptions.DEPTH_MAX + ", not " + depth + ".");
        }
        requireOperands();
        List<Path> paths = operands.stream().map(UringCopyCommand::path).toList();
        requireDirectory(paths);
        CopyOptions options =
                new CopyOptions(recursive, preserve, force, sync, verify, depth, !plain);
        CopyProgress progress = new CopyProgress();
        TreeCopy copy = new TreeCopy(options, progress, System.err::println);
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> interrupt(copy, ended), "end of copy");
        Runtime.getRuntime().addShutdownHook(hook);
        long begin = System.nanoTime();
        boolean whole;
        try (ProgressLine _ = ProgressLine.start(System.err, progress, begin)) {
            whole = copy.run(paths.subList(0, paths.size() - 1), paths.getLast());
        } catch (IOException e) {
            throw Refusal.wrongUse(String.valueOf(e.getMessage()));
        } finally {
            ended.countDown();
        }
        if (copy.isCancelled()) {
            throw Refusal.failed("Interrupted; nothing unfinished is left.");
        }
        report(progress, (System.nanoTime() - begin) / 1e9);
        if (!whole) {
            throw Refusal.failed("Not everything is copied.");
        }
    }

    private void requireOperands() {
        if (operands.size() < 2) {
            throw Refusal.wrongUse(
                    (operands.isEmpty()
                                    ? "SOURCE and DEST are missing: name what is copied, and where to."
                                    : "DEST is missing: name where "
                                            + operands.getFirst()
                                            + " is copied to.")
                            + " See ringroad uring cp --help.");
        }
    }

    // A path has lost the slash at its end, by which the user says that it is a directory.
    private void requireDirectory(List<Path> paths) {
        Path to = paths.getLast();
        boolean made =
                !Files.exists(to, LinkOption.NOFOLLOW_LINKS)
                        && Files.isDirectory(paths.getFirst(), LinkOption.NOFOLLOW_LINKS);
        if (paths.size() == 2
                && operands.getLast().endsWith("/")
                && !Files.isDirectory(to)
                && !made) {
            throw Refusal.failed(
                    operands.getLast()
                            + " is not a directory, and nothing is copied: make it first, or leave"
                            + " out the slash at its end.");
        }
    }

    // A string has lost what the locale could not decode, and the file would not be found.
    private static Path path(String operand) {
        if (operand.isEmpty() || operand.indexOf('\uFFFD') >= 0) {
            throw Refusal.wrongUse(
                    operand.isEmpty()
                            ? "An empty word is no name of a file."
                            : "The name "
                                    + operand
                                    + " cannot be read in this locale: set LC_ALL=C.UTF-8, or copy the"
                                    + " directory that it is in.");
        }
        return Path.of(operand);
    }

    private static void interrupt(TreeCopy copy, CountDownLatch ended) {
        copy.cancel();
        try {
            boolean ignored = ended.await(HOOK_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(CopyProgress progress, double seconds) {
        if (json) {
            System.out.printf(
                    Locale.ROOT,
                    "{\"files\":%d,\"directories\":%d,\"links\":%d,\"bytes\":%d,\"failures\":%d,"
                            + "\"severalNames\":%d,\"compared\":%d,\"seconds\":%.3f}%n",
                    progress.files(),
                    progress.directories(),
                    progress.links(),
                    progress.bytes(),
                    progress.failures(),
                    progress.severalNames(),
                    progress.compared(),
                    seconds);
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "%d files, %d directories, %d links, %d bytes in %.2f s: %.0f files/s, %.1f MiB/s%s%n",
                progress.files(),
                progress.directories(),
                progress.links(),
                progress.bytes(),
                seconds,
                progress.files() / seconds,
                progress.bytes() / MIB / seconds,
                progress.failures() == 0 ? "" : "; " + progress.failures() + " not copied");
        if (verify) {
            System.out.printf(
                    "%d files were read back and compared: all as they should be.%n",
                    progress.compared());
        }
        if (progress.severalNames() > 0) {
            System.out.printf(
                    "%d files have several names; each of these became a file of its own.%n",
                    progress.severalNames());
        }
    }
}
