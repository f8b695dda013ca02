package dev.ringroad.uring.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Trees for tests, and the machine's own tools that look at them from outside. */
final class Trees {
    private Trees() {}

    /** Files of all sizes that matter, directories, links, odd names and permissions. */
    static void make(Path tree) throws Exception {
        Random random = new Random(4);
        Files.createDirectories(tree.resolve("a/b/c"));
        Files.createDirectories(tree.resolve("empty"));
        int[] sizes = {
            0, 1, 4095, 4096, 65_536, 65_537, 262_144, 1 << 20, 1 + (1 << 20), 9_000_001
        };
        for (int size : sizes) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            Files.write(tree.resolve("a/size-" + size), bytes);
        }
        for (int i = 0; i < 300; i++) {
            Files.writeString(tree.resolve("a/b/small " + i), "text ".repeat(i));
        }
        Files.writeString(tree.resolve("a/b/c/script"), "#!/bin/sh\n");
        shell("cd '" + tree + "' && chmod 755 a/b/c/script && chmod 400 'a/b/small 7'");
        shell("cd '" + tree + "' && chmod 700 a/b/c && ln -s ../nowhere a/dangling");
        shell("cd '" + tree + "' && ln -s a/b linked && ln -s ../a a/loop");
        shell("cd '" + tree + "' && touch \"$(printf 'not utf \\377\\376')\"");
    }

    /** What {@code find} says of each file: name, kind, permissions, length, target. */
    static String listing(Path tree) throws Exception {
        return shell(
                "cd '"
                        + tree
                        + "' && { find . -type d -printf '%p d %m\\n';"
                        + " find . ! -type d -printf '%p %y %m %s %l\\n'; } | sort");
    }

    /** Holds two trees against each other with {@code diff} and {@code find}. */
    static void assertSame(Path tree, Path copy) throws Exception {
        assertThat(shell("diff -r --no-dereference '" + tree + "' '" + copy + "'")).isEmpty();
        assertThat(listing(copy)).isEqualTo(listing(tree));
    }

    /** Fails when something below is unfinished. */
    static void assertNothingUnfinished(Path directory) throws Exception {
        assertThat(shell("find '" + directory + "' -name '.ringroad-cp-*'")).isEmpty();
    }

    /** What a shell prints, whatever its exit code. */
    static String shell(String script) throws IOException, InterruptedException {
        return run(List.of("sh", "-c", script));
    }

    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        byte[] output = process.getInputStream().readAllBytes();
        int ignored = process.waitFor();
        return new String(output, StandardCharsets.ISO_8859_1);
    }
}
