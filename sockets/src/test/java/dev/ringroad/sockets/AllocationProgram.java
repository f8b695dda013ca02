package dev.ringroad.sockets;

import com.sun.management.ThreadMXBean;

import dev.ringroad.stack.config.Profile;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * Prints how many bytes each end allocates while the two exchange small messages over the stack,
 * one number a line. {@link AllocationTest} runs it in a JVM of its own, because the checked mode
 * of tests records stack traces.
 */
final class AllocationProgram {
    static final int ROUNDS = 5_000;
    private static final int WARM_UP = 20_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Road road;

    private AllocationProgram(Road road) {
        this.road = road;
    }

    /** One exchange of a message and its answer, or one half of it. */
    private interface Exchange {
        void once() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        try (Road road = Road.open(Road.Kind.STACK, Profile.LATENCY)) {
            AllocationProgram program = new AllocationProgram(road);
            switch (args[0]) {
                case "channels" -> program.blockingChannels();
                case "sockets" -> program.sockets();
                case "datagrams" -> program.connectedDatagramChannels();
                default -> program.selectors();
            }
        }
        System.exit(0);
    }

    private Callable<Long> measured(Exchange exchange) {
        return () -> {
            for (int i = 0; i < WARM_UP; i++) {
                exchange.once();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                exchange.once();
            }
            return threads.getCurrentThreadAllocatedBytes() - before;
        };
    }

    private void check(Exchange client, Exchange server) throws Exception {
        FutureTask<Long> other = new FutureTask<>(measured(server));
        Thread thread = Thread.ofPlatform().start(other);
        System.out.println(measured(client).call());
        System.out.println(other.get());
        thread.join();
    }

    private static void readFully(SocketChannel channel, ByteBuffer buffer) throws Exception {
        buffer.clear();
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new AssertionError("the stream has ended");
            }
        }
        buffer.flip();
    }

    private void blockingChannels() throws Exception {
        try (ServerSocketChannel listener =
                        road.server().openServerSocketChannel().bind(road.anyServerPort());
                SocketChannel client = road.client().openSocketChannel()) {
            client.connect(listener.getLocalAddress());
            try (SocketChannel server = listener.accept()) {
                ByteBuffer direct = ByteBuffer.allocateDirect(64);
                ByteBuffer heap = ByteBuffer.allocate(64);
                check(
                        () -> {
                            client.write(direct.clear());
                            readFully(client, direct);
                        },
                        () -> {
                            readFully(server, heap);
                            server.write(heap);
                        });
            }
        }
    }

    private void sockets() throws Exception {
        try (ServerSocket listener = road.serverSocket();
                Socket client = road.socket()) {
            listener.bind(road.anyServerPort());
            client.connect(listener.getLocalSocketAddress());
            try (Socket server = listener.accept()) {
                InputStream clientIn = client.getInputStream();
                OutputStream clientOut = client.getOutputStream();
                InputStream serverIn = server.getInputStream();
                OutputStream serverOut = server.getOutputStream();
                byte[] mine = new byte[64];
                byte[] theirs = new byte[64];
                check(
                        () -> {
                            clientOut.write(mine);
                            clientIn.readNBytes(mine, 0, 64);
                        },
                        () -> {
                            serverIn.readNBytes(theirs, 0, 64);
                            serverOut.write(theirs);
                        });
            }
        }
    }

    private void connectedDatagramChannels() throws Exception {
        try (DatagramChannel server =
                        road.server().openDatagramChannel().bind(road.anyServerPort());
                DatagramChannel client = road.client().openDatagramChannel()) {
            client.bind(new InetSocketAddress(road.clientHost(), 0));
            client.connect(server.getLocalAddress());
            server.connect(client.getLocalAddress());
            ByteBuffer mine = ByteBuffer.allocateDirect(64);
            ByteBuffer theirs = ByteBuffer.allocateDirect(64);
            check(
                    () -> {
                        client.write(mine.clear());
                        client.read(mine.clear());
                    },
                    () -> {
                        server.read(theirs.clear());
                        server.write(theirs.clear());
                    });
        }
    }

    private void selectors() throws Exception {
        try (ServerSocketChannel listener =
                        road.server().openServerSocketChannel().bind(road.anyServerPort());
                SocketChannel client = road.client().openSocketChannel();
                Selector selector = road.server().openSelector()) {
            client.connect(listener.getLocalAddress());
            try (SocketChannel server = listener.accept()) {
                server.configureBlocking(false);
                server.register(selector, SelectionKey.OP_READ);
                ByteBuffer mine = ByteBuffer.allocateDirect(64);
                ByteBuffer theirs = ByteBuffer.allocateDirect(64);
                Set<SelectionKey> selected = selector.selectedKeys();
                long[] iterators = new long[1];
                Exchange answering =
                        () -> {
                            int bytes = 0;
                            theirs.clear();
                            while (bytes < 64) {
                                selector.select();
                                long before = threads.getCurrentThreadAllocatedBytes();
                                Iterator<SelectionKey> each = selected.iterator();
                                iterators[0] += threads.getCurrentThreadAllocatedBytes() - before;
                                while (each.hasNext()) {
                                    SocketChannel ready = (SocketChannel) each.next().channel();
                                    each.remove();
                                    bytes += ready.read(theirs);
                                }
                            }
                            server.write(theirs.flip());
                        };
                Callable<Long> measured = measured(answering);
                FutureTask<Long> other = new FutureTask<>(measured);
                Thread thread = Thread.ofPlatform().start(other);
                long allocated =
                        measured(
                                        () -> {
                                            client.write(mine.clear());
                                            readFully(client, mine);
                                        })
                                .call();
                System.out.println(allocated);
                // The iterator is the program's own wish; without it nothing is left.
                System.out.println(other.get() - iterators[0]);
                thread.join();
            }
        }
    }
}
