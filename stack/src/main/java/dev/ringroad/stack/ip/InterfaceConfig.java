package dev.ringroad.stack.ip;

import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * How a device is to be used by the stack.
 *
 * @param addresses the stack's own addresses on it, each with the length of its network's prefix;
 *     the first one is preferred as a source
 * @param gateway where everything goes that no prefix contains; null for no default route
 * @param mtu largest IP datagram in bytes; 0 takes the device's
 */
public record InterfaceConfig(List<IpPrefix> addresses, @Nullable IpAddress gateway, int mtu) {

    /** Keeps a copy of the list and refuses what makes no sense. */
    public InterfaceConfig {
        addresses = List.copyOf(addresses);
        addresses.forEach(InterfaceConfig::requireOneStation);
        if (gateway != null) {
            requireNeighbour(gateway, addresses);
        }
        if (mtu != 0 && mtu < 576) {
            throw new IllegalArgumentException(
                    "An MTU of "
                            + mtu
                            + " bytes is below the 576 that every host must take (RFC 791).");
        }
    }

    private static void requireOneStation(IpPrefix prefix) {
        IpAddress address = prefix.address();
        if (address.isAny() || address.isMulticast() || address.isBroadcast()) {
            throw new IllegalArgumentException(
                    address
                            + " cannot be an interface's address; give it one of its own, like 10.9.0.1/24.");
        }
        // A network of one or two addresses has none to spare (RFC 3021).
        boolean spares = address.isV4() && prefix.length() < 31;
        if (spares && address.equals(prefix.network().address())) {
            throw new IllegalArgumentException(
                    prefix + " is the network itself; give the address of one station in it.");
        }
        if (address.equals(prefix.broadcast())) {
            throw new IllegalArgumentException(
                    prefix
                            + " is the network's broadcast address; give the address of one station in it.");
        }
    }

    /** What is sent to a router goes straight to it, so it has to be within reach. */
    private static void requireNeighbour(IpAddress gateway, List<IpPrefix> addresses) {
        if (addresses.stream().noneMatch(prefix -> prefix.contains(gateway))) {
            throw new IllegalArgumentException(
                    "The router "
                            + gateway
                            + " is outside the interface's network "
                            + addresses.getFirst().network()
                            + "; give the address of one inside it.");
        }
        if (addresses.stream().anyMatch(prefix -> prefix.address().equals(gateway))) {
            throw new IllegalArgumentException(
                    "The router "
                            + gateway
                            + " is the interface's own address; give the router's.");
        }
    }

    /**
     * Takes the options {@code ip=ADDRESS/LENGTH} and {@code gw=ADDRESS} of a device that a host's
     * stack is to use: one IPv4 address that is not the loopback's, as sockets with other addresses
     * stay with the kernel.
     *
     * @throws SpecException with a sentence when the address is missing or one of them is wrong
     */
    public static InterfaceConfig take(DeviceSpec spec) {
        String own = spec.take("ip");
        if (own == null) {
            throw new SpecException(
                    "\""
                            + spec
                            + "\" has no address; add ip=ADDRESS/LENGTH, such as ip=10.9.0.1/24");
        }
        IpPrefix prefix;
        try {
            prefix = IpPrefix.parse(own);
        } catch (IllegalArgumentException e) {
            throw spec.wrong(
                    "ip", own, "an address with the length of its network, such as 10.9.0.1/24");
        }
        if (!prefix.address().isV4() || prefix.address().isLoopback()) {
            throw spec.wrong(
                    "ip", own, "one station's IPv4 address, not a loopback's, such as 10.9.0.1/24");
        }
        IpAddress router = router(spec);
        try {
            return new InterfaceConfig(List.of(prefix), router, 0);
        } catch (IllegalArgumentException e) {
            throw new SpecException("\"" + spec + "\" cannot be: " + e.getMessage());
        }
    }

    private static @Nullable IpAddress router(DeviceSpec spec) {
        String router = spec.take("gw");
        if (router == null) {
            return null;
        }
        try {
            return IpAddress.parse(router);
        } catch (IllegalArgumentException e) {
            throw spec.wrong("gw", router, "the address of a router, such as 10.9.0.254");
        }
    }

    /** One address and nothing else: {@code of("10.9.0.1/24")}. */
    public static InterfaceConfig of(String address) {
        return new InterfaceConfig(List.of(IpPrefix.parse(address)), null, 0);
    }

    /** The same with a default route. */
    public InterfaceConfig withGateway(String address) {
        return new InterfaceConfig(addresses, IpAddress.parse(address), mtu);
    }
}
