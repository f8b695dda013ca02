package dev.ringroad.stack.ip;

/** One interface of the stack: a device and the addresses on it. Belongs to the stack's owner. */
public final class NetInterface {
    private final String name;
    private final int index;
    private final int mtu;

    NetInterface(String name, int index, int mtu) {
        this.name = name;
        this.index = index;
        this.mtu = mtu;
    }

    /** The device's name. */
    public String name() {
        return name;
    }

    /** From 1, in the order of attachment. */
    public int index() {
        return index;
    }

    /** The largest IP datagram that the link takes, in bytes. */
    public int mtu() {
        return mtu;
    }
}
