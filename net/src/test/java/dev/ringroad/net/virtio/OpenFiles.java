package dev.ringroad.net.virtio;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has open of the kinds that peers pass, which the JVM itself opens none of. */
public final class OpenFiles {

    private OpenFiles() {}

    /** How many eventfds, Unix sockets and files in memory are open. */
    public static int count() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                count += isPassable(one) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean isPassable(Path link) {
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("anon_inode:[eventfd]")
                    || target.startsWith("socket:")
                    || target.startsWith("/memfd:");
        } catch (IOException _) {
            // Gone by now, as the folder's own.
            return false;
        }
    }
}
