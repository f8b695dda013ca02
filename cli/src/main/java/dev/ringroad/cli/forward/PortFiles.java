package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.net.device.DeviceSpec;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The files of a run: what is read may not be written, and nothing may be written twice. */
final class PortFiles {

    private static final String NO_FILE = "-";

    private final Set<Object> read = new HashSet<>();
    private final Set<Object> written = new HashSet<>();

    private PortFiles() {}

    /** Refuses a run that would destroy a file, its own input for one; nothing is opened. */
    static void requireApart(List<DeviceSpec> specs, @Nullable Path json) {
        PortFiles files = new PortFiles();
        for (DeviceSpec spec : specs) {
            if (spec.kind().equals("pcap") && !spec.address().equals(NO_FILE)) {
                files.read.add(identity(Path.of(spec.address())));
            }
        }
        for (DeviceSpec spec : specs) {
            files.write(spec.options().get("capture"));
            if (spec.kind().equals("pcap")) {
                files.write(spec.options().get("out"));
            }
        }
        files.write(json == null ? null : json.toString());
    }

    private void write(@Nullable String file) {
        if (file == null || isNoPlainFile(Path.of(file))) {
            return;
        }
        Object identity = identity(Path.of(file));
        if (read.contains(identity)) {
            throw Refusal.wrongUse(
                    file
                            + " is received from, and would be overwritten; name another file to write.");
        }
        if (!written.add(identity)) {
            throw Refusal.wrongUse(file + " would be written twice; give each a file of its own.");
        }
    }

    /** Such as /dev/null, of which there is enough for all. */
    private static boolean isNoPlainFile(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file);
    }

    /** The same for all names of a file that is there, and for all ways to one that is not. */
    private static Object identity(Path file) {
        try {
            if (Files.exists(file)) {
                Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
                return key == null ? file.toRealPath() : key;
            }
            Path folder = file.toAbsolutePath().getParent();
            return folder == null ? file : folder.toRealPath().resolve(file.getFileName());
        } catch (IOException _) {
            // Whoever opens it says why it cannot be.
            return file.toAbsolutePath().normalize();
        }
    }
}
