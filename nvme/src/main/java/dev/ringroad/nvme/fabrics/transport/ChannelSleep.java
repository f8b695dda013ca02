package dev.ringroad.nvme.fabrics.transport;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;

/**
 * How the owner of a channel sleeps: on an eventfd that the {@link ChannelWaker} signals. Made when
 * its owner sleeps for the first time. Owned by one thread, but {@link #ready} is the waker's.
 */
final class ChannelSleep {
    private final SelectableChannel channel;
    private @Nullable EventFd event;
    private @Nullable SelectionKey key;

    ChannelSleep(SelectableChannel channel) {
        this.channel = channel;
    }

    /** Adds what will wake the owner; false when there is no such thing. */
    boolean prepare(PollSet wake, int operations) {
        try {
            EventFd signalled = event;
            SelectionKey registered = key;
            ChannelWaker waker = ChannelWaker.instance();
            if (signalled == null || registered == null) {
                signalled = event == null ? EventFd.create() : event;
                event = signalled;
                key = waker.register(channel, operations, signalled);
            } else {
                registered.interestOps(operations);
            }
            waker.look();
            wake.add(signalled.descriptor().number(), PollSet.POLLIN);
            return true;
        } catch (IOException | CancelledKeyException _) {
            // Nothing is lost but the sleep: its owner polls on, and learns what is wrong with the
            // channel there.
            return false;
        }
    }

    /** Nobody sleeps any more. */
    void over() {
        EventFd signalled = event;
        SelectionKey registered = key;
        if (signalled != null && registered != null && registered.isValid()) {
            registered.interestOps(0);
            boolean ignored = signalled.drain();
        }
    }

    /** Called by the waker: the channel has something for its owner. */
    static void ready(SelectionKey selected) {
        selected.interestOps(0);
        if (selected.attachment() instanceof EventFd signalled) {
            signalled.signal();
        }
    }

    /** Closes the channel; a selector keeps its descriptor until it looks again. */
    void close() {
        try {
            channel.close();
        } catch (ClosedChannelException _) {
            return;
        } catch (IOException _) {
            // Java gives the descriptor back whatever the system says to it.
        }
        EventFd signalled = event;
        if (signalled != null) {
            ChannelWaker.forget(signalled);
            event = null;
            key = null;
        }
    }
}
