package dev.ringroad.examples;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpPrefix;
import dev.ringroad.stack.tcp.TcpConnection;
import dev.ringroad.stack.tcp.TcpListener;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A TCP echo server straight on a stack: one thread, no sockets, no hand-over.
 *
 * <p>A stack does nothing by itself. Whoever owns it polls it with the time and then asks its
 * endpoints; every call returns at once. As root, with a JDK 25 and the kernel as the client:
 *
 * <pre>
 *   java --enable-native-access=ALL-UNNAMED -cp 'cli/target/dist/lib/*:examples/target/classes' \
 *       dev.ringroad.examples.StackEcho tap:echo0,host=10.9.1.1/24 10.9.1.2/24
 *   ncat 10.9.1.2 7
 * </pre>
 */
public final class StackEcho {
    private static final int PORT = 7;
    private static final int BACKLOG = 128;

    private final NetStack stack;
    private final TcpListener listener;
    private final List<Talk> talks = new ArrayList<>();

    StackEcho(NetStack stack) {
        this.stack = stack;
        listener = stack.tcp().listener();
        require(listener.bind(IpAddress.ANY_V4, PORT, true));
        require(listener.listen(BACKLOG));
    }

    private static void require(int code) {
        if (code < 0) {
            throw new IllegalStateException("Port " + PORT + " cannot be listened on: " + code);
        }
    }

    /** Runs until the process is ended; the arguments are a device and the address on it. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println(
                    "Give a device and an address: tap:echo0,host=10.9.1.1/24 10.9.1.2/24");
            System.exit(2);
        }
        CounterFile counters = CounterFile.inMemory(1024);
        NetStack stack = new NetStack(StackConfig.of(Profile.LATENCY), counters, System.nanoTime());
        stack.attach(
                NetDevices.open(DeviceSpec.parse(args[0]), counters),
                new InterfaceConfig(List.of(IpPrefix.parse(args[1])), null, 0),
                System.nanoTime());
        StackEcho echo = new StackEcho(stack);
        System.out.println("Echoing what comes to port " + PORT + " of " + args[1] + "; ^C ends.");
        while (true) {
            if (echo.poll(System.nanoTime()) == 0) {
                Thread.onSpinWait();
            }
        }
    }

    /** Does what there is to do; 0 when that was nothing. */
    int poll(long nowNanos) {
        int work = stack.poll(nowNanos);
        for (TcpConnection accepted = listener.accept();
                accepted != null;
                accepted = listener.accept()) {
            talks.add(new Talk(accepted));
        }
        talks.removeIf(talk -> talk.isOver(nowNanos));
        stack.flush();
        return work;
    }

    /** One connection, and what was read from it and not written back yet. */
    private static final class Talk {
        private final TcpConnection connection;
        private final byte[] bytes = new byte[4096];
        private int from;
        private int to;

        Talk(TcpConnection connection) {
            this.connection = connection;
        }

        /** Echoes as much as there is and fits; true when the connection was closed. */
        boolean isOver(long nowNanos) {
            while (true) {
                if (from == to) {
                    from = 0;
                    to = connection.read(bytes, 0, bytes.length, nowNanos);
                }
                if (to < 0) {
                    // The end of the stream, or an error: either way there is nothing left to echo.
                    connection.close(nowNanos);
                    return true;
                }
                if (from == to) {
                    return false;
                }
                int written = connection.write(bytes, from, to - from, nowNanos);
                if (written < 0) {
                    connection.close(nowNanos);
                    return true;
                }
                if (written == 0) {
                    return false;
                }
                from += written;
            }
        }
    }
}
