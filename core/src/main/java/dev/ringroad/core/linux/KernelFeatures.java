package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What this kernel lets this process do, found out by trying: a sandbox may forbid what the version
 * promises. Every trial undoes itself at once.
 */
public final class KernelFeatures {
    private static final int AF_PACKET = 17;
    private static final int AF_XDP = 44;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final long IO_URING_PARAMS_BYTES = 120;
    private static final long BPF_MAP_CREATE = 0;
    private static final int BPF_MAP_TYPE_ARRAY = 2;
    private static final long BPF_ATTR_BYTES = 120;

    private static final MethodHandle SOCKET =
            Native.link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SYSCALL =
            Native.linkVariadic(
                    "syscall",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG),
                    1);

    private KernelFeatures() {}

    /** The kernel's release, such as {@code 6.12.9-amd64}. */
    public static String release() {
        return System.getProperty("os.version", "unknown");
    }

    /**
     * Opens {@code /dev/net/tun}, the way to TAP devices; making one also needs {@code
     * CAP_NET_ADMIN}.
     */
    public static Probe tun() {
        return open("/dev/net/tun");
    }

    /** Opens {@code /dev/vfio/vfio}, the way to PCI devices behind an IOMMU. */
    public static Probe vfio() {
        return open("/dev/vfio/vfio");
    }

    /** Opens {@code /dev/vhost-net}. */
    public static Probe vhostNet() {
        return open("/dev/vhost-net");
    }

    private static Probe open(String path) {
        try (Descriptor opened =
                Descriptor.open(path, Descriptor.READ_WRITE | Descriptor.NON_BLOCKING, 0, "")) {
            return Probe.of("open(" + path + ")", opened.number());
        } catch (SystemCallException e) {
            return Probe.of("open(" + path + ")", -e.errno());
        }
    }

    /** Makes an {@code AF_PACKET} socket. */
    public static Probe packetSocket() {
        return socket("socket(AF_PACKET)", AF_PACKET);
    }

    /** Makes an {@code AF_XDP} socket. */
    public static Probe xdpSocket() {
        return socket("socket(AF_XDP)", AF_XDP);
    }

    private static Probe socket(String what, int family) {
        MemorySegment capture = Native.capture();
        int result;
        try {
            result =
                    Native.result(
                            (int) SOCKET.invokeExact(capture, family, SOCK_RAW | SOCK_CLOEXEC, 0),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return closing(what, result);
    }

    /** Sets up an io_uring of one entry. */
    public static Probe ioUring() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment parameters = arena.allocate(IO_URING_PARAMS_BYTES, Long.BYTES);
            return closing("io_uring_setup()", IoUring.setup(1, parameters));
        }
    }

    /** Makes a BPF map of one element. */
    public static Probe bpf() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(BPF_ATTR_BYTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, BPF_MAP_TYPE_ARRAY);
            attributes.set(JAVA_INT, 4, Integer.BYTES); // key
            attributes.set(JAVA_INT, 8, Long.BYTES); // value
            attributes.set(JAVA_INT, 12, 1); // elements
            int result = systemCall(CallNumbers.bpf(), BPF_MAP_CREATE, attributes, BPF_ATTR_BYTES);
            return closing("bpf(BPF_MAP_CREATE)", result);
        }
    }

    private static int systemCall(long number, long first, MemorySegment second, long third) {
        MemorySegment capture = Native.capture();
        try {
            long result = (long) SYSCALL.invokeExact(capture, number, first, second, third);
            return (int) Native.result(result, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static Probe closing(String what, int descriptor) {
        if (descriptor >= 0) {
            Descriptor.adopt(descriptor).close();
        }
        return Probe.of(what, descriptor);
    }
}
