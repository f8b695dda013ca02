package dev.ringroad.sockets.agent;

import dev.ringroad.stack.ip.NetInterface;
import dev.ringroad.stack.socket.Pump;
import dev.ringroad.stack.tcp.TcpConnection;

import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the program's connections when the JVM ends: what was written is delivered, then said
 * goodbye to the peers, and the devices are closed. The kernel does that for its sockets after a
 * process has gone; a stack inside the process has to do it before.
 *
 * <p>It runs after all shutdown hooks of the program, which may still be using sockets.
 */
final class Farewell implements Runnable {
    private static final long GRACE_NANOS = 3_000_000_000L;
    private static final long POLL_INTERVAL_NANOS = 100_000;

    /** The JDK has ten slots, run in order; the program's hooks are in the second. */
    private static final int SLOT_AFTER_PROGRAM = 7;

    private final Pump pump;

    /** Whether nobody of the program comes after it. */
    private boolean last = true;

    private Farewell(Pump pump) {
        this.pump = pump;
    }

    /** Arranges for the farewell. Needs java.lang to be open to us. */
    static void arrange(Pump pump) {
        Farewell farewell = new Farewell(pump);
        try {
            Class<?> shutdown = Class.forName("java.lang.Shutdown");
            MethodHandle add =
                    MethodHandles.privateLookupIn(shutdown, MethodHandles.lookup())
                            .findStatic(
                                    shutdown,
                                    "add",
                                    MethodType.methodType(
                                            void.class, int.class, boolean.class, Runnable.class));
            add.invoke(SLOT_AFTER_PROGRAM, false, (Runnable) farewell);
        } catch (Throwable t) {
            // A JDK that keeps its hooks elsewhere: then beside the program's own.
            farewell.last = false;
            Runtime.getRuntime().addShutdownHook(new Thread(farewell, "ringroad-farewell"));
        }
    }

    @Override
    public void run() {
        pump.lock();
        endConnections();
        if (last) {
            closeDevices();
        } else {
            pump.unlock();
        }
    }

    private void endConnections() {
        long deadline = System.nanoTime() + GRACE_NANOS;
        for (TcpConnection connection : pump.stack().tcp().connections()) {
            connection.close(System.nanoTime());
        }
        pump.flush();
        while (isUnfinished(pump.stack().tcp().connections()) && System.nanoTime() < deadline) {
            pump.pollNow();
            pump.unlock();
            LockSupport.parkNanos(POLL_INTERVAL_NANOS);
            pump.lock();
        }
    }

    /**
     * Takes socket files away and completes capture files. The lock is kept until the JVM is gone,
     * so that no thread of the program, which runs on for a moment, finds a device closed. The
     * stack is not closed: that would reset connections whose peers have yet to read to the end.
     */
    private void closeDevices() {
        // Makes a worker come back that sleeps in the kernel; the JVM's end would wait for it.
        pump.pollNow();
        for (NetInterface each : pump.stack().ip().interfaces()) {
            try {
                each.device().close();
            } catch (UncheckedIOException e) {
                System.err.println("ringroad: " + e.getMessage());
            } catch (RuntimeException e) {
                // Checked mode misses the packets that connections keep; they end with the process.
            }
        }
    }

    /** Whether a peer has not yet acknowledged everything, our goodbye included. */
    private static boolean isUnfinished(List<TcpConnection> connections) {
        for (TcpConnection connection : connections) {
            switch (connection.state()) {
                case ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, CLOSING, LAST_ACK -> {
                    return true;
                }
                default -> {
                    // Nothing of ours is on its way.
                }
            }
        }
        return false;
    }
}
