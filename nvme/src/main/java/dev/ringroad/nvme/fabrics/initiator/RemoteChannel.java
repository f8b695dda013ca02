package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.RequestRules;
import dev.ringroad.nvme.command.NvmeStatus;

/**
 * A thread's channel to a {@link RemoteNamespace}: requests that wait, and a connection that they
 * travel over while there is one.
 *
 * <pre>
 *   submit ──► waiting ──► exchange ──► told
 *                 ▲            │
 *                 └────────────┘  connection lost, and the command may be sent again
 * </pre>
 */
final class RemoteChannel implements BlockChannel, ExchangeOwner {
    private final RemoteNamespace device;
    private final RemoteController controller;
    private final HostConfig config;
    private final RequestRules rules;
    private final BlockCommands commands;
    private final EventFd changed = EventFd.create();

    private final TaskLine spare = new TaskLine();
    private final TaskLine waiting = new TaskLine();
    private final TaskLine finished = new TaskLine();

    private final QueueLink queue;

    /** The association that was looked at last. */
    private Association association;

    private int outstanding;
    private int told;
    private boolean closed;

    /** The connection was lost, and with it the association, which is about to be another one. */
    private boolean severed;

    /** The controller came back with something else under the namespace's id. */
    private boolean foreign;

    RemoteChannel(RemoteNamespace device) throws SystemCallException {
        this.device = device;
        this.controller = device.controller();
        this.config = controller.config();
        rules = RequestRules.of(device);
        commands = new BlockCommands(device.identity());
        association = controller.association();
        queue = new QueueLink(controller);
        controller.addSleeper(changed);
    }

    @Override
    public void submit(BlockRequest request) {
        Task task = spare.take();
        if (task == null) {
            task = new Task();
        }
        task.request = request;
        task.attempts = 0;
        task.halfSent = false;
        outstanding++;
        BlockStatus verdict = rules.check(request);
        if (verdict == BlockStatus.OK && device.exceedsAtomic(request)) {
            verdict = BlockStatus.INVALID;
        }
        if (verdict == BlockStatus.OK) {
            waiting.add(task);
        } else {
            finish(task, verdict, 0);
        }
    }

    /** To be told with the next poll, or later in this one. */
    private void finish(Task task, BlockStatus verdict, int detail) {
        task.verdict = verdict;
        task.detail = detail;
        finished.add(task);
    }

    @Override
    public int outstanding() {
        return outstanding;
    }

    @Override
    public int poll(long nowNanos) {
        told = 0;
        if (!finished.isEmpty()) {
            tellFinished();
        }
        if (controller.association() != association) {
            associationChanged(nowNanos);
        }
        if (isCutOff()) {
            if (foreign || association.state == Association.State.OVER || config.failFast()) {
                giveUpWaiting();
            }
            return told;
        }
        Link link = queue.link(association, nowNanos);
        if (link != null) {
            if (queue.isLive()) {
                send(link.connection(), nowNanos);
            }
            link.move(nowNanos);
            queue.advance(nowNanos);
            if (link.connection().hasFailed()) {
                lost(link.connection().failure(), nowNanos);
            }
        } else if (queue.hasFailed()) {
            lost(queue.trouble(), nowNanos);
        }
        return told;
    }

    /** Whether there is nobody to send to, as far as this channel knows. */
    private boolean isCutOff() {
        return severed || foreign || !association.isLive();
    }

    private void send(HostConnection connection, long nowNanos) {
        Exchanges exchanges = connection.exchanges();
        while (!waiting.isEmpty()) {
            Exchange exchange = exchanges.acquire(this);
            if (exchange == null) {
                return;
            }
            Task task = waiting.take();
            BlockRequest request = task == null ? null : task.request;
            if (task == null || request == null) {
                throw new IllegalStateException("What waits has a request");
            }
            exchange.task = task;
            if (request.operation() != BlockOperation.COMPARE_AND_WRITE) {
                commands.write(exchanges, exchange, request);
                connection.submit(exchange, nowNanos);
            } else if (!sendBoth(connection, exchange, task, request, nowNanos)) {
                exchanges.release(exchange);
                waiting.addFirst(task);
                return;
            }
        }
    }

    /** Sends a compare-and-write, which is two commands; false when there is no place for both. */
    private boolean sendBoth(
            HostConnection connection,
            Exchange first,
            Task task,
            BlockRequest request,
            long nowNanos) {
        Exchanges exchanges = connection.exchanges();
        Exchange second = exchanges.acquire(this);
        if (second == null) {
            return false;
        }
        second.task = task;
        task.halves = 2;
        task.halfStatus = NvmeStatus.SUCCESS;
        task.halfSent = false;
        commands.compareAndWrite(exchanges, first, second, request);
        connection.submit(first, nowNanos);
        connection.submit(second, nowNanos);
        return true;
    }

    private void tellFinished() {
        for (int left = finished.size(); left > 0; left--) {
            Task task = finished.take();
            if (task != null) {
                tell(task, task.verdict, task.detail);
            }
        }
    }

    private void tell(Task task, BlockStatus status, int detail) {
        BlockRequest request = task.request;
        task.request = null;
        spare.addFirst(task);
        outstanding--;
        told++;
        if (request != null) {
            request.complete(status, detail);
        }
    }

    @Override
    public void done(Exchange exchange, int status, long result) {
        Task task = exchange.task;
        exchange.task = null;
        if (task == null) {
            return;
        }
        int verdict = status;
        if (task.halves > 0) {
            verdict = Verdicts.ofBoth(task.halfStatus, status);
            task.halfStatus = verdict;
            task.halfSent |= queue.wasSent(exchange);
            task.halves--;
            if (task.halves > 0) {
                return;
            }
        }
        if (verdict == NvmeStatus.SUCCESS) {
            association.prove();
            tell(task, BlockStatus.OK, 0);
        } else {
            failed(task, verdict, task.halfSent || queue.wasSent(exchange));
        }
    }

    private void failed(Task task, int status, boolean sent) {
        BlockRequest request = task.request;
        boolean again = false;
        if (status == NvmeStatus.RESET || status == NvmeStatus.TIMED_OUT) {
            if (sent) {
                task.attempts++;
            }
            again =
                    !sent
                            || (status == NvmeStatus.RESET
                                    && request != null
                                    && config.retryPolicy().allows(request.operation())
                                    && task.attempts < config.attemptsMax());
        } else if (Verdicts.isTransient(status)) {
            task.attempts++;
            again = task.attempts < config.attemptsMax();
        }
        if (again) {
            waiting.addFirst(task);
        } else {
            tell(task, Verdicts.of(status), -status);
        }
    }

    /** The controller has lost or gained its connections, of which this channel has one. */
    private void associationChanged(long nowNanos) {
        Association next = controller.association();
        queue.drop("the controller was lost: " + next.trouble, nowNanos);
        association = next;
        severed = false;
        if (association.isLive()) {
            NamespaceIdentity there = association.namespaces.get(device.identity().id());
            foreign = there == null || !there.continues(device.identity());
        }
    }

    private void lost(String why, long nowNanos) {
        queue.drop(why, nowNanos);
        severed = true;
        controller.broken(association.number, why);
    }

    private void giveUpWaiting() {
        for (int left = waiting.size(); left > 0; left--) {
            Task task = waiting.take();
            if (task != null) {
                // One that was sent before may have happened.
                int why = task.attempts == 0 ? NvmeStatus.GONE : NvmeStatus.RESET;
                tell(task, BlockStatus.GONE, -why);
            }
        }
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        if (!finished.isEmpty() || controller.association() != association) {
            return false;
        }
        wake.add(changed.descriptor().number(), PollSet.POLLIN);
        // Without a controller there is nothing to be done until it changes.
        return queue.prepareSleep(wake, !isCutOff() && !waiting.isEmpty());
    }

    @Override
    public void wakeUp() {
        boolean ignored = changed.drain();
        queue.wakeUp();
    }

    @Override
    public long nextDeadlineNanos() {
        return queue.nextDeadlineNanos();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (outstanding > 0) {
            throw new IllegalStateException(
                    outstanding + " requests are under way; poll until there are none");
        }
        closed = true;
        queue.close();
        controller.removeSleeper(changed);
        changed.close();
        controller.giveChannelBack();
    }

    @Override
    public String toString() {
        return "a channel to " + device.name();
    }
}
