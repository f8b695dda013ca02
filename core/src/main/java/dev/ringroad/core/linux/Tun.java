package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The user's end of a TAP, an Ethernet cable whose other end is a network interface of the kernel
 * ({@code linux/if_tun.h}, {@code Documentation/networking/tuntap.rst}). The interface goes away
 * with the descriptor, unless somebody has made it persistent. Reads and writes carry one frame
 * each, behind a virtio-net header.
 */
public final class Tun implements AutoCloseable {
    /** Bytes of {@code struct virtio_net_hdr} without the count of buffers, before each frame. */
    public static final int HEADER_BYTES = 10;

    /** {@code TUN_F_CSUM}: the kernel may leave checksums undone. */
    public static final int OFFLOAD_CHECKSUM = 0x01;

    /** {@code TUN_F_TSO4}: the kernel may give joined TCP segments over IPv4. */
    public static final int OFFLOAD_TCP4 = 0x02;

    /** {@code TUN_F_TSO6}: the same over IPv6. */
    public static final int OFFLOAD_TCP6 = 0x04;

    private static final String PATH = "/dev/net/tun";
    private static final short IFF_TAP = 0x0002;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;
    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final long TUNSETVNETHDRSZ = 0x400454d8L;

    private final Descriptor descriptor;
    private final String name;

    private Tun(Descriptor descriptor, String name) {
        this.descriptor = descriptor;
        this.name = name;
    }

    /**
     * Makes a TAP, or takes up a persistent one that nobody uses.
     *
     * @param name the interface's name
     * @throws SystemCallException what is missing, and the remedy
     */
    public static Tun open(String name) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            Descriptor device = openDevice();
            try {
                request.set(
                        JAVA_SHORT,
                        InterfaceRequest.VALUE,
                        (short) (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR));
                int made = Ioctl.call(device, TUNSETIFF, request);
                Native.check(made, "ioctl(TUNSETIFF, " + name + ")", nameRemedy(name, -made));
                MemorySegment headerBytes = arena.allocateFrom(JAVA_INT, HEADER_BYTES);
                int set = Ioctl.call(device, TUNSETVNETHDRSZ, headerBytes);
                Native.check(set, "ioctl(TUNSETVNETHDRSZ, " + HEADER_BYTES + ")", "");
                return new Tun(device, InterfaceRequest.nameIn(request));
            } catch (Throwable t) {
                device.close();
                throw t;
            }
        }
    }

    private static Descriptor openDevice() throws SystemCallException {
        try {
            return Descriptor.open(PATH, Descriptor.READ_WRITE | Descriptor.NON_BLOCKING, 0, "");
        } catch (SystemCallException e) {
            String remedy =
                    switch (e.errno()) {
                        case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                                "load the module (modprobe tun); a container needs --device "
                                        + PATH;
                        case Errno.EACCES, Errno.EPERM ->
                                "run as root, or get the right to read and write " + PATH;
                        default -> e.remedy();
                    };
            throw new SystemCallException(e.call(), e.errno(), remedy);
        }
    }

    private static String nameRemedy(String name, int errno) {
        return switch (errno) {
            case Errno.EPERM ->
                    "run as root or with CAP_NET_ADMIN, or have "
                            + name
                            + " made for this user (ip tuntap add "
                            + name
                            + " mode tap vnet_hdr user NAME)";
            case Errno.EBUSY -> "choose another name; a program is using " + name;
            case Errno.EINVAL ->
                    "choose another name; there is an interface "
                            + name
                            + " that is not such a TAP";
            default -> "";
        };
    }

    /**
     * Says what the kernel may leave to this end, a union of the {@code OFFLOAD_} constants.
     *
     * @return false when the kernel cannot do that
     */
    public boolean offload(int features) {
        return Ioctl.call(descriptor, TUNSETOFFLOAD, features) >= 0;
    }

    /** The interface's name. */
    public String name() {
        return name;
    }

    /** To read, write and wait on, without blocking; it stays this object's. */
    public Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
