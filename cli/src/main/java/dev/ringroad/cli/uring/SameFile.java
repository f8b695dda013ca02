package dev.ringroad.cli.uring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether names lead to the same file, also to one that is yet to be made. */
final class SameFile {
    private SameFile() {}

    /** By the inode where both are there, else by the folder and the name in it. */
    static boolean is(Path one, Path other) {
        try {
            if (Files.exists(one) && Files.exists(other)) {
                return Files.isSameFile(one, other);
            }
            return place(one).equals(place(other));
        } catch (IOException _) {
            return false; // whoever opens it tells why it cannot be looked at
        }
    }

    private static Path place(Path path) throws IOException {
        Path whole = path.toAbsolutePath().normalize();
        Path folder = whole.getParent();
        return folder == null ? whole : folder.toRealPath().resolve(whole.getFileName());
    }
}
