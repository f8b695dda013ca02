package dev.ringroad.bench.uring;

import dev.ringroad.bench.machine.FigureJvm;
import dev.ringroad.bench.machine.Programs;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The same no-ops in C, compiled against the machine's liburing. */
final class LiburingNops implements AutoCloseable {
    private static final String SOURCE = "nops.c";
    private static final int COMPILER_SECONDS = 60;

    private final Path folder;
    private final Path program;

    private LiburingNops(Path folder) {
        this.folder = folder;
        program = folder.resolve("nops");
    }

    /** What there has to be, in a sentence; null when all is there. */
    static @Nullable String missing() {
        String compiler = Programs.missing("gcc", "gcc");
        if (compiler != null) {
            return compiler;
        }
        return Files.exists(Path.of("/usr/include/liburing.h"))
                ? null
                : "liburing's header is not installed; Debian has it in the package liburing-dev";
    }

    /** Compiles it. */
    static LiburingNops compile() throws IOException, InterruptedException {
        LiburingNops made = new LiburingNops(Files.createTempDirectory("ringroad-nops"));
        try {
            made.build();
        } catch (Throwable t) {
            made.close();
            throw t;
        }
        return made;
    }

    private void build() throws IOException, InterruptedException {
        Path source = folder.resolve(SOURCE);
        try (InputStream text = LiburingNops.class.getResourceAsStream(SOURCE)) {
            if (text == null) {
                throw new IOException("The bench's resource " + SOURCE + " is missing");
            }
            Files.copy(text, source);
        }
        List<String> command =
                List.of("gcc", "-O2", "-o", program.toString(), source.toString(), "-luring");
        Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream output = compiler.getInputStream()) {
            String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            if (!compiler.waitFor(COMPILER_SECONDS, TimeUnit.SECONDS)
                    || compiler.exitValue() != 0) {
                throw new IOException(
                        "gcc could not compile the benchmark of liburing: " + said.strip());
            }
        } finally {
            compiler.destroyForcibly();
        }
    }

    /** No-ops a second for each size of batch. */
    Map<Integer, Double> rates(int cpu, int millis) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        program.toString(), Integer.toString(cpu), Integer.toString(millis));
        return FigureJvm.figures(builder.redirectError(Redirect.INHERIT));
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(folder.resolve(SOURCE));
        Files.deleteIfExists(program);
        Files.deleteIfExists(folder);
    }
}
