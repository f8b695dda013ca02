package dev.ringroad.uring.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of a test's own, for what has to be set for a whole process. */
final class JavaChild implements AutoCloseable {
    private final Process process;

    private JavaChild(Process process) {
        this.process = process;
    }

    /**
     * @param before words in front of the command, such as those that set a limit
     * @param options of the JVM
     * @param mainAndArguments the class, and what its main is given
     */
    static JavaChild start(List<String> before, List<String> options, String... mainAndArguments)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Dringroad.checked=true");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(mainAndArguments));
        return new JavaChild(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** The next line that it prints. */
    String line() throws IOException {
        return String.valueOf(process.inputReader().readLine());
    }

    /** Ends the wait of one that reads its standard input. */
    void goOn() throws IOException {
        process.outputWriter().write("\n");
        process.outputWriter().flush();
    }

    /** All that it prints until it ends with 0. */
    String output() throws IOException, InterruptedException {
        String output = String.join("\n", process.inputReader().readAllLines());
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("It did not end well: " + output);
        }
        return output;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
