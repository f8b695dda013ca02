package dev.ringroad.testkit.nvme;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.nvme.NvmeCommand;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** {@code ringroad nvme} within this process, where the machines of QEMU are. */
final class NvmeCommandLine {
    private String printed = "";
    private String complained = "";

    /** Runs a line, and keeps what it prints; answers its exit code. */
    int run(String... words) {
        return runTyping("", words);
    }

    /** The same while somebody types. */
    int runTyping(String typed, String... words) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        InputStream in = System.in;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
            System.setIn(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)));
            return execute(words);
        } finally {
            System.setOut(out);
            System.setErr(err);
            System.setIn(in);
            printed = outBytes.toString(StandardCharsets.UTF_8);
            complained = errBytes.toString(StandardCharsets.UTF_8);
        }
    }

    /** Runs a line, and answers its exit code. */
    static int execute(String... words) {
        CommandLine line = new CommandLine(NvmeCommand.class);
        line.setExecutionExceptionHandler(
                (e, commandLine, parsed) -> {
                    if (e instanceof Refusal refusal) {
                        System.err.println(refusal.getMessage());
                        return refusal.exitCode();
                    }
                    throw e;
                });
        return line.execute(words);
    }

    /** What the last line has printed. */
    String printed() {
        return printed;
    }

    /** What it has printed to the standard error. */
    String complained() {
        return complained;
    }

    /** What it has printed, as an object. */
    Map<?, ?> object() {
        return object(printed);
    }

    static Map<?, ?> object(String json) {
        return (Map<?, ?>) Objects.requireNonNull(Json.parse(json));
    }

    /** What it has printed, as an array. */
    List<?> array() {
        return (List<?>) Objects.requireNonNull(Json.parse(printed));
    }

    /** An object of an array. */
    static Map<?, ?> at(@Nullable Object list, int index) {
        return (Map<?, ?>)
                Objects.requireNonNull(((List<?>) Objects.requireNonNull(list)).get(index));
    }
}
