package dev.ringroad.stack.ip;

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
        for (IpPrefix prefix : addresses) {
            IpAddress address = prefix.address();
            if (address.isAny() || address.isMulticast() || address.isBroadcast()) {
                throw new IllegalArgumentException(
                        address
                                + " cannot be an interface's address; give it one of its own, like 10.9.0.1/24.");
            }
        }
        if (mtu != 0 && mtu < 576) {
            throw new IllegalArgumentException(
                    "An MTU of "
                            + mtu
                            + " bytes is below the 576 that every host must take (RFC 791).");
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
