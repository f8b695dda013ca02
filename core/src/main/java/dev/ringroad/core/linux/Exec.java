package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Puts another program into this process ({@code execve(2)}): the kernel ends all threads of the
 * JVM, and pid, streams, working directory and inherited descriptors are the new program's.
 */
public final class Exec {
    private static final int SIG_SETMASK = 2; // bits/sigaction.h
    private static final long SIGNAL_SET_BYTES = 128; // bits/types/__sigset_t.h: 1024 bits
    private static final int F_SETFD = 2; // asm-generic/fcntl.h
    private static final int FD_CLOEXEC = 1;
    private static final int OVERWRITE = 1;
    private static final int FIRST_OWN_DESCRIPTOR = 3;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private static final MethodHandle EXECV =
            Native.link("execv", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SETENV =
            Native.link("setenv", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle SIGNAL_MASK =
            Native.link(
                    "pthread_sigmask", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle FCNTL =
            Native.linkVariadic(
                    "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);

    private Exec() {}

    /**
     * Replaces this process; returns only by an exception.
     *
     * @param program the file to execute; nothing is looked up
     * @param arguments all words, the first being the program's name for itself, as bytes in
     *     whatever encoding they came
     * @param environment variables that change; all others stay as they are, byte for byte
     */
    public static void replaceProcess(
            Path program, List<byte[]> arguments, Map<String, String> environment)
            throws SystemCallException {
        closeOwnFilesOnExec();
        try (Arena arena = Arena.ofConfined()) {
            environment.forEach((name, value) -> setVariable(arena, name, value));
            MemorySegment words = arena.allocate(ADDRESS, arguments.size() + 1);
            for (int i = 0; i < arguments.size(); i++) {
                words.setAtIndex(ADDRESS, i, terminated(arena, arguments.get(i)));
            }
            MemorySegment path = arena.allocateFrom(program.toString());
            unblockSignals(arena);
            MemorySegment capture = Native.capture();
            int result;
            try {
                result = Native.result((int) EXECV.invokeExact(capture, path, words), capture);
            } catch (Throwable t) {
                throw Native.unexpected(t);
            }
            Native.check(result, "execv(" + program + ")", "");
        }
    }

    private static MemorySegment terminated(Arena arena, byte[] bytes) {
        MemorySegment copy = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return copy;
    }

    private static void setVariable(Arena arena, String name, String value) {
        MemorySegment capture = Native.capture();
        try {
            int result =
                    (int)
                            SETENV.invokeExact(
                                    capture,
                                    arena.allocateFrom(name),
                                    arena.allocateFrom(value),
                                    OVERWRITE);
            if (result != 0) {
                throw new IllegalArgumentException("'" + name + "' cannot be a variable's name");
            }
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    // The JVM keeps SIGQUIT from its Java threads, and a blocked signal would stay blocked in the
    // new program.
    private static void unblockSignals(Arena arena) {
        MemorySegment none = arena.allocate(SIGNAL_SET_BYTES, Long.BYTES);
        MemorySegment capture = Native.capture();
        try {
            int result =
                    (int) SIGNAL_MASK.invokeExact(capture, SIG_SETMASK, none, MemorySegment.NULL);
            if (result != 0) {
                throw new IllegalStateException("pthread_sigmask failed: " + result);
            }
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    // The JVM opens its own files without O_CLOEXEC. Those that the caller passed on to us have to
    // stay open.
    private static void closeOwnFilesOnExec() {
        Path jdk = Path.of(System.getProperty("java.home")).toAbsolutePath();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                int number = Integer.parseInt(String.valueOf(descriptor.getFileName()));
                if (number >= FIRST_OWN_DESCRIPTOR && isBelow(descriptor, jdk)) {
                    MemorySegment capture = Native.capture();
                    int ignored = (int) FCNTL.invokeExact(capture, number, F_SETFD, FD_CLOEXEC);
                }
            }
        } catch (IOException e) {
            // An open file too many does the new program no harm.
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static boolean isBelow(Path descriptor, Path folder) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(folder);
        } catch (IOException e) {
            return false; // closed in the meantime, such as the one that lists the others
        }
    }
}
