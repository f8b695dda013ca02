package dev.ringroad.cli.common;

import dev.ringroad.core.linux.FileTrouble;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that the user wants written at the end of something long: better refused before it begins.
 */
public final class OutputFile {
    private OutputFile() {}

    /** Refuses a place where no file can be written. */
    public static void check(Path file) {
        if (file.toString().equals("-")) {
            throw Refusal.wrongUse(
                    "\"-\" would be a file of that name; the standard output, which has the words for"
                            + " people too, is /dev/stdout.");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw Refusal.wrongUse(file + " is a folder; name a file in it.");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw Refusal.wrongUse("The folder of " + file + " does not exist; make it first.");
        }
        boolean writable = Files.exists(file) ? Files.isWritable(file) : Files.isWritable(folder);
        if (!writable) {
            throw Refusal.wrongUse("This user may not write " + file + "; choose another place.");
        }
    }

    /** Writes the file, in place of what was there. */
    public static void write(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw Refusal.failed("Writing " + file + " failed: " + FileTrouble.words(e) + ".");
        }
    }
}
