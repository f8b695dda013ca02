package dev.ringroad.sockets.kernel;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.net.DatagramSocket;
import java.net.SocketImpl;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;

/**
 * Makes the JDK's own sockets even when the factories of java.net and java.nio are ours.
 *
 * <p>The classes are named in {@code sun.nio.ch}. Reflection reaches them because the agent exports
 * that package to us (tests say so on the command line); without that, every method here says what
 * is missing.
 */
public final class KernelSockets {
    private static final String PLATFORM_SOCKET = "sun.nio.ch.NioSocketImpl";
    private static final String PLATFORM_PROVIDER = "sun.nio.ch.DefaultSelectorProvider";

    private KernelSockets() {}

    /**
     * The provider that the JDK would use if none were installed. Asking for it does not latch the
     * system-wide one.
     */
    public static SelectorProvider provider() {
        return Holder.PROVIDER;
    }

    /** A socket of the kernel, not yet created; {@code server} as in the JDK's own constructor. */
    static SocketImpl platformSocket(boolean server) {
        try {
            return (SocketImpl)
                    Class.forName(PLATFORM_SOCKET)
                            .getConstructor(boolean.class)
                            .newInstance(server);
        } catch (ReflectiveOperationException e) {
            throw inaccessible(PLATFORM_SOCKET, e);
        }
    }

    /**
     * An unbound datagram channel that a thread's interrupt does not close, as {@link
     * DatagramSocket} needs it.
     */
    public static DatagramChannel uninterruptibleDatagramChannel() throws IOException {
        SelectorProvider provider = provider();
        try {
            Class<?> type = Class.forName("sun.nio.ch.SelectorProviderImpl");
            Object made = type.getMethod("openUninterruptibleDatagramChannel").invoke(provider);
            return (DatagramChannel) Objects.requireNonNull(made);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw inaccessible("openUninterruptibleDatagramChannel", e);
        } catch (ReflectiveOperationException e) {
            throw inaccessible("openUninterruptibleDatagramChannel", e);
        }
    }

    /**
     * Lets a closed channel of the kernel give its descriptor back. The JDK's own selectors do that
     * when they flush the last key; ours has to ask for it. Harmless when it has happened already.
     */
    public static void finishClose(SelectableChannel channel) {
        MethodHandle kill = Holder.KILL;
        try {
            kill.invoke(channel);
        } catch (Throwable t) {
            if (t instanceof Error e) {
                throw e;
            }
            // The descriptor stays with the channel until the garbage collector's cleaner finds it.
        }
    }

    private static IllegalStateException inaccessible(
            String what, ReflectiveOperationException cause) {
        return new IllegalStateException(
                "The JDK's own "
                        + what
                        + " cannot be reached. Remedy: start the program with Ringroad's agent, or add "
                        + "--add-exports java.base/sun.nio.ch=ALL-UNNAMED --add-opens java.base/java.net=ALL-UNNAMED.",
                cause);
    }

    private static final class Holder {
        static final SelectorProvider PROVIDER = find();
        static final MethodHandle KILL = kill();

        private static MethodHandle kill() {
            try {
                Class<?> type = Class.forName("sun.nio.ch.SelChImpl");
                return MethodHandles.lookup()
                        .findVirtual(type, "kill", MethodType.methodType(void.class));
            } catch (ReflectiveOperationException e) {
                throw inaccessible("sun.nio.ch.SelChImpl", e);
            }
        }

        private static SelectorProvider find() {
            try {
                Object found = Class.forName(PLATFORM_PROVIDER).getMethod("get").invoke(null);
                return (SelectorProvider) Objects.requireNonNull(found);
            } catch (ReflectiveOperationException e) {
                throw inaccessible(PLATFORM_PROVIDER, e);
            }
        }
    }
}
