package dev.ringroad.sockets.channel;

import dev.ringroad.stack.endpoint.Endpoint;

import org.jspecify.annotations.Nullable;

import java.nio.channels.SelectableChannel;

/** What the selector needs of one of our channels. */
interface MixedChannel {
    /** The channel of the kernel behind it; null while there is none. */
    @Nullable SelectableChannel kernelSide();

    /** The endpoint of the stack behind it; null while there is none. */
    @Nullable Endpoint stackSide();

    /** The keys that must be told when a side comes into being. */
    ChannelKeys registeredKeys();

    /** The endpoint's bits to wait for when a key is interested in these operations. */
    int bitsOf(int ops);

    /** The operations that an endpoint's bits allow in the channel's present state. */
    int opsOf(int bits);
}
