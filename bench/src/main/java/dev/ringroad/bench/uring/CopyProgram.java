package dev.ringroad.bench.uring;

import dev.ringroad.uring.copy.CopyOptions;
import dev.ringroad.uring.copy.CopyProgress;
import dev.ringroad.uring.copy.TreeCopy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Copies trees in a JVM of its own: one that its arguments name, or those that lines of its input
 * name, source and destination with a tab between, each answered by how many nanoseconds it took.
 */
public final class CopyProgram {

    private CopyProgram() {}

    /** Copies. */
    public static void main(String[] args) throws IOException {
        if (args.length == 2) {
            copy(args[0], args[1]);
            return;
        }
        try (BufferedReader input =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                int tab = line.indexOf('\t');
                long begin = System.nanoTime();
                copy(line.substring(0, tab), line.substring(tab + 1));
                System.out.println(System.nanoTime() - begin);
            }
        }
    }

    private static void copy(String from, String to) throws IOException {
        TreeCopy copy = new TreeCopy(CopyOptions.trees(), new CopyProgress(), System.err::println);
        if (!copy.run(List.of(Path.of(from)), Path.of(to))) {
            throw new IOException("Copying " + from + " to " + to + " failed");
        }
    }
}
