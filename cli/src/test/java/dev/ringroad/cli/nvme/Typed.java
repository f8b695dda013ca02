package dev.ringroad.cli.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.bench.Json;
import dev.ringroad.cli.common.Refusal;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a line of {@code ringroad nvme} came to. */
record Typed(String out, String err, @Nullable Refusal refusal) {
    /** Carries it out in this process. */
    static Typed run(String... words) {
        CommandLine line = new CommandLine(new NvmeCommand());
        Runnable command = (Runnable) line.parseArgs(words).subcommand().commandSpec().userObject();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        Refusal refusal = null;
        try {
            command.run();
        } catch (Refusal e) {
            refusal = e;
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
        return new Typed(
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8),
                refusal);
    }

    Typed isDone() {
        assertThat(refusal).isNull();
        return this;
    }

    /** One sentence, with its full stop. */
    Typed isRefused(int exitCode, String... why) {
        assertThat(refusal).isNotNull();
        assertThat(Objects.requireNonNull(refusal)).hasMessageMatching("[^\\n]+[^.]\\.");
        assertThat(List.of(why)).allSatisfy(each -> assertThat(refusal).hasMessageContaining(each));
        assertThat(refusal.exitCode()).isEqualTo(exitCode);
        return this;
    }

    static Map<?, ?> object(String json) {
        return (Map<?, ?>) Objects.requireNonNull(Json.parse(json));
    }
}
