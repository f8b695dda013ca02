package dev.ringroad.nvme;

import dev.ringroad.core.worker.Poller;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.AsynchronousEvent;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Keeps requests for events with a controller, and tells what it answers (NVM Express Base
 * Specification 2.0, section 5.2).
 *
 * <p>A controller answers at most once with events of a type until the log page that the event
 * names has been read. The requests end with a reset of the controller, and are made anew after it.
 * One thread polls it, and is told there, so that it may read the log page at once; somebody else
 * may poll the controller.
 */
public final class AsynchronousEvents implements Poller {
    /** More than there are types of events would wait in vain. */
    private static final int REQUESTS_MAX = 4;

    private final NvmeController controller;
    private final Consumer<AsynchronousEvent> listener;
    private final int wanted;
    private final AtomicInteger outstanding = new AtomicInteger();
    private final Queue<AsynchronousEvent> events = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean refused = new AtomicBoolean();

    /**
     * @param listener told by {@link #poll}
     */
    public AsynchronousEvents(NvmeController controller, Consumer<AsynchronousEvent> listener) {
        this.controller = controller;
        this.listener = listener;
        // Counted from 0.
        wanted = Math.min(controller.identity().admin().asynchronousEventLimit() + 1, REQUESTS_MAX);
    }

    /** How many requests the controller has now. */
    public int outstanding() {
        return outstanding.get();
    }

    /** Whether the controller has refused a request, and is asked no more until it is reset. */
    public boolean isRefused() {
        return refused.get();
    }

    /**
     * Polls the controller, asks it for events, and tells the listener of those that came.
     *
     * @return how many the listener was told of
     */
    @Override
    public int poll(long nowNanos) {
        var _ = controller.poll(nowNanos);
        ask();
        int told = 0;
        for (@Nullable AsynchronousEvent event = events.poll();
                event != null;
                event = events.poll()) {
            listener.accept(event);
            told++;
        }
        return told;
    }

    private void ask() {
        while (outstanding.get() < wanted
                && !refused.get()
                && controller.state() == ControllerState.READY) {
            AdminCommand request =
                    new AdminCommand(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST).unlimited();
            // Counted first: it may be answered before submit returns.
            var _ = outstanding.incrementAndGet();
            if (controller.submit(request, this::answered, 0) != 0) {
                var _ = outstanding.decrementAndGet();
                return; // later
            }
        }
    }

    /** On whatever thread polls the controller. */
    private void answered(long token, int status) {
        var _ = outstanding.decrementAndGet();
        if (status == NvmeStatus.SUCCESS) {
            var _ = events.add(AsynchronousEvent.of(controller.adminResult()));
        } else if (NvmeStatus.isOwn(status)) {
            refused.set(false); // a reset: ask anew
        } else {
            refused.set(true);
        }
    }
}
