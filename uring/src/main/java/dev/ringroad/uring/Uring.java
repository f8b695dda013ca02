package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.KernelMapping;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Collections;
import java.util.EnumSet;
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
    private static final long OFFSET_RINGS = 0;
    private static final long OFFSET_ENTRIES = 0x1000_0000L;

    private static final int ENTER_GET_EVENTS = 1;
    private static final int ENTER_WAKE_POLLER = 1 << 1;
    private static final int ENTER_ARGUMENT = 1 << 3;
    private static final int ENTER_REGISTERED_RING = 1 << 4;

    private static final int REGISTER_EVENT = 4;
    private static final int REGISTER_RING = 20;

    /** {@code struct io_uring_getevents_arg}: signal mask, its size, least wait, time-out. */
    private static final int WAIT_BYTES = 24;

    private static final long WAIT_TIMEOUT_AT = 16;
    private static final int TIMESPEC_BYTES = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Descriptor descriptor;
    private final KernelMapping rings;
    private final KernelMapping entries;
    private final Arena arena;
    private final Set<SetupFlag> flags;
    private final Set<Feature> features;
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    private final MemorySegment wait;
    private final MemorySegment timeout;
    private final boolean polledByKernel;
    private final boolean devicesPolled;
    private final int enterNumber;
    private final int enterFlags;
    private final FileOperations files;
    private final SocketOperations sockets;
    private final ControlOperations control;

    private Uring(Negotiated made, Arena arena) throws SystemCallException {
        this.arena = arena;
        descriptor = made.descriptor();
        flags = made.flags();
        RingParameters parameters = made.parameters();
        features = featuresOf(parameters.features());
        long submissionBytes =
                flags.contains(SetupFlag.SQE128)
                        ? SubmissionQueue.LARGE_ENTRY_BYTES
                        : SubmissionQueue.ENTRY_BYTES;
        long completionBytes =
                flags.contains(SetupFlag.CQE32)
                        ? CompletionQueue.LARGE_ENTRY_BYTES
                        : CompletionQueue.ENTRY_BYTES;
        boolean hasArray = !flags.contains(SetupFlag.NO_SQARRAY);
        rings =
                KernelMapping.map(
                        descriptor, OFFSET_RINGS, ringBytes(parameters, completionBytes, hasArray));
        try {
            entries =
                    KernelMapping.map(
                            descriptor,
                            OFFSET_ENTRIES,
                            parameters.submissionEntries() * submissionBytes);
        } catch (SystemCallException e) {
            rings.close();
            throw e;
        }
        submissions =
                new SubmissionQueue(
                        rings.segment(),
                        entries.segment(),
                        parameters,
                        submissionBytes,
                        hasArray,
                        arena);
        completions = new CompletionQueue(rings.segment(), parameters, completionBytes);
        wait = arena.allocate(WAIT_BYTES, Long.BYTES);
        timeout = arena.allocate(TIMESPEC_BYTES, Long.BYTES);
        polledByKernel = flags.contains(SetupFlag.SQPOLL);
        devicesPolled = flags.contains(SetupFlag.IOPOLL);
        int registered = registeredNumber(descriptor.number(), arena);
        enterNumber = registered < 0 ? descriptor.number() : registered;
        enterFlags = registered < 0 ? 0 : ENTER_REGISTERED_RING;
        files = new FileOperations(submissions);
        sockets = new SocketOperations(submissions);
        control = new ControlOperations(submissions);
    }

    private static long ringBytes(RingParameters parameters, long entryBytes, boolean hasArray) {
        long completion =
                parameters.completionEntriesAt() + parameters.completionEntries() * entryBytes;
        long array =
                hasArray
                        ? parameters.submissionArrayAt()
                                + (long) parameters.submissionEntries() * Integer.BYTES
                        : 0;
        return Math.max(completion, array);
    }

    // A registered ring spares the kernel the look-up of the descriptor in each call (5.18).
    private static int registeredNumber(int ring, Arena arena) {
        MemorySegment update = arena.allocate(16, Long.BYTES);
        update.set(JAVA_INT, 0, -1); // any index
        update.set(JAVA_LONG, 8, ring);
        int registered = IoUring.register(ring, REGISTER_RING, update, 1);
        return registered == 1 ? update.get(JAVA_INT, 0) : -1;
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
        return pending == 0 ? 0 : enter(pending, 0, 0, MemorySegment.NULL, 0);
    }

    private int wakePoller(int pending) {
        int woken = enter(pending, 0, ENTER_WAKE_POLLER, MemorySegment.NULL, 0);
        return woken < 0 ? woken : pending;
    }

    /**
     * Hands what is prepared to the kernel and waits until so many completions can be polled; a
     * signal may end the wait early. Answers as {@link #submit}.
     */
    public int submitAndWait(int completionsAwaited) {
        return submitAndWait(completionsAwaited, ENTER_GET_EVENTS, MemorySegment.NULL, 0);
    }

    /**
     * The same, but for so long at most.
     *
     * @param timeoutNanos zero or more
     */
    public int submitAndWait(int completionsAwaited, long timeoutNanos) {
        MemorySegment until = timeout;
        until.set(JAVA_LONG, 0, timeoutNanos / NANOS_PER_SECOND);
        until.set(JAVA_LONG, 8, timeoutNanos % NANOS_PER_SECOND);
        wait.set(JAVA_LONG, WAIT_TIMEOUT_AT, until.address());
        return submitAndWait(
                completionsAwaited, ENTER_GET_EVENTS | ENTER_ARGUMENT, wait, WAIT_BYTES);
    }

    private int submitAndWait(
            int completionsAwaited, int flagsOfCall, MemorySegment argument, long bytes) {
        int pending = submissions.publish();
        int wake = polledByKernel && submissions.needsWakeup() ? ENTER_WAKE_POLLER : 0;
        return enter(pending, completionsAwaited, flagsOfCall | wake, argument, bytes);
    }

    private int enter(
            int pending,
            int completionsAwaited,
            int flagsOfCall,
            MemorySegment argument,
            long bytes) {
        int taken =
                IoUring.enter(
                        enterNumber,
                        pending,
                        completionsAwaited,
                        flagsOfCall | enterFlags,
                        argument,
                        bytes);
        return taken == -Errno.EINTR || taken == -Errno.ETIME ? 0 : taken;
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
            int ignored = enter(0, 0, ENTER_GET_EVENTS, MemorySegment.NULL, 0);
            return completions.poll(handler, limit);
        }
        return seen;
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
        return completions.available() > 0 || submissions.wantsCall();
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
        return flags;
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

    /** Cancels what is in flight and ends the ring; a second call does nothing. */
    @Override
    public void close() {
        if (!descriptor.isOpen()) {
            return;
        }
        Cancellation.all(descriptor.number());
        descriptor.close();
        rings.close();
        entries.close();
        arena.close();
    }
}
