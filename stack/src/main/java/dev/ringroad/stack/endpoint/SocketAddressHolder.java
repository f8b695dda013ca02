package dev.ringroad.stack.endpoint;

import dev.ringroad.stack.ip.IpAddress;

/**
 * An address and a port that a receiving call fills in, so that it need not make an object for each
 * datagram.
 */
public final class SocketAddressHolder {
    private long high;
    private long low;
    private int port;
    private IpAddress address = IpAddress.ANY_V6;

    /** Holds :: and 0 until filled. */
    public SocketAddressHolder() {}

    /** Fills it. */
    public void set(long newHigh, long newLow, int newPort) {
        high = newHigh;
        low = newLow;
        port = newPort;
    }

    /** First half of the address. */
    public long high() {
        return high;
    }

    /** Second half of the address. */
    public long low() {
        return low;
    }

    /** 0 to 65535. */
    public int port() {
        return port;
    }

    /** The address as an object; the same one for as long as the address stays the same. */
    public IpAddress address() {
        if (address.high() != high || address.low() != low) {
            address = new IpAddress(high, low);
        }
        return address;
    }
}
