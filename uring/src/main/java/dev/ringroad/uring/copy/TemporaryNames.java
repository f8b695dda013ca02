package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.Processes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Names of what is not finished. They say whose it is, so that a later copy can tell what a dead
 * one has left from what a living one is at:
 *
 * <pre>
 *   .ringroad-cp-MACHINE-PROCESS-START-COUNT
 * </pre>
 *
 * <p>The machine is a checksum of this boot and its namespace of processes; start is the 22nd field
 * of {@code /proc/PID/stat}, for numbers of processes are used again. The name that the file is to
 * have is no part of it, as that may be as long as names can be.
 */
final class TemporaryNames {
    static final String PREFIX = ".ringroad-cp-";
    static final byte[] PREFIX_BYTES = PREFIX.getBytes(StandardCharsets.US_ASCII);

    private static final Pattern NAME =
            Pattern.compile("\\.ringroad-cp-([0-9a-f]{8})-([0-9]{1,9})-([0-9]+)-[0-9]+");
    private static final Path PROC = Path.of("/proc");
    private static final int FIELDS_BEFORE_START = 19; // behind the command's name and its ')'
    private static final String MACHINE = machine();
    private static final String OWN_BEGIN =
            PREFIX
                    + MACHINE
                    + '-'
                    + ProcessHandle.current().pid()
                    + '-'
                    + startOf(ProcessHandle.current().pid())
                    + '-';
    private static final AtomicLong COUNT = new AtomicLong();

    /** Whose unfinished thing it is. */
    enum Owner {
        /** Nobody's any more. */
        DEAD,
        /** A copy's that goes on. */
        ALIVE,
        /** Of another boot, machine or container: nobody here can tell. */
        UNKNOWN
    }

    private TemporaryNames() {}

    /** A new one, at most 64 bytes. */
    static byte[] next() {
        return (OWN_BEGIN + COUNT.getAndIncrement()).getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether a name has the form. */
    static boolean isTemporary(byte[] name) {
        return NAME.matcher(new String(name, StandardCharsets.ISO_8859_1)).matches();
    }

    /** Whose a temporary name is. */
    static Owner owner(byte[] name) {
        Matcher parts = NAME.matcher(new String(name, StandardCharsets.ISO_8859_1));
        if (!parts.matches() || !parts.group(1).equals(MACHINE)) {
            return Owner.UNKNOWN;
        }
        long pid = Long.parseLong(parts.group(2));
        boolean alive = Processes.isAlive(pid) && startOf(pid).equals(parts.group(3));
        return alive ? Owner.ALIVE : Owner.DEAD;
    }

    private static String machine() {
        CRC32C checksum = new CRC32C();
        try {
            checksum.update(Files.readAllBytes(PROC.resolve("sys/kernel/random/boot_id")));
            Path namespace = Files.readSymbolicLink(PROC.resolve("self/ns/pid"));
            checksum.update(namespace.toString().getBytes(StandardCharsets.US_ASCII));
        } catch (IOException _) {
            // Without /proc machines look alike: nobody may take another's for a dead one's.
            checksum.update(UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII));
        }
        return "%08x".formatted(checksum.getValue());
    }

    private static String startOf(long pid) {
        try {
            Path file = PROC.resolve(pid + "/stat");
            String stat = Files.readString(file, StandardCharsets.ISO_8859_1);
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[FIELDS_BEFORE_START];
        } catch (IOException _) {
            return "0";
        }
    }
}
