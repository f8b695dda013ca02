package dev.ringroad.core.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many descriptors of each kind this process has open, for leak checks.
 *
 * <p>Only the kinds that a bypass is made of: sockets, anonymous inodes (eventfd, BPF), memory
 * files, namespaces and the devices of the kernel's network. The JVM opens and closes files as it
 * likes (jars, class files, what tells of its control group), and pipes for its child processes;
 * these say nothing about a leak.
 *
 * @param byKind how many are open, such as {@code socket=2, anon_inode:[eventfd]=1}
 */
public record OpenDescriptors(Map<String, Integer> byKind) {

    private static final Path FOLDER = Path.of("/proc/self/fd");
    private static final String DELETED = " (deleted)";

    /** Fixes the counts. */
    public OpenDescriptors {
        byKind = Map.copyOf(byKind);
    }

    /** What is open at present. */
    public static OpenDescriptors now() throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(FOLDER)) {
            for (Path one : all) {
                String target = target(one);
                if (isOfABypass(target)) {
                    counts.merge(kind(target), 1, Integer::sum);
                }
            }
        }
        return new OpenDescriptors(counts);
    }

    /** Empty when it is closed already, as the one that this very folder is read with soon is. */
    private static String target(Path one) {
        try {
            return Files.readSymbolicLink(one).toString();
        } catch (IOException _) {
            return "";
        }
    }

    private static boolean isOfABypass(String target) {
        if (target.startsWith("/")) {
            return target.startsWith("/memfd:")
                    || target.startsWith("/dev/net/")
                    || target.startsWith("/dev/vhost");
        }
        return !target.isEmpty() && !target.startsWith("pipe:");
    }

    /** The target without what differs from one descriptor of the kind to the next. */
    private static String kind(String target) {
        int inode = target.lastIndexOf(":[");
        if (inode > 0 && Character.isDigit(target.charAt(inode + 2))) {
            return target.substring(0, inode);
        }
        int end = target.endsWith(DELETED) ? target.length() - DELETED.length() : target.length();
        return target.substring(0, end);
    }

    /**
     * What is open here beyond what was open before, of each kind. A descriptor closed in between
     * makes room for another of its kind, so connections may have been replaced.
     */
    public Map<String, Integer> beyond(OpenDescriptors before) {
        Map<String, Integer> more = new TreeMap<>();
        byKind.forEach(
                (kind, count) -> {
                    int added = count - before.byKind.getOrDefault(kind, 0);
                    if (added > 0) {
                        more.put(kind, added);
                    }
                });
        return more;
    }
}
