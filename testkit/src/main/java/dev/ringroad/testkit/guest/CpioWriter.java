package dev.ringroad.testkit.guest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes an archive that the kernel unpacks into its first file system.
 *
 * <pre>
 *   magic "070701" | 13 fields of 8 hexadecimal digits | name, NUL, to 4 bytes | content, to 4 bytes
 * </pre>
 *
 * <p>Source: the kernel's {@code Documentation/driver-api/early-userspace/buffer-format.rst}.
 * Nothing is compressed, as unpacking would cost an emulated processor more than reading does.
 * Folders come by themselves; archives may follow each other in one file. For one thread.
 */
final class CpioWriter implements AutoCloseable {
    private static final int FOLDER = 0040755;
    private static final int LINK = 0120777;
    private static final int FILE = 0100000;
    private static final int HEADER_BYTES = 110;

    private final OutputStream out;
    private final Set<String> written = new HashSet<>();
    private int inode;

    /**
     * @param out closed by {@link #close}
     */
    CpioWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * @param name from the root on, without a leading slash
     */
    void folder(String name) throws IOException {
        if (written.add(name)) {
            parents(name);
            entry(name, FOLDER, new byte[0]);
        }
    }

    void link(String name, String target) throws IOException {
        if (written.add(name)) {
            parents(name);
            entry(name, LINK, target.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * @param permissions such as 0755
     */
    void file(String name, int permissions, byte[] content) throws IOException {
        if (written.add(name)) {
            parents(name);
            entry(name, FILE | permissions, content);
        }
    }

    /** A file with the content, and the right to be run, of another; links are followed. */
    void copy(String name, Path source) throws IOException {
        file(name, Files.isExecutable(source) ? 0755 : 0644, Files.readAllBytes(source));
    }

    /** A folder with all that is in another. */
    void copyTree(String name, Path source) throws IOException {
        try (Stream<Path> paths = Files.walk(source)) {
            for (Path path : (Iterable<Path>) paths.sorted()::iterator) {
                String entry = name + "/" + source.relativize(path);
                if (Files.isRegularFile(path)) {
                    copy(entry, path);
                }
            }
        }
    }

    private void parents(String name) throws IOException {
        int slash = name.lastIndexOf('/');
        if (slash > 0) {
            folder(name.substring(0, slash));
        }
    }

    private void entry(String name, int mode, byte[] content) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int links = mode == FOLDER ? 2 : 1;
        int[] fields = {
            ++inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, bytes.length + 1, 0
        };
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append(String.format("%08x", field));
        }
        out.write(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.write(0);
        pad(HEADER_BYTES + bytes.length + 1);
        out.write(content);
        pad(content.length);
    }

    private void pad(int bytes) throws IOException {
        out.write(new byte[-bytes & 3]);
    }

    @Override
    public void close() throws IOException {
        try (out) {
            entry("TRAILER!!!", 0, new byte[0]);
        }
    }
}
