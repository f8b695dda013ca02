package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.kernel.KernelSockets;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;

/**
 * Gives out channels that decide between the stack and the kernel when they learn an address, and
 * selectors for both kinds. Pipes, Unix domain sockets and inherited channels are the kernel's own.
 */
public final class RingroadSelectorProvider extends SelectorProvider {
    private final @Nullable Bypass fixed;
    private final SelectorProvider kernel;

    /** For the JVM: uses what the agent has installed. */
    public RingroadSelectorProvider() {
        fixed = null;
        kernel = KernelSockets.provider();
    }

    /**
     * For programs that hold several stacks.
     *
     * @param bypass the stack to use
     * @param kernel gives the kernel's channels
     */
    public RingroadSelectorProvider(Bypass bypass, SelectorProvider kernel) {
        this.fixed = bypass;
        this.kernel = kernel;
    }

    SelectorProvider kernel() {
        return kernel;
    }

    Bypass bypass() {
        Bypass own = fixed;
        return own != null ? own : Bypass.installed();
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return new RingSocketChannel(this, bypass(), (ProtocolFamily) null);
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        Objects.requireNonNull(family, "'family' is null");
        return isInternet(family)
                ? new RingSocketChannel(this, bypass(), family)
                : kernel.openSocketChannel(family);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return new RingServerSocketChannel(this, bypass(), null);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        Objects.requireNonNull(family, "'family' is null");
        return isInternet(family)
                ? new RingServerSocketChannel(this, bypass(), family)
                : kernel.openServerSocketChannel(family);
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return new RingDatagramChannel(this, bypass(), null);
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        Objects.requireNonNull(family, "'family' is null");
        return isInternet(family)
                ? new RingDatagramChannel(this, bypass(), family)
                : kernel.openDatagramChannel(family);
    }

    private static boolean isInternet(ProtocolFamily family) {
        return family == StandardProtocolFamily.INET || family == StandardProtocolFamily.INET6;
    }

    @Override
    public Pipe openPipe() throws IOException {
        return kernel.openPipe();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return new MixedSelector(this, bypass(), kernel.openSelector());
    }

    @Override
    public @Nullable Channel inheritedChannel() throws IOException {
        return kernel.inheritedChannel();
    }
}
