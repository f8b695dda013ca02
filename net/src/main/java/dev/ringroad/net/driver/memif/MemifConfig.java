package dev.ringroad.net.driver.memif;

import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.MacAddress;
import dev.ringroad.net.device.SpecException;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How one end of a memif is set up.
 *
 * @param path of the control socket, or its name when that is abstract
 * @param abstractName whether the socket is outside the file system
 * @param interfaceId tells apart interfaces behind one socket; unsigned 32 bits, the same at both
 *     ends
 * @param secret that a client has to know; empty for none, at most 24 bytes
 * @param ringLog2 descriptors of each ring as a power of two, 1 to 14; the client's counts
 * @param bufferBytes of frame data in one buffer, of the client's
 * @param packets in the device's pool
 * @param zeroCopy whether a client offers its pool's memory instead of copying; a server always
 *     copies
 * @param mtu largest IP packet in bytes; a frame may have {@link #FRAME_OVERHEAD_BYTES} more
 * @param mac this end's address
 * @param checksum whether transport checksums are made and verified on this link; both ends share
 *     memory, so without them nothing is less safe than a copy from one variable to another
 * @param unsealedAllowed whether a server takes memory that the client could shrink, as DPDK's
 *     zero-copy client offers it; the access that finds it gone ends the connection
 */
public record MemifConfig(
        String path,
        boolean abstractName,
        MemifRole role,
        long interfaceId,
        String secret,
        int ringLog2,
        int bufferBytes,
        int packets,
        boolean zeroCopy,
        int mtu,
        MacAddress mac,
        boolean checksum,
        boolean unsealedAllowed) {

    /** Ethernet's header and one VLAN tag. */
    public static final int FRAME_OVERHEAD_BYTES = 18;

    /** The largest MTU: a whole IPv4 packet. */
    public static final int MTU_MAX = 65_535;

    private static final int RING_LOG2_DEFAULT = 10;
    private static final int BUFFER_BYTES_DEFAULT = 2048;
    private static final int BUFFER_BYTES_MIN = 128;
    private static final int BUFFER_BYTES_MAX = 1 << 17;
    private static final int MTU_DEFAULT = 1500;
    private static final int MTU_MIN = 68;
    private static final int PACKETS_PER_SLOT = 4;
    private static final int PACKETS_MAX = 1 << 20;
    private static final long INTERFACE_ID_MAX = 0xFFFF_FFFFL;

    /** Checks every number against what the protocol and the other numbers allow. */
    public MemifConfig {
        require(!path.isEmpty(), "the path of the control socket is missing");
        requireRange("id", interfaceId, 0, INTERFACE_ID_MAX, "");
        require(
                secret.getBytes(StandardCharsets.UTF_8).length
                        <= MemifMessageCodec.SECRET_BYTES_MAX,
                "the secret has more than " + MemifMessageCodec.SECRET_BYTES_MAX + " bytes");
        requireRange(
                "ring",
                ringLog2,
                1,
                MemifRing.LOG2_MAX,
                "; it is the power of two of the number of slots");
        requireRange("buffer", bufferBytes, BUFFER_BYTES_MIN, BUFFER_BYTES_MAX, " bytes");
        requireRange("mtu", mtu, MTU_MIN, MTU_MAX, "");
        requireRange(
                "packets", packets, 1 << ringLog2, PACKETS_MAX, "; a ring's slots are the least");
        int frameBytes = mtu + FRAME_OVERHEAD_BYTES;
        boolean zeroCopyClient = zeroCopy && role == MemifRole.CLIENT;
        require(
                !zeroCopyClient || bufferBytes >= frameBytes,
                "without copying a frame has to fit one buffer: mtu="
                        + mtu
                        + " needs buffer="
                        + frameBytes);
        require(
                (long) bufferBytes << ringLog2 >= frameBytes,
                "a frame of mtu="
                        + mtu
                        + " does not fit a ring of "
                        + (1 << ringLog2)
                        + " buffers of "
                        + bufferBytes
                        + " bytes");
    }

    private static void requireRange(
            String option, long value, long least, long most, String remark) {
        require(
                value >= least && value <= most,
                option + "=" + value + " is not " + least + " to " + most + remark);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** A server at a path, everything else as usual. */
    public static MemifConfig server(String path) {
        return usual(path, MemifRole.SERVER);
    }

    /** A client of a path, everything else as usual. */
    public static MemifConfig client(String path) {
        return usual(path, MemifRole.CLIENT);
    }

    /**
     * Takes the options of a spec {@code memif:PATH[,role=server|client][,id=0][,secret=TEXT]
     * [,ring=10][,buffer=2048][,packets=N][,zero-copy=yes|no][,mtu=1500][,mac=ADDRESS]
     * [,abstract=yes|no][,checksum=yes|no][,unsealed=yes|no]}. Without copying, a frame of the MTU
     * has to fit one buffer, so buffers are that large unless asked otherwise.
     *
     * @throws SpecException if a value is not allowed
     */
    public static MemifConfig of(DeviceSpec spec) {
        MemifRole role =
                spec.takeOneOf("role", "client", List.of("server", "client")).equals("server")
                        ? MemifRole.SERVER
                        : MemifRole.CLIENT;
        int ringLog2 = spec.takeInt("ring", RING_LOG2_DEFAULT, 1, MemifRing.LOG2_MAX);
        int mtu = spec.takeInt("mtu", MTU_DEFAULT, MTU_MIN, MTU_MAX);
        boolean zeroCopy = spec.takeYesNo("zero-copy", false);
        int buffer = zeroCopy ? mtu + FRAME_OVERHEAD_BYTES : BUFFER_BYTES_DEFAULT;
        try {
            return new MemifConfig(
                    spec.address(),
                    spec.takeYesNo("abstract", false),
                    role,
                    Integer.toUnsignedLong(spec.takeInt("id", 0, 0, Integer.MAX_VALUE)),
                    spec.take("secret", ""),
                    ringLog2,
                    spec.takeInt(
                            "buffer",
                            Math.max(buffer, BUFFER_BYTES_DEFAULT),
                            BUFFER_BYTES_MIN,
                            BUFFER_BYTES_MAX),
                    spec.takeInt("packets", packets(ringLog2), 1 << ringLog2, PACKETS_MAX),
                    zeroCopy,
                    mtu,
                    spec.takeMacAddress("mac", usualMac(spec.address(), role)),
                    spec.takeYesNo("checksum", true),
                    spec.takeYesNo("unsealed", false));
        } catch (SpecException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new SpecException("\"" + spec + "\" can't be: " + e.getMessage());
        }
    }

    /** Four rings' worth: two are in the rings, the others on their way through a stack. */
    private static int packets(int ringLog2) {
        return PACKETS_PER_SLOT << ringLog2;
    }

    private static MemifConfig usual(String path, MemifRole role) {
        return new MemifConfig(
                path,
                false,
                role,
                0,
                "",
                RING_LOG2_DEFAULT,
                BUFFER_BYTES_DEFAULT,
                packets(RING_LOG2_DEFAULT),
                false,
                MTU_DEFAULT,
                usualMac(path, role),
                true,
                false);
    }

    private static MacAddress usualMac(String path, MemifRole role) {
        return MacAddress.locallyAdministered(31L * path.hashCode() + role.ordinal());
    }

    /** The same, not copying on the client's side. */
    public MemifConfig withZeroCopy(boolean wanted) {
        return new MemifConfig(
                path,
                abstractName,
                role,
                interfaceId,
                secret,
                ringLog2,
                bufferBytes,
                packets,
                wanted,
                mtu,
                mac,
                checksum,
                unsealedAllowed);
    }

    /** The same with other rings, and as many packets as they need. */
    public MemifConfig withRingLog2(int log2) {
        int count = packets(Math.clamp(log2, 0, MemifRing.LOG2_MAX));
        return new MemifConfig(
                path,
                abstractName,
                role,
                interfaceId,
                secret,
                log2,
                bufferBytes,
                count,
                zeroCopy,
                mtu,
                mac,
                checksum,
                unsealedAllowed);
    }

    /** The same with other buffers and another MTU. */
    public MemifConfig withBuffers(int bytes, int newMtu) {
        return new MemifConfig(
                path,
                abstractName,
                role,
                interfaceId,
                secret,
                ringLog2,
                bytes,
                packets,
                zeroCopy,
                newMtu,
                mac,
                checksum,
                unsealedAllowed);
    }

    /** The same with another interface number and secret. */
    public MemifConfig withInterface(long id, String newSecret) {
        return new MemifConfig(
                path,
                abstractName,
                role,
                id,
                newSecret,
                ringLog2,
                bufferBytes,
                packets,
                zeroCopy,
                mtu,
                mac,
                checksum,
                unsealedAllowed);
    }

    /** The same with another number of packets. */
    public MemifConfig withPackets(int count) {
        return new MemifConfig(
                path,
                abstractName,
                role,
                interfaceId,
                secret,
                ringLog2,
                bufferBytes,
                count,
                zeroCopy,
                mtu,
                mac,
                checksum,
                unsealedAllowed);
    }

    /** The same, making and verifying transport checksums or not. */
    public MemifConfig withChecksum(boolean wanted) {
        return new MemifConfig(
                path,
                abstractName,
                role,
                interfaceId,
                secret,
                ringLog2,
                bufferBytes,
                packets,
                zeroCopy,
                mtu,
                mac,
                wanted,
                unsealedAllowed);
    }

    /** The same, taking memory that the client could shrink or not. */
    public MemifConfig withUnsealedAllowed(boolean allowed) {
        return new MemifConfig(
                path,
                abstractName,
                role,
                interfaceId,
                secret,
                ringLog2,
                bufferBytes,
                packets,
                zeroCopy,
                mtu,
                mac,
                checksum,
                allowed);
    }

    /** What the peer is told that this interface is called. */
    String interfaceName() {
        return "memif" + interfaceId;
    }

    /** The largest frame in bytes. */
    int frameBytesMax() {
        return mtu + FRAME_OVERHEAD_BYTES;
    }

    /** Whether packets travel in the offered memory itself. */
    boolean offersPool() {
        return zeroCopy && role == MemifRole.CLIENT;
    }
}
