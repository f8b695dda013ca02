package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.linux.Machine;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.MacAddress;

import java.util.List;

/**
 * How a vhost-user device is set up.
 *
 * @param path of the control socket
 * @param role whether this end listens or connects
 * @param queuePairs that a front end may use at most
 * @param packets in the device's pool
 * @param mtu largest IP packet in bytes; a frame may have {@link #FRAME_OVERHEAD_BYTES} more
 * @param mac this end's address
 * @param unsealedAllowed whether memory is taken that the front end could shrink, as DPDK's is; the
 *     access that finds it gone ends the connection
 * @param memoryMibMax how much memory a front end may share; what of it is touched here counts as
 *     this process's, even where the front end never had a page
 */
public record VhostConfig(
        String path,
        VhostRole role,
        int queuePairs,
        int packets,
        int mtu,
        MacAddress mac,
        boolean unsealedAllowed,
        int memoryMibMax) {

    /** Ethernet's header and one VLAN tag. */
    public static final int FRAME_OVERHEAD_BYTES = 18;

    /** More queue pairs than this are not offered; a message names one of 256 rings. */
    public static final int QUEUE_PAIRS_MAX = 64;

    private static final int PACKETS_DEFAULT = 4096;
    private static final int PACKETS_MIN = 64;
    private static final int PACKETS_MAX = 1 << 20;
    private static final int MTU_DEFAULT = 1500;
    private static final int MTU_MIN = 68;
    private static final int MTU_MAX = 65_535;

    /** So that no sum of a front end's numbers overflows. */
    private static final int MEMORY_MIB_MAX = 1 << 24;

    /** Checks every number. */
    public VhostConfig {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("the path of the control socket is missing");
        }
        requireRange("queues", queuePairs, 1, QUEUE_PAIRS_MAX);
        requireRange("packets", packets, PACKETS_MIN, PACKETS_MAX);
        requireRange("mtu", mtu, MTU_MIN, MTU_MAX);
        requireRange("memory-mib", memoryMibMax, 1, MEMORY_MIB_MAX);
    }

    private static void requireRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    option + "=" + value + " is not " + least + " to " + most);
        }
    }

    /** A device that listens at a path, everything else as usual. */
    public static VhostConfig server(String path) {
        return usual(path, VhostRole.SERVER);
    }

    /** A device that connects to a path, everything else as usual. */
    public static VhostConfig client(String path) {
        return usual(path, VhostRole.CLIENT);
    }

    private static VhostConfig usual(String path, VhostRole role) {
        return new VhostConfig(
                path,
                role,
                1,
                PACKETS_DEFAULT,
                MTU_DEFAULT,
                usualMac(path),
                false,
                usualMemoryMib());
    }

    /** No front end has more than the machine has. */
    private static int usualMemoryMib() {
        long mib = Machine.memoryBytes() >> 20;
        return mib == 0 ? MEMORY_MIB_MAX : (int) Math.min(mib, MEMORY_MIB_MAX);
    }

    /** The same whenever a device of this path is opened. */
    private static MacAddress usualMac(String path) {
        return MacAddress.locallyAdministered(("vhost:" + path).hashCode());
    }

    /**
     * Takes the options of a spec {@code vhost:PATH[,role=server|client][,queues=1][,mtu=1500]
     * [,packets=4096][,mac=ADDRESS][,unsealed=yes|no][,memory-mib=N]}.
     *
     * @throws dev.ringroad.net.device.SpecException if a value is not allowed
     */
    public static VhostConfig of(DeviceSpec spec) {
        String path = spec.address();
        String role = spec.takeOneOf("role", "server", List.of("server", "client"));
        return new VhostConfig(
                path,
                role.equals("server") ? VhostRole.SERVER : VhostRole.CLIENT,
                spec.takeInt("queues", 1, 1, QUEUE_PAIRS_MAX),
                spec.takeInt("packets", PACKETS_DEFAULT, PACKETS_MIN, PACKETS_MAX),
                spec.takeInt("mtu", MTU_DEFAULT, MTU_MIN, MTU_MAX),
                spec.takeMacAddress("mac", usualMac(path)),
                spec.takeYesNo("unsealed", false),
                spec.takeInt("memory-mib", usualMemoryMib(), 1, MEMORY_MIB_MAX));
    }

    /** The same with so many queue pairs. */
    public VhostConfig withQueuePairs(int pairs) {
        return new VhostConfig(path, role, pairs, packets, mtu, mac, unsealedAllowed, memoryMibMax);
    }

    /** The same with so many packets in the pool. */
    public VhostConfig withPackets(int count) {
        return new VhostConfig(
                path, role, queuePairs, count, mtu, mac, unsealedAllowed, memoryMibMax);
    }

    /** The same with another MTU. */
    public VhostConfig withMtu(int bytes) {
        return new VhostConfig(
                path, role, queuePairs, packets, bytes, mac, unsealedAllowed, memoryMibMax);
    }

    /** The same, taking memory that could shrink or not. */
    public VhostConfig withUnsealedAllowed(boolean allowed) {
        return new VhostConfig(path, role, queuePairs, packets, mtu, mac, allowed, memoryMibMax);
    }

    /** The same, taking no more memory than that. */
    public VhostConfig withMemoryMibMax(int mib) {
        return new VhostConfig(path, role, queuePairs, packets, mtu, mac, unsealedAllowed, mib);
    }

    /** How much memory a front end may share, in bytes. */
    long memoryBytesMax() {
        return (long) memoryMibMax << 20;
    }

    /** The longest frame. */
    public int frameBytesMax() {
        return mtu + FRAME_OVERHEAD_BYTES;
    }
}
