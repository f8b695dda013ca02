package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * A ring: entries are prepared with {@link #files}, {@link #sockets} and {@link #control}, handed
 * to the kernel together by {@link #submit}, and their completions taken with {@link #poll}.
 *
 * <p>It belongs to the thread that opens it, and no other may call it: the kernel refuses others
 * where {@link SetupFlag#SINGLE_ISSUER} is known. No call but {@link #open} and {@link #close}
 * allocates.
 *
 * <p>Memory that an entry names is lent to the kernel until the entry's last completion. Its owner
 * keeps it open and reachable for as long; cancelling does not end the loan, the completion does.
 */
public final class Uring implements AutoCloseable {
    private static final int REGISTER_EVENT = 4;
    private static final int REGISTER_RESIZE = 33;

    private final Descriptor descriptor;
    private final Arena arena;
    private final Negotiated made;
    private final Set<Feature> features;
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    private final RingCalls calls;
    private final RingSettings settings;
    private final boolean polledByKernel;
    private final boolean devicesPolled;
    private final FileOperations files;
    private final AttributeOperations attributes;
    private final SocketOperations sockets;
    private final ControlOperations control;
    private final BufferOperations buffers;
    private final CommandOperations commands;
    private RingMappings mappings;

    private Uring(Negotiated made, Arena arena) throws SystemCallException {
        this.made = made;
        this.arena = arena;
        descriptor = made.descriptor();
        Set<SetupFlag> flags = made.flags();
        RingParameters parameters = made.parameters();
        features = featuresOf(parameters.features());
        mappings = RingMappings.map(descriptor, parameters, flags);
        submissions = new SubmissionQueue(mappings, parameters, flags);
        completions = new CompletionQueue(mappings, parameters, flags);
        calls = new RingCalls(descriptor.number(), arena);
        settings = new RingSettings(descriptor.number(), calls, features);
        polledByKernel = flags.contains(SetupFlag.SQPOLL);
        devicesPolled = flags.contains(SetupFlag.IOPOLL);
        files = new FileOperations(submissions);
        attributes = new AttributeOperations(submissions);
        sockets = new SocketOperations(submissions);
        control = new ControlOperations(submissions);
        buffers = new BufferOperations(submissions);
        commands = new CommandOperations(submissions);
    }

    private static Set<Feature> featuresOf(int bits) {
        EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
        for (Feature feature : Feature.values()) {
            if (feature.isIn(bits)) {
                features.add(feature);
            }
        }
        return Collections.unmodifiableSet(features);
    }

    /**
     * Makes a ring that belongs to the calling thread.
     *
     * @throws SystemCallException when the kernel or a sandbox refuses it, with the remedy
     */
    @SuppressWarnings("MustBeClosedChecker") // the ring owns the arena and closes it
    public static Uring open(UringConfig config) throws SystemCallException {
        Arena arena = Arena.ofShared();
        try {
            Negotiated made = Negotiated.with(config, arena);
            try {
                return new Uring(made, arena);
            } catch (Throwable t) {
                made.descriptor().close();
                throw t;
            }
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    /** Reads, writes and everything else about files. */
    public FileOperations files() {
        return files;
    }

    /** Connections and datagrams. */
    public SocketOperations sockets() {
        return sockets;
    }

    /** Extended attributes. */
    public AttributeOperations attributes() {
        return attributes;
    }

    /** Giving buffers to groups by entries, the old way. */
    public BufferOperations buffers() {
        return buffers;
    }

    /** What drivers and protocols define themselves. */
    public CommandOperations commands() {
        return commands;
    }

    /** What the ring can be told beside entries. */
    public RingSettings settings() {
        return settings;
    }

    /** Time-outs, cancelling, waiting for descriptors, messages to other rings. */
    public ControlOperations control() {
        return control;
    }

    /** How many entries can be prepared before the next {@link #submit}. */
    public int free() {
        return submissions.free();
    }

    /**
     * Hands what is prepared to the kernel, without waiting.
     *
     * @return how many entries it has taken, or the negated errno: {@code -EBUSY} while completions
     *     that did not fit have to be polled first, {@code -EAGAIN} when it lacks memory. What was
     *     not taken stays prepared.
     */
    public int submit() {
        int pending = submissions.publish();
        if (polledByKernel) {
            return submissions.needsWakeup() ? wakePoller(pending) : pending;
        }
        return pending == 0 ? 0 : calls.submit(pending);
    }

    private int wakePoller(int pending) {
        int woken = calls.wakePoller(pending);
        return woken < 0 ? woken : pending;
    }

    /**
     * Hands what is prepared to the kernel and waits until so many completions can be polled; a
     * signal may end the wait early. Answers as {@link #submit}.
     */
    public int submitAndWait(int completionsAwaited) {
        int pending = submissions.publish();
        return calls.submitAndWait(pending, completionsAwaited, pollerSleeps());
    }

    /**
     * The same, but for so long at most.
     *
     * @param timeoutNanos zero or more
     */
    public int submitAndWait(int completionsAwaited, long timeoutNanos) {
        return submitAndWait(completionsAwaited, timeoutNanos, 0);
    }

    /**
     * The same, but once {@code batchNanos} are over a single completion is enough: for a batch if
     * it comes soon, and for whatever comes if it does not. A kernel without {@link
     * Feature#MIN_TIMEOUT} waits for all of them, or for the time-out.
     *
     * @param batchNanos less than {@code timeoutNanos}, in steps of a microsecond, up to half an
     *     hour; 0 for none
     */
    public int submitAndWait(int completionsAwaited, long timeoutNanos, long batchNanos) {
        int pending = submissions.publish();
        long batch = features.contains(Feature.MIN_TIMEOUT) ? batchNanos : 0;
        return calls.submitAndWait(
                pending, completionsAwaited, pollerSleeps(), timeoutNanos, batch);
    }

    private boolean pollerSleeps() {
        return polledByKernel && submissions.needsWakeup();
    }

    /**
     * Shows completions to the handler, in the order in which they came. It may prepare and submit
     * further entries, but not poll. What it throws comes out here; the completions that it has not
     * seen stay.
     *
     * @param limit of completions
     * @return how many there were; 0 when nothing is done yet
     */
    public int poll(CompletionHandler handler, int limit) {
        int seen = completions.poll(handler, limit);
        if (seen == 0 && (devicesPolled || submissions.wantsCall())) {
            int ignored = calls.getEvents();
            return completions.poll(handler, limit);
        }
        return seen;
    }

    /**
     * One of the two longs behind the completion that the handler is being shown, for operations
     * that answer with more than a result; on a ring with {@link SetupFlag#CQE32}, or with {@link
     * SetupFlag#CQE_MIXED} and a completion that is {@link Completion#LARGE}.
     */
    public long completionExtra(int index) {
        return completions.extra(index);
    }

    /**
     * Cancels a request at once, without an entry, and waits until it is gone (6.0).
     *
     * @param flags 0 or {@link ControlOperations#CANCEL_ALL}
     * @param timeoutNanos the longest wait
     * @return how many were cancelled with {@code CANCEL_ALL}, else 0; or the negated errno: {@code
     *     -ENOENT} when there is none, {@code -ETIME} when it is not gone in time
     */
    public int cancelNow(long token, int flags, long timeoutNanos) {
        return Cancellation.token(descriptor.number(), token, flags, timeoutNanos);
    }

    /** Cancels whatever is in flight, as far as it can be, and waits a second at most. */
    void cancelAll() {
        int ignored = Cancellation.all(descriptor.number());
    }

    /** As {@link #cancelNow}, requests that use a descriptor. */
    public int cancelDescriptorNow(int usedDescriptor, int flags, long timeoutNanos) {
        return Cancellation.descriptor(descriptor.number(), usedDescriptor, flags, timeoutNanos);
    }

    /**
     * Gives both queues other sizes, whatever is in flight (6.13). What is prepared is submitted
     * first; what is in the completion queue stays in it.
     *
     * @param submissionEntriesWanted rounded up to a power of two, as the other is
     * @throws SystemCallException when the ring is not made with {@link SetupFlag#DEFER_TASKRUN},
     *     or what is in the queues does not fit into the new ones; the ring is as it was then. When
     *     there is no memory to map the new queues, the ring is closed.
     */
    public void resize(int submissionEntriesWanted, int completionEntriesWanted)
            throws SystemCallException {
        if (completions.isPolling()) {
            throw new IllegalStateException("A handler cannot resize the ring that calls it");
        }
        int ignored = submit();
        if (submissions.pending() > 0) {
            throw refusedResize(Errno.EBUSY);
        }
        RingParameters parameters = made.parameters();
        MemorySegment request = parameters.resize(submissionEntriesWanted, completionEntriesWanted);
        int done = IoUring.register(descriptor.number(), REGISTER_RESIZE, request, 1);
        if (done < 0) {
            throw refusedResize(-done);
        }
        RingMappings before = mappings;
        try {
            mappings = RingMappings.map(descriptor, parameters, made.flags());
        } catch (Throwable t) {
            close(); // the kernel has left the old queues, and the new ones are out of reach
            throw t;
        }
        submissions.attach(mappings, parameters);
        completions.attach(mappings, parameters);
        before.close();
    }

    private SystemCallException refusedResize(int errno) {
        String remedy =
                switch (errno) {
                    case Errno.EOVERFLOW -> "poll completions first, or ask for a larger queue";
                    case Errno.EBUSY -> "poll completions first";
                    case Errno.EINVAL ->
                            made.flags().contains(SetupFlag.DEFER_TASKRUN)
                                    ? "use Linux 6.13 or later, and ask for 1 to 32768 entries and"
                                            + " at least as many completions, to 65536"
                                    : "open the ring with DEFER_TASKRUN";
                    default -> "";
                };
        return new SystemCallException("io_uring_register(resize)", errno, remedy);
    }

    /**
     * Makes the table of registered files, all places empty; once a ring.
     *
     * @param places that it has
     */
    public FileTable registerFiles(int places) throws SystemCallException {
        return FileTable.create(descriptor.number(), places);
    }

    /**
     * Makes the table of registered buffers, all places empty; once a ring.
     *
     * @param places that it has, up to 16384
     */
    public BufferTable registerBuffers(int places) throws SystemCallException {
        return BufferTable.create(descriptor.number(), places);
    }

    /**
     * Makes the table of registered buffers from that of another ring of this process, without
     * pinning their pages again (6.12); once a ring. The memory stays its owner's to keep.
     *
     * @param places that the other's table has
     */
    public BufferTable cloneBuffers(Uring other, int places) throws SystemCallException {
        return BufferTable.cloneOf(descriptor.number(), other.descriptor.number(), places);
    }

    /**
     * Makes a group of buffers for the kernel to choose from, all of them the kernel's. Close it
     * when no entry that names it is in flight, or after the ring.
     *
     * @param group its number, 0 to 65535
     * @param count a power of two, up to 32768
     * @param incremental whether a buffer is filled by one completion after the other until it is
     *     full (6.12)
     */
    public BufferGroup registerBufferGroup(
            int group, int count, int bufferBytes, boolean incremental) throws SystemCallException {
        return BufferGroup.create(descriptor.number(), group, count, bufferBytes, incremental);
    }

    /**
     * Has the kernel signal an event while there is something to poll, for a thread that sleeps on
     * other things as well: the ring's own descriptor does not wake it with {@link
     * SetupFlag#DEFER_TASKRUN}. Once a ring; it begins with {@link #signalEvents} off.
     */
    void registerEvent(EventFd event) throws SystemCallException {
        try (Arena request = Arena.ofConfined()) {
            MemorySegment number = request.allocateFrom(JAVA_INT, event.descriptor().number());
            int done = IoUring.register(descriptor.number(), REGISTER_EVENT, number, 1);
            Registration.check(done, "event");
        }
        completions.signalEvents(false);
    }

    /**
     * Turns the signals on, before sleeping, or off.
     *
     * @return whether there is something to poll already, and sleeping would miss it
     */
    boolean signalEvents(boolean on) {
        completions.signalEvents(on);
        // We ask for signals and look at the ring; the kernel fills the ring and looks whether we
        // have asked. Without a full fence both could miss the other's store.
        VarHandle.fullFence();
        return hasWork();
    }

    /** Whether there is something to poll, perhaps after a call; costs none. */
    boolean hasWork() {
        return completions.available() > 0 || submissions.wantsCall();
    }

    /** How often the kernel was called to hand over, to wait or to bring completions in. */
    public long calls() {
        return calls.count();
    }

    /** Whether calls spare the kernel the look-up of the descriptor. */
    boolean isRegistered() {
        return calls.areRegistered();
    }

    /** Completions that can be polled without a call. */
    public int available() {
        return completions.available();
    }

    /** Completions that are gone since the kernel had no memory to keep them; 0 in any good day. */
    public long lostCompletions() {
        return completions.lost();
    }

    /** The flags that the ring has been made with. */
    public Set<SetupFlag> flags() {
        return made.flags();
    }

    /** Flags that were welcome and that the kernel did not take, each with a reason. */
    public Map<SetupFlag, String> leftOut() {
        return made.leftOut();
    }

    /** What this kernel's rings can do. */
    public Set<Feature> features() {
        return features;
    }

    /** Entries of the submission queue. */
    public int submissionEntries() {
        return submissions.size();
    }

    /** Entries of the completion queue. */
    public int completionEntries() {
        return completions.size();
    }

    /** To wait on: it is readable while there are completions. It stays the ring's. */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Cancels what is in flight and ends the ring; a second call does nothing. To be called by the
     * ring's thread: from another, the ring lives on until its thread ends.
     */
    @Override
    public void close() {
        if (!descriptor.isOpen()) {
            return;
        }
        cancelAll();
        calls.unregister(descriptor.number());
        descriptor.close();
        mappings.close();
        arena.close();
    }
}
