package dev.ringroad.core.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * How descriptors that a peer has sent are closed. Of most kinds of files a peer can choose one
 * whose close waits as long as it likes: the flush of a file that it serves itself ({@code
 * fuse(4)}), or a TCP socket with {@code SO_LINGER} ({@code socket(7)}). Those that cannot wait,
 * memory, eventfds, what belongs to BPF and some sockets, are closed at once; all others by a
 * thread that has nothing else to do.
 *
 * <p>A peer that never lets it go on keeps that thread, and the descriptors behind its own.
 */
final class PeerFiles {
    private static final String EVENT_FD = "anon_inode:[eventfd]";
    private static final String BPF = "anon_inode:bpf";
    private static final long IDLE_SECONDS = 1;

    private PeerFiles() {}

    /** Closes an open descriptor, now or soon. Any thread. */
    static void close(int number) {
        if (closesAtOnce(number)) {
            Descriptor.close(number);
        } else {
            Closer.THREAD.execute(() -> Descriptor.close(number));
        }
    }

    /** Whether no peer can make its close wait. The question goes to nobody but the kernel. */
    static boolean closesAtOnce(int number) {
        if (Memfd.isInMemory(number) || Sockets.neverLingers(number)) {
            return true;
        }
        String name = name(number);
        return name.equals(EVENT_FD) || name.startsWith(BPF);
    }

    static boolean isEventFd(int number) {
        return name(number).equals(EVENT_FD);
    }

    // Nobody can give a file of another kind the name of an anonymous one: that of a file with a
    // path begins with /.
    private static String name(int number) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
        } catch (IOException _) {
            return "";
        }
    }

    /** Only there once there is something to be closed late. */
    private static final class Closer {
        static final ThreadPoolExecutor THREAD =
                new ThreadPoolExecutor(
                        1,
                        1,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("ringroad-close").factory());

        static {
            THREAD.allowCoreThreadTimeOut(true);
        }
    }
}
