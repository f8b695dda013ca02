package dev.ringroad.cli.pci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How the kernel is told to move a function; tests put a machine of their own here. */
interface KernelWrites {
    /** Writes a text to a file that is there. */
    void write(Path file, String text) throws IOException;

    /** To this machine. */
    static KernelWrites here() {
        return (file, text) -> {
            Path ignored = Files.writeString(file, text, StandardOpenOption.WRITE);
        };
    }
}
