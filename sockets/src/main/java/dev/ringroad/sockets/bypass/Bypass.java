package dev.ringroad.sockets.bypass;

import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.socket.Pump;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;

/**
 * Which addresses are the stack's. One object a stack; the agent installs one for the whole JVM.
 * Thread-safe.
 *
 * <p>An address is the stack's when the stack owns it, or when the stack has a route to it and the
 * kernel does not hold it itself. Loopback addresses and IPv6 always stay with the kernel.
 */
public final class Bypass {
    private static final long KERNEL_ADDRESSES_FRESH_NANOS = 1_000_000_000L;

    // Linux's defaults of net.ipv4.tcp_wmem and tcp_rmem; programs look at these numbers only to
    // print them.
    private static final int USUAL_SEND_BYTES = 87_040;
    private static final int USUAL_RECEIVE_BYTES = 65_536;

    private static volatile Bypass installed = new Bypass(null, 0);

    private final @Nullable Pump pump;
    private final long pollNanos;
    private Set<InetAddress> kernelAddresses = Set.of();
    private long kernelAddressesReadNanos;
    private boolean kernelAddressesRead;

    /**
     * Routes by the stack that this pump runs.
     *
     * @param pump null when everything stays with the kernel
     * @param pollNanos how long a selector polls both worlds before it sleeps
     */
    public Bypass(@Nullable Pump pump, long pollNanos) {
        this.pump = pump;
        this.pollNanos = pollNanos;
    }

    /** What the public providers use: nothing but the kernel until the agent has installed one. */
    public static Bypass installed() {
        return installed;
    }

    /** Makes it the one that {@link #installed()} gives. */
    public static void install(Bypass bypass) {
        installed = bypass;
    }

    /** Whether there is a stack at all. */
    public boolean isActive() {
        return pump != null;
    }

    /** Runs the stack; null when there is none. */
    public @Nullable Pump pump() {
        return pump;
    }

    /** How long a selector polls both worlds before it sleeps. */
    public long pollNanos() {
        return pollNanos;
    }

    /** What SO_SNDBUF answers until it is set. */
    int defaultSendBytes() {
        return USUAL_SEND_BYTES;
    }

    /** What SO_RCVBUF answers until it is set. */
    int defaultReceiveBytes() {
        return USUAL_RECEIVE_BYTES;
    }

    /** Whether this is one of the stack's own addresses. */
    public boolean owns(InetAddress local) {
        Pump running = pump;
        if (running == null || !eligible(local)) {
            return false;
        }
        IpAddress address = IpAddress.of(local);
        running.lock();
        try {
            return running.stack().owns(address);
        } finally {
            running.unlock();
        }
    }

    /** Whether connections and datagrams to this address go through the stack. */
    public boolean routes(InetAddress destination) {
        Pump running = pump;
        if (running == null || !eligible(destination)) {
            return false;
        }
        IpAddress address = IpAddress.of(destination);
        running.lock();
        try {
            if (running.stack().owns(address)) {
                return true;
            }
            if (running.stack().ip().route(address, IpAddress.ANY_V4) == null) {
                return false;
            }
        } finally {
            running.unlock();
        }
        return !kernelHolds(destination);
    }

    private static boolean eligible(InetAddress address) {
        return address instanceof Inet4Address
                && !address.isLoopbackAddress()
                && !address.isAnyLocalAddress();
    }

    /**
     * Listing the kernel's addresses takes tens of microseconds, so the list serves for a second.
     */
    private synchronized boolean kernelHolds(InetAddress address) {
        long now = System.nanoTime();
        if (!kernelAddressesRead || now - kernelAddressesReadNanos > KERNEL_ADDRESSES_FRESH_NANOS) {
            kernelAddresses = listKernelAddresses();
            kernelAddressesReadNanos = now;
            kernelAddressesRead = true;
        }
        return kernelAddresses.contains(address);
    }

    private static Set<InetAddress> listKernelAddresses() {
        Set<InetAddress> found = new HashSet<>();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .forEach(found::add);
        } catch (SocketException e) {
            // No interface can be listed: then the kernel holds none that matters.
            return Set.of();
        }
        return found;
    }
}
