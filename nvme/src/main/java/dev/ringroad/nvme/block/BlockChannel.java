package dev.ringroad.nvme.block;

import dev.ringroad.core.worker.Poller;

/**
 * A thread's own way to a {@link BlockDevice}: it shares nothing with other channels that would
 * need a lock. Only the thread that opened it uses it.
 *
 * <p>As a {@link Poller} it can be slept on: where a device cannot wake a sleeper, {@code
 * prepareSleep} says so.
 */
public interface BlockChannel extends Poller, AutoCloseable {
    /**
     * Hands a request over; it never blocks, never refuses and never completes within the call.
     * Where the device has no room, the request waits in the channel; an invalid one is completed
     * with a status. What was submitted is under way after the next {@link #poll} at the latest, so
     * a batch costs one doorbell.
     *
     * <p>Requests may pass each other. Whoever needs an order waits for completions.
     */
    void submit(BlockRequest request);

    /**
     * Sets out what was submitted, and tells owners what is completed. Never to be called from a
     * completion. What a completion submits is not waited for by the poll that called it, so that
     * the poll ends.
     *
     * @return how many requests were completed
     */
    @Override
    int poll(long nowNanos);

    /** How many requests are submitted and not completed. */
    int outstanding();

    /**
     * Gives the channel back.
     *
     * @throws IllegalStateException when requests are outstanding: poll until there are none
     */
    @Override
    void close();
}
