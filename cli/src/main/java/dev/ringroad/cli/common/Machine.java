package dev.ringroad.cli.common;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kernel's files about a machine.
 *
 * @param root where they begin; tests put others below another root
 */
public record Machine(Path root) {
    /** CAP_NET_ADMIN of linux/capability.h: interfaces, addresses, TAP. */
    public static final int CAP_NET_ADMIN = 12;

    /** CAP_NET_RAW of linux/capability.h: sockets that see an interface's frames. */
    public static final int CAP_NET_RAW = 13;

    /** CAP_IPC_LOCK of linux/capability.h: memory locked without limit. */
    public static final int CAP_IPC_LOCK = 14;

    /** This machine. */
    public static Machine here() {
        return new Machine(Path.of("/"));
    }

    /** A file's text without the white space around it, or nothing when it cannot be read. */
    public Optional<String> text(String path) {
        try {
            return Optional.of(Files.readString(file(path), StandardCharsets.ISO_8859_1).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A file's whole number; 0 when there is none. */
    public long number(String path) {
        try {
            return Long.parseLong(text(path).orElse("0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The rest of the first line that begins with the key, without the white space around it. */
    public Optional<String> field(String path, String key) {
        return text(path).stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip())
                .findFirst();
    }

    /** Names in a folder, sorted; none when it cannot be read. */
    public List<String> names(String path) {
        try (Stream<Path> files = Files.list(file(path))) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Whether there is such a file or folder. */
    public boolean exists(String path) {
        return Files.exists(file(path));
    }

    /** Whether this user may read and write the file. */
    public boolean isOpenable(String path) {
        return Files.isReadable(file(path)) && Files.isWritable(file(path));
    }

    /** The last name of where a symbolic link leads. */
    public Optional<String> linkTarget(String path) {
        try {
            return Optional.of(String.valueOf(Files.readSymbolicLink(file(path)).getFileName()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether this process has a capability in effect. */
    public boolean hasCapability(int number) {
        try {
            String mask = field("proc/self/status", "CapEff:").orElse("0");
            return (Long.parseUnsignedLong(mask, 16) >>> number & 1) == 1;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private Path file(String path) {
        return root.resolve(path);
    }
}
