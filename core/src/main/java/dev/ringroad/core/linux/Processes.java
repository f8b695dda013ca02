package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Facts about this and other processes. */
public final class Processes {
    private static final MethodHandle KILL =
            Native.link("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle GETEUID =
            Native.linkCritical("geteuid", FunctionDescriptor.of(JAVA_INT));
    private static final int NO_SIGNAL = 0;

    private Processes() {}

    /**
     * Whether a process runs; one that has ended and only waits for its parent to notice does not,
     * and the number of a thread is no process.
     */
    public static boolean isAlive(long pid) {
        if (pid <= 0 || pid > Integer.MAX_VALUE) {
            return false;
        }
        var capture = Native.capture();
        int result;
        try {
            result = Native.result((int) KILL.invokeExact(capture, (int) pid, NO_SIGNAL), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return (result == 0 || result == -Errno.EPERM) && !hasEnded(pid) && leadsItsThreads(pid);
    }

    // Field 3 of /proc/PID/stat, after the command's name, which may itself hold parentheses
    // (proc_pid_stat(5)).
    private static boolean hasEnded(long pid) {
        try {
            String stat =
                    Files.readString(
                            Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            int end = stat.lastIndexOf(')');
            char state = end >= 0 && end + 2 < stat.length() ? stat.charAt(end + 2) : '?';
            return state == 'Z' || state == 'X';
        } catch (IOException _) {
            return !Files.exists(Path.of("/proc/" + pid));
        }
    }

    // Threads have numbers and folders in /proc too, though none that a listing shows.
    private static boolean leadsItsThreads(long pid) {
        try {
            return Files.readString(
                            Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1)
                    .contains("\nTgid:\t" + pid + "\n");
        } catch (IOException _) {
            return false;
        }
    }

    /** The effective user of this process. */
    public static int userId() {
        try {
            return (int) GETEUID.invokeExact();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
