package dev.ringroad.sockets.agent;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.channel.RingDatagramSocketImpl;
import dev.ringroad.sockets.channel.RingroadSelectorProvider;
import dev.ringroad.sockets.socket.RingSocketImpl;
import dev.ringroad.stack.socket.Pump;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.spi.SelectorProvider;
import java.util.Map;
import java.util.Set;

/**
 * Puts the sockets of an unmodified program onto the stack: {@code
 * -javaagent:ringroad.jar=profile=latency;net=SPEC}.
 *
 * <p>It opens the devices and installs the providers before the program's first line. When that is
 * impossible it says why in one sentence and ends the JVM with exit code 2, because a program that
 * silently runs over the kernel would be taken for one that does not.
 */
public final class Agent {
    private static final int WRONG_USE = 2;

    private Agent() {}

    /** Called by the JVM before the program's main method. */
    public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
        try {
            AgentSettings settings =
                    AgentSettings.parse(
                            arguments,
                            System.getenv("RINGROAD_NET"),
                            System.getenv("RINGROAD_PROFILE"));
            openJdk(instrumentation);
            Bypass bypass = Networks.open(settings);
            Bypass.install(bypass);
            Pump pump = bypass.pump();
            if (pump != null) {
                Farewell.arrange(pump);
            }
            installProviders();
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            String said = String.valueOf(e.getMessage());
            System.err.println("ringroad: " + said + (said.endsWith(".") ? "" : "."));
            System.exit(WRONG_USE);
        }
    }

    /** Exports the JDK's own sockets to this module, for connections that stay with the kernel. */
    private static void openJdk(Instrumentation instrumentation) {
        Set<Module> us = Set.of(Agent.class.getModule());
        instrumentation.redefineModule(
                Object.class.getModule(),
                Set.of(),
                Map.of("sun.nio.ch", us),
                Map.of("java.net", us, "java.lang", us),
                Set.of(),
                Map.of());
        NativeAccess.enable(Agent.class.getModule());
    }

    @SuppressWarnings(
            "deprecation") // the factories are deprecated because they are this blunt; there is no
    // other door
    private static void installProviders() throws IOException {
        System.setProperty(
                "java.nio.channels.spi.SelectorProvider", RingroadSelectorProvider.class.getName());
        // Asking latches it, before the program or another agent can.
        SelectorProvider provider = SelectorProvider.provider();
        if (!(provider instanceof RingroadSelectorProvider)) {
            throw new IllegalStateException(
                    "java.nio's provider is already "
                            + provider.getClass().getName()
                            + ". Put Ringroad's -javaagent before other agents on the command line.");
        }
        try {
            Socket.setSocketImplFactory(RingSocketImpl::client);
            ServerSocket.setSocketFactory(RingSocketImpl::server);
            DatagramSocket.setDatagramSocketImplFactory(RingDatagramSocketImpl::new);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Another agent has installed socket factories already ("
                            + e.getMessage()
                            + "). Put Ringroad's -javaagent before it on the command line.",
                    e);
        }
    }
}
