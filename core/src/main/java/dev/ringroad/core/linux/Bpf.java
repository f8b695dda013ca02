package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Programs that the kernel runs on packets, and their maps ({@code bpf(2)}, {@code linux/bpf.h}).
 * Needs {@code CAP_BPF} and {@code CAP_NET_ADMIN}. All that is made here lives for as long as a
 * descriptor of it is open: with the last descriptor of a link its program is detached.
 */
public final class Bpf {
    /** {@code XDP_FLAGS_SKB_MODE}: the kernel runs the program, whatever the driver. */
    public static final int LINK_GENERIC = 2;

    /** {@code XDP_FLAGS_DRV_MODE}: the driver runs the program, before there is any buffer. */
    public static final int LINK_NATIVE = 4;

    /** {@code BPF_F_XDP_HAS_FRAGS}: the program may see frames that lie in several buffers. */
    public static final int FRAGMENTS = 1 << 5;

    private static final long MAP_CREATE = 0;
    private static final long MAP_UPDATE_ELEM = 2;
    private static final long PROG_LOAD = 5;
    private static final long LINK_CREATE = 28;

    private static final int MAP_TYPE_XSKMAP = 17;
    private static final int PROG_TYPE_XDP = 6;
    private static final int ATTACH_XDP = 37;

    /** {@code union bpf_attr}, more of it than any command here uses; the rest is zero. */
    private static final long ATTRIBUTE_BYTES = 120;

    private static final int INSTRUCTION_BYTES = 8;
    private static final int LOG_BYTES = 1 << 16;
    private static final String RIGHTS = "run as root or with CAP_BPF and CAP_NET_ADMIN";

    private static final MethodHandle SYSCALL =
            Native.linkVariadic(
                    "syscall",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG),
                    1);

    private Bpf() {}

    /**
     * Makes a map from a receive queue's number to the {@code AF_XDP} socket that gets its frames.
     */
    public static Descriptor socketMap(int entries) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, MAP_TYPE_XSKMAP);
            attributes.set(JAVA_INT, 4, Integer.BYTES); // key
            attributes.set(JAVA_INT, 8, Integer.BYTES); // value
            attributes.set(JAVA_INT, 12, entries);
            int made = call(MAP_CREATE, attributes);
            return Descriptor.adopt(Native.check(made, "bpf(BPF_MAP_CREATE, XSKMAP)", RIGHTS));
        }
    }

    /** Puts a descriptor into a map whose keys are numbers. */
    public static void update(Descriptor map, int key, Descriptor value)
            throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, map.number());
            attributes.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_INT, key).address());
            attributes.set(JAVA_LONG, 16, arena.allocateFrom(JAVA_INT, value.number()).address());
            int updated = call(MAP_UPDATE_ELEM, attributes);
            Native.check(updated, "bpf(BPF_MAP_UPDATE_ELEM, " + key + ")", "");
        }
    }

    /**
     * Loads a program that runs on received frames.
     *
     * @param code instructions of 8 bytes each, in the machine's byte order
     * @param flags 0 or {@link #FRAGMENTS}
     * @throws SystemCallException when the kernel refuses it; the call named in the message ends
     *     with what the verifier has said
     */
    public static Descriptor loadXdp(byte[] code, int flags) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment instructions = arena.allocate(code.length, Long.BYTES);
            MemorySegment.copy(code, 0, instructions, JAVA_BYTE, 0, code.length);
            MemorySegment log = arena.allocate(LOG_BYTES);
            MemorySegment attributes = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, PROG_TYPE_XDP);
            attributes.set(JAVA_INT, 4, code.length / INSTRUCTION_BYTES);
            attributes.set(JAVA_LONG, 8, instructions.address());
            attributes.set(JAVA_LONG, 16, arena.allocateFrom("Apache-2.0").address());
            attributes.set(JAVA_INT, 24, 1); // level of the log
            attributes.set(JAVA_INT, 28, LOG_BYTES);
            attributes.set(JAVA_LONG, 32, log.address());
            attributes.set(JAVA_INT, 44, flags);
            attributes.setString(48, "ringroad");
            attributes.set(JAVA_INT, 68, ATTACH_XDP);
            int loaded = call(PROG_LOAD, attributes);
            if (loaded < 0) {
                String said = log.getString(0).strip();
                String what = said.isEmpty() ? "" : ", the verifier says: " + said;
                throw new SystemCallException("bpf(BPF_PROG_LOAD" + what + ")", -loaded, RIGHTS);
            }
            return Descriptor.adopt(loaded);
        }
    }

    /**
     * Has a program run on what an interface receives.
     *
     * @param mode {@link #LINK_GENERIC} or {@link #LINK_NATIVE}
     * @return the link; closing it detaches the program
     */
    public static Descriptor attachXdp(Descriptor program, int interfaceIndex, int mode)
            throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, program.number());
            attributes.set(JAVA_INT, 4, interfaceIndex);
            attributes.set(JAVA_INT, 8, ATTACH_XDP);
            attributes.set(JAVA_INT, 12, mode);
            int linked = call(LINK_CREATE, attributes);
            String how = mode == LINK_NATIVE ? "native" : "generic";
            String call = "bpf(BPF_LINK_CREATE, XDP " + how + ", interface " + interfaceIndex + ")";
            return Descriptor.adopt(Native.check(linked, call, attachRemedy(-linked)));
        }
    }

    private static String attachRemedy(int errno) {
        return switch (errno) {
            case Errno.EEXIST, Errno.EBUSY ->
                    "end the program that has the interface's XDP hook already; `ip link` and"
                            + " `bpftool net` show it, libxdp's dispatcher included";
            case Errno.EOPNOTSUPP, Errno.EINVAL -> "choose generic mode; the driver has no other";
            case Errno.ENOSPC ->
                    "give the interface as many receive queues as its veth peer has transmit queues"
                            + " (ethtool -L NAME rx N)";
            case Errno.ERANGE ->
                    "lower the MTU of the interface and of its veth peer to what one page holds,"
                            + " about 3500 bytes, or let frames lie in several buffers"
                            + " (chained=yes)";
            case Errno.EPERM -> RIGHTS;
            default -> "";
        };
    }

    private static int call(long command, MemorySegment attributes) {
        MemorySegment capture = Native.capture();
        try {
            long result =
                    (long)
                            SYSCALL.invokeExact(
                                    capture,
                                    CallNumbers.bpf(),
                                    command,
                                    attributes,
                                    ATTRIBUTE_BYTES);
            return (int) Native.result(result, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
