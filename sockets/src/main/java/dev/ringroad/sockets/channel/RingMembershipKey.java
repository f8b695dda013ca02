package dev.ringroad.sockets.channel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;

/**
 * A membership that the kernel's half of a channel holds, and that names the channel which the
 * program knows.
 */
final class RingMembershipKey extends MembershipKey {
    private final RingDatagramChannel channel;
    private final MembershipKey inKernel;

    RingMembershipKey(RingDatagramChannel channel, MembershipKey inKernel) {
        this.channel = channel;
        this.inKernel = inKernel;
    }

    @Override
    public boolean isValid() {
        return inKernel.isValid();
    }

    @Override
    public void drop() {
        inKernel.drop();
    }

    @Override
    public MembershipKey block(InetAddress source) throws IOException {
        inKernel.block(source);
        return this;
    }

    @Override
    public MembershipKey unblock(InetAddress source) {
        inKernel.unblock(source);
        return this;
    }

    @Override
    public MulticastChannel channel() {
        return channel;
    }

    @Override
    public InetAddress group() {
        return inKernel.group();
    }

    @Override
    public NetworkInterface networkInterface() {
        return inKernel.networkInterface();
    }

    @Override
    public @Nullable InetAddress sourceAddress() {
        return inKernel.sourceAddress();
    }
}
