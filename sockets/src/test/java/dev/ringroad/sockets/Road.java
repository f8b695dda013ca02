package dev.ringroad.sockets;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.channel.RingDatagramSocketImpl;
import dev.ringroad.sockets.channel.RingroadSelectorProvider;
import dev.ringroad.sockets.kernel.KernelSockets;
import dev.ringroad.sockets.socket.RingSocketImpl;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.socket.Pump;
import dev.ringroad.stack.socket.PumpConfig;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketImpl;
import java.nio.channels.spi.SelectorProvider;

/** A way from a client to a server inside one JVM, for contracts that every way has to keep. */
public final class Road implements AutoCloseable {
    /** The ways there are. */
    public enum Kind {
        /** The JDK's own sockets on loopback: the measure of all others. */
        KERNEL,
        /** Our sockets for addresses that are the kernel's. */
        FALLBACK,
        /** Our sockets over two stacks and a cable. */
        STACK
    }

    private final Kind kind;
    private final SelectorProvider client;
    private final SelectorProvider server;
    private final Bypass clientBypass;
    private final Bypass serverBypass;
    private final Runnable below;

    private Road(
            Kind kind,
            SelectorProvider client,
            SelectorProvider server,
            Bypass clientBypass,
            Bypass serverBypass,
            Runnable below) {
        this.kind = kind;
        this.client = client;
        this.server = server;
        this.clientBypass = clientBypass;
        this.serverBypass = serverBypass;
        this.below = below;
    }

    /** Builds the way. */
    public static Road open(Kind kind) throws IOException {
        // Tests share their cores: waiting threads had better sleep.
        return open(kind, Profile.SAFE);
    }

    /** The same with stacks that are made for something else. */
    public static Road open(Kind kind, Profile profile) throws IOException {
        if (kind == Kind.KERNEL) {
            Bypass none = new Bypass(null, 0);
            SelectorProvider jdk = KernelSockets.provider();
            return new Road(kind, jdk, jdk, none, none, () -> {});
        }
        CounterFile counters = CounterFile.inMemory(1024);
        PairDevice.Ends ends = PairDevice.create("client", "server", 4096, 2048, 1500);
        Pump a = pump(ends.a(), "10.77.0.2/24", profile);
        Pump b = pump(ends.b(), "10.77.0.1/24", profile);
        // One side polls for a while before it sleeps, the other sleeps at once.
        Bypass clientSide = new Bypass(a, 200_000);
        Bypass serverSide = new Bypass(b, 0);
        return new Road(
                kind,
                new RingroadSelectorProvider(clientSide, KernelSockets.provider()),
                new RingroadSelectorProvider(serverSide, KernelSockets.provider()),
                clientSide,
                serverSide,
                () -> {
                    a.close();
                    b.close();
                    counters.close();
                });
    }

    private static Pump pump(NetDevice device, String address, Profile profile) throws IOException {
        StackConfig config = StackConfig.of(profile);
        NetStack stack = new NetStack(config, CounterFile.inMemory(1024), System.nanoTime());
        stack.attach(device, InterfaceConfig.of(address), System.nanoTime());
        return new Pump(stack, PumpConfig.of(profile));
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the user-space stack carries it. */
    public boolean isStack() {
        return kind == Kind.STACK;
    }

    public SelectorProvider client() {
        return client;
    }

    public SelectorProvider server() {
        return server;
    }

    public Bypass serverBypass() {
        return serverBypass;
    }

    /** Where the server listens. */
    public InetAddress serverHost() {
        return InetAddress.ofLiteral(isStack() ? "10.77.0.1" : "127.0.0.1");
    }

    /** Where the client's connections come from. */
    public InetAddress clientHost() {
        return InetAddress.ofLiteral(isStack() ? "10.77.0.2" : "127.0.0.1");
    }

    /** Any port of the server's address. */
    public InetSocketAddress anyServerPort() {
        return new InetSocketAddress(serverHost(), 0);
    }

    /** An unconnected client socket. */
    public Socket socket() throws IOException {
        return kind == Kind.KERNEL
                ? new Socket()
                : new OurSocket(RingSocketImpl.of(clientBypass, false));
    }

    /** An unbound server socket. */
    public ServerSocket serverSocket() throws IOException {
        return kind == Kind.KERNEL
                ? new ServerSocket()
                : new OurServerSocket(RingSocketImpl.of(serverBypass, true), serverBypass);
    }

    /** An unbound datagram socket on the client's side. */
    public DatagramSocket datagramSocket() throws IOException {
        return datagramSocket(client);
    }

    /** An unbound datagram socket on the server's side. */
    public DatagramSocket serverDatagramSocket() throws IOException {
        return datagramSocket(server);
    }

    private DatagramSocket datagramSocket(SelectorProvider provider) throws IOException {
        return provider instanceof RingroadSelectorProvider ours
                ? new OurDatagramSocket(new RingDatagramSocketImpl(ours))
                : new DatagramSocket(null);
    }

    @Override
    public void close() {
        below.run();
    }

    private static final class OurSocket extends Socket {
        OurSocket(SocketImpl implementation) throws IOException {
            super(implementation);
        }
    }

    private static final class OurServerSocket extends ServerSocket {
        private final Bypass bypass;

        OurServerSocket(SocketImpl implementation, Bypass bypass) {
            super(implementation);
            this.bypass = bypass;
        }

        @Override
        public Socket accept() throws IOException {
            Socket accepted = new OurSocket(RingSocketImpl.of(bypass, false));
            implAccept(accepted);
            return accepted;
        }
    }

    private static final class OurDatagramSocket extends DatagramSocket {
        OurDatagramSocket(RingDatagramSocketImpl implementation) {
            super(implementation);
        }
    }
}
