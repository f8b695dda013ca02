package dev.ringroad.bench.fileload;

import java.nio.file.Path;

/** Is told how far the laying out of files is, every few mebibytes. */
@FunctionalInterface
public interface LayoutProgress {
    /**
     * So many bytes of a file are written.
     *
     * @param bytes from its begin
     */
    void laidOut(Path file, long bytes);
}
