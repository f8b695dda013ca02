package dev.ringroad.nvme.fabrics.transport;

import dev.ringroad.core.linux.EventFd;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The thread that waits for channels whose owners sleep: one for the process, started with the
 * first sleep. It touches no channel, it only signals.
 */
final class ChannelWaker {
    private static @Nullable ChannelWaker only;

    private final Selector selector;
    private final ConcurrentLinkedQueue<EventFd> forgotten = new ConcurrentLinkedQueue<>();

    private ChannelWaker(Selector selector) {
        this.selector = selector;
    }

    static synchronized ChannelWaker instance() throws IOException {
        ChannelWaker waker = only;
        if (waker == null) {
            waker = new ChannelWaker(Selector.open());
            only = waker;
            Thread.ofPlatform().daemon(true).name("channel waker").start(waker::run);
        }
        return waker;
    }

    private static synchronized @Nullable ChannelWaker running() {
        return only;
    }

    SelectionKey register(SelectableChannel channel, int operations, EventFd event)
            throws IOException {
        return channel.register(selector, operations, event);
    }

    /** Has the thread look at what its keys are interested in now. */
    void look() {
        selector.wakeup();
    }

    /** Closes an eventfd behind the last signal that it can get. */
    static void forget(EventFd event) {
        ChannelWaker waker = running();
        if (waker == null) {
            event.close();
            return;
        }
        waker.forgotten.add(event);
        waker.look();
    }

    private void run() {
        while (true) {
            try {
                selector.select(ChannelWaker::ready);
            } catch (IOException e) {
                throw new IllegalStateException("The selector of sleeping channels failed", e);
            }
            for (EventFd event; (event = forgotten.poll()) != null; ) {
                event.close();
            }
        }
    }

    private static void ready(SelectionKey key) {
        try {
            ChannelSleep.ready(key);
        } catch (CancelledKeyException _) {
            // Its owner has closed the channel meanwhile, and does not sleep on it.
            return;
        }
    }
}
