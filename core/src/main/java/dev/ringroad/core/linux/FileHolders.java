package dev.ringroad.core.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who has a file open, as {@code /proc/PID/fd} tells; of other users' processes only root sees it.
 */
public final class FileHolders {
    private static final int MAX = 4;
    private static final int NAME_MAX = 64;

    private FileHolders() {}

    /**
     * The first few processes that have a file open, such as {@code process 4711 (java)}.
     *
     * @param proc {@code /proc}
     * @param file as it was opened
     */
    public static List<String> of(Path proc, Path file) {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (found.size() < MAX && hasOpen(process, file)) {
                    found.add("process " + process.getFileName() + name(process));
                }
            }
        } catch (IOException _) {
            return found;
        }
        return found;
    }

    private static boolean hasOpen(Path process, Path file) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path one : open) {
                if (Files.isSymbolicLink(one) && Files.readSymbolicLink(one).equals(file)) {
                    return true;
                }
            }
        } catch (IOException _) {
            return false; // another user's, or it has ended
        }
        return false;
    }

    private static String name(Path process) {
        String name = KernelText.read(process.resolve("comm").toString());
        return name.isEmpty() || name.length() > NAME_MAX ? "" : " (" + name + ")";
    }
}
