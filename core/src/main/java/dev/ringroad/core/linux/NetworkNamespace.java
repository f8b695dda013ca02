package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Opens things in another network namespace ({@code setns(2)}, {@code ip-netns(8)}). What was
 * opened there stays there, wherever it is used from. Needs {@code CAP_SYS_ADMIN}.
 */
public final class NetworkNamespace {
    private static final String FOLDER = "/run/netns/";
    private static final int CLONE_NEWNET = 0x40000000;

    private static final MethodHandle SETNS =
            Native.link("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private NetworkNamespace() {}

    /** What is done inside. */
    public interface Opening<T> {
        T open() throws IOException;
    }

    /**
     * Does something inside a namespace.
     *
     * @param name as {@code ip netns} lists it, or null for the present one
     */
    public static <T> T inside(@Nullable String name, Opening<T> opening) throws IOException {
        if (name == null) {
            return opening.open();
        }
        String remedy = "choose one that `ip netns list` shows";
        try (Descriptor namespace =
                Descriptor.open(FOLDER + name, Descriptor.READ_ONLY, 0, remedy)) {
            return inThreadOfItsOwn(
                    () -> {
                        enter(namespace, name);
                        return opening.open();
                    });
        }
    }

    /** A thread that ends afterwards never has to be brought back, which can fail. */
    private static <T> T inThreadOfItsOwn(Opening<T> opening) throws IOException {
        FutureTask<T> task = new FutureTask<>(opening::open);
        Thread.ofPlatform().name("in another network namespace").start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while opening in another network namespace", e);
        }
    }

    private static IOException unwrapped(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof IOException failed ? failed : new IOException(cause);
    }

    private static void enter(Descriptor namespace, String name) throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try {
            result =
                    Native.result(
                            (int) SETNS.invokeExact(capture, namespace.number(), CLONE_NEWNET),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        Native.check(result, "setns(" + name + ")", "run as root or with CAP_SYS_ADMIN");
    }
}
