package dev.ringroad.uring;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.ring.ReferenceRing;
import dev.ringroad.core.ring.RingShape;
import dev.ringroad.core.ring.SyncMode;
import dev.ringroad.core.worker.Poller;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A ring with callbacks: each request has a handler, which is told of its completions, and what it
 * holds stays until the last of them. Bounded in all directions; nothing allocates in steady state.
 *
 * <p>It belongs to the thread that opens it. Others hand it {@link Task tasks} through an inbox. It
 * is a {@link Poller}, so that a {@link dev.ringroad.core.worker.Worker} can run it beside others
 * and sleep on all of them; {@link UringThread} runs one alone.
 */
public final class UringLoop implements Poller, AutoCloseable {
    private static final int COMPLETIONS_A_ROUND = 256;
    private static final int TASKS_A_ROUND = 64;
    private static final int INBOX_CAPACITY = 1024;
    private static final long CLOSING_ROUND_NANOS = 100_000_000;
    private static final long CLOSING_PATIENCE_NANOS = 2_000_000_000;
    private static final int REGISTERED_MEMORIES_MAX = 64;

    /** The token of the loop's own entry; those of requests have a generation. */
    private static final long DOORBELL = 1;

    /** Work for the loop's thread. */
    @FunctionalInterface
    public interface Task {
        /**
         * Runs on the loop's thread, and must not block. What it throws ends the loop's round and
         * comes out of {@link UringLoop#poll}.
         */
        void run(UringLoop loop);
    }

    private final Uring ring;
    private final Requests requests;
    private final CompletionHandler completions = this::onCompletion;
    private final ReferenceRing<Task> inbox =
            new ReferenceRing<>(RingShape.of(INBOX_CAPACITY, SyncMode.MULTI, SyncMode.SINGLE));
    private final EventFd doorbell;
    private final List<UringBuffers> pools = new ArrayList<>();
    private final List<BufferGroup> groups = new ArrayList<>();
    private final AtomicInteger offering = new AtomicInteger();
    private final Thread owner = Thread.currentThread();
    private final BitSet registered = new BitSet(REGISTERED_MEMORIES_MAX);
    private @Nullable BufferTable memories;
    private boolean doorbellArmed;
    private volatile boolean sleeping;
    private volatile boolean closing;
    private boolean refusing;

    private UringLoop(Uring ring, int requestsMax, EventFd doorbell) {
        this.ring = ring;
        this.doorbell = doorbell;
        requests = new Requests(requestsMax);
    }

    /**
     * Opens a loop that belongs to the calling thread.
     *
     * @param requestsMax how many may be in flight; multishot requests count once
     */
    public static UringLoop open(UringConfig config, int requestsMax) throws SystemCallException {
        if (requestsMax < 1) {
            throw new IllegalArgumentException(
                    "A loop has room for one request at least, not " + requestsMax);
        }
        EventFd doorbell = EventFd.create();
        try {
            Uring ring = Uring.open(config);
            try {
                ring.registerEvent(doorbell);
                return new UringLoop(ring, requestsMax, doorbell);
            } catch (Throwable t) {
                ring.close();
                throw t;
            }
        } catch (Throwable t) {
            doorbell.close();
            throw t;
        }
    }

    /** The ring, for what it tells, and for registering. Do not poll or close it. */
    public Uring ring() {
        return ring;
    }

    /**
     * Makes a pool of buffers and registers it. There can be several.
     *
     * @param count of buffers
     */
    public UringBuffers allocateBuffers(int count, int bufferBytes, Placement placement)
            throws SystemCallException {
        UringBuffers pool = UringBuffers.create(this, count, bufferBytes, placement);
        pools.add(pool);
        return pool;
    }

    /**
     * Registers memory with the ring, for the {@code Fixed} operations: the kernel pins its pages
     * once. The ring's table of buffers belongs to the loop from then on.
     *
     * @return the index of the registered buffer, until {@link #unregisterMemory} or the end
     * @throws SystemCallException when the kernel refuses, such as for the limit of locked memory
     * @throws IllegalStateException when 64 memories are registered
     */
    public int registerMemory(MemorySegment memory) throws SystemCallException {
        int index = registered.nextClearBit(0);
        if (index == REGISTERED_MEMORIES_MAX) {
            throw new IllegalStateException(
                    "A loop registers " + REGISTERED_MEMORIES_MAX + " memories at most");
        }
        if (memories == null) {
            memories = ring.registerBuffers(REGISTERED_MEMORIES_MAX);
        }
        memories.set(index, memory);
        registered.set(index);
        return index;
    }

    /** Lets registered memory go; the kernel does when its last request is done. */
    public void unregisterMemory(int index) throws SystemCallException {
        if (memories == null || !registered.get(index)) {
            throw new IllegalArgumentException("No memory is registered as " + index);
        }
        memories.clear(index);
        registered.clear(index);
    }

    /** As {@link Uring#registerBufferGroup}, to be closed with the loop. */
    public BufferGroup allocateBufferGroup(
            int group, int count, int bufferBytes, boolean incremental) throws SystemCallException {
        BufferGroup made = ring.registerBufferGroup(group, count, bufferBytes, incremental);
        groups.add(made);
        return made;
    }

    /** How many more requests can be begun; each but the last of a chain also takes an entry. */
    public int room() {
        return requests.room();
    }

    /** Requests whose last completion has not come. */
    public int inFlight() {
        return requests.inFlight();
    }

    /** Completions of entries that were given no request. */
    public long strayCompletions() {
        return requests.strayCompletions();
    }

    /**
     * Sees to it that so many entries can be prepared one behind the other, as a chain needs it:
     * submits what is there if it has to.
     *
     * @return whether there is room; false when the kernel takes no more for now
     */
    public boolean makeRoom(int entries) {
        if (ring.free() < entries) {
            ring.submit();
        }
        return ring.free() >= entries;
    }

    /**
     * Begins a request: what it answers is the {@link Submission#token} of the entry that is
     * prepared for it. The entry must not be one that skips its completion.
     *
     * @param token for the handler
     * @param keep what has to stay reachable until the last completion, such as the segment that
     *     the entry names; a {@link UringBuffer} counts as lent for as long
     * @throws IllegalStateException when there is no {@link #room}, or the loop is closing and has
     *     been patient
     */
    public long begin(CompletionHandler handler, long token, @Nullable Object keep) {
        if (refusing) {
            throw new IllegalStateException(
                    "The loop is closing: answer no cancellation with a new request");
        }
        if (requests.room() == 0) {
            throw new IllegalStateException(
                    "All " + requests.inFlight() + " requests are in flight; room() tells");
        }
        return requests.begin(handler, token, keep);
    }

    /**
     * Hands work to the loop; from any thread.
     *
     * @return false when the inbox is full, or the loop is closing; a task that was taken is run
     */
    public boolean offer(Task task) {
        // close() waits for those who are in here before it ends the doorbell.
        offering.incrementAndGet();
        try {
            if (closing || !inbox.offer(task)) {
                return false;
            }
            // The task is in the inbox before we look whether the loop sleeps; the loop says so
            // before it looks into the inbox. Without full fences both could miss the other.
            VarHandle.fullFence();
            if (sleeping) {
                doorbell.signal();
            }
            return true;
        } finally {
            offering.decrementAndGet();
        }
    }

    /** Whether {@link #close} has begun. */
    public boolean isClosing() {
        return closing;
    }

    /** Whether the calling thread is the loop's own. */
    public boolean isOwner() {
        return Thread.currentThread() == owner;
    }

    /** One round: tasks, completions, one submission. Answers how much there was. */
    @Override
    public int poll(long nowNanos) {
        int work = runTasks();
        work += ring.poll(completions, COMPLETIONS_A_ROUND);
        int submitted = ring.submit();
        return submitted > 0 ? work + submitted : work;
    }

    private int runTasks() {
        int count = 0;
        while (count < TASKS_A_ROUND && makeRoom(1) && requests.room() > 0) {
            Task task = inbox.poll();
            if (task == null) {
                break;
            }
            task.run(this);
            count++;
        }
        return count;
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        ring.submit(); // what handlers have prepared must not sleep with us
        sleeping = true;
        boolean missed = ring.signalEvents(true);
        if (missed || inbox.count() > 0) {
            return false;
        }
        wake.add(doorbell.descriptor().number(), PollSet.POLLIN);
        return true;
    }

    @Override
    public void wakeUp() {
        sleeping = false;
        ring.signalEvents(false);
        doorbell.drain();
    }

    /**
     * One round of a loop that has a thread for itself: tasks, completions, and one call that hands
     * over what they have prepared and takes what is done; then it waits, as {@link UringThread}
     * has it.
     *
     * @param spinNanos how long it looks at the ring without a call before it sleeps; while it
     *     does, nobody has to wake it
     */
    void turn(long spinNanos) {
        int tasks = runTasks();
        int done = ring.poll(completions, COMPLETIONS_A_ROUND);
        // A task may have told the thread to stop: it looks before it sleeps.
        if (tasks == 0 && spinNanos == 0 && ring.available() == 0) {
            sleep();
        } else if (tasks + done > 0) {
            int ignored = ring.submitAndWait(0);
        } else if (!hasWorkWithin(spinNanos)) {
            sleep();
        }
    }

    private boolean hasWorkWithin(long nanos) {
        long begin = System.nanoTime();
        while (!ring.hasWork() && inbox.count() == 0) {
            if (System.nanoTime() - begin > nanos) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    /**
     * Submits what is prepared and waits in the ring itself for completions or tasks; what a loop
     * that has a thread for itself does instead of {@link #prepareSleep}. Poll afterwards.
     */
    private void sleep() {
        if (!doorbellArmed && makeRoom(1)) {
            int number = doorbell.descriptor().number();
            ring.control().preparePollMultishot(number, PollSet.POLLIN).token(DOORBELL);
            doorbellArmed = true;
        }
        sleeping = true;
        VarHandle.fullFence();
        if (inbox.count() == 0) {
            int ignored = ring.submitAndWait(1);
        } else {
            int ignored = ring.submit();
        }
        sleeping = false;
    }

    private void onCompletion(long token, int result, int flags) {
        if (token != DOORBELL) {
            requests.onCompletion(token, result, flags);
            return;
        }
        doorbell.drain();
        if (Completion.isLast(flags)) {
            doorbellArmed = false;
        }
    }

    /**
     * Cancels what is in flight, waits until each request has had its last completion, and ends the
     * ring and its buffers. Tasks that are still in the inbox are run first. Handlers that go on
     * beginning requests meanwhile are refused after two seconds. On the loop's thread; a second
     * call does nothing.
     *
     * @throws RuntimeException what handlers and tasks have thrown meanwhile, once all is closed
     */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        while (offering.get() > 0) {
            Thread.onSpinWait();
        }
        RuntimeException thrown = cancelAll();
        ring.close();
        groups.forEach(BufferGroup::close);
        pools.forEach(UringBuffers::close);
        doorbell.close();
        if (thrown != null) {
            throw thrown;
        }
    }

    // Whatever a handler throws: nothing may be freed that the kernel still has.
    private @Nullable RuntimeException cancelAll() {
        RuntimeException first = null;
        long begin = System.nanoTime();
        while (inbox.count() > 0 || requests.inFlight() > 0) {
            refusing = System.nanoTime() - begin > CLOSING_PATIENCE_NANOS;
            try {
                closingRound();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                }
            }
        }
        return first;
    }

    private void closingRound() {
        runTasks();
        ring.submit();
        ring.cancelAll(); // not by an entry, which would wait behind one that drains
        if (inbox.count() == 0 && requests.inFlight() > 0) {
            ring.submitAndWait(1, CLOSING_ROUND_NANOS);
        }
        ring.poll(completions, COMPLETIONS_A_ROUND);
    }
}
