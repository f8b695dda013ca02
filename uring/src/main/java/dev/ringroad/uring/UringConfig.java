package dev.ringroad.uring;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a ring should be.
 *
 * @param entries of the submission queue, 1 to 32768; rounded up to a power of two
 * @param completionEntries of the completion queue, or 0 for twice as many
 * @param required flags without which there shall be no ring
 * @param welcome flags that are left out, the newest first, when this kernel does not know them
 * @param pollerIdleMillis after how long without work a {@link SetupFlag#SQPOLL} thread sleeps
 * @param pollerCpu the processor that this thread stays on, or {@link #ANY_CPU}
 * @param workersOf the number of another ring's descriptor, whose worker threads and {@link
 *     SetupFlag#SQPOLL} thread are shared, or {@link #OWN_WORKERS}
 */
public record UringConfig(
        int entries,
        int completionEntries,
        Set<SetupFlag> required,
        Set<SetupFlag> welcome,
        int pollerIdleMillis,
        int pollerCpu,
        int workersOf) {

    /** {@code IORING_MAX_ENTRIES}. */
    public static final int ENTRIES_MAX = 1 << 15;

    /** {@code IORING_MAX_CQ_ENTRIES}. */
    public static final int COMPLETION_ENTRIES_MAX = 2 * ENTRIES_MAX;

    /** As {@link #pollerCpu}: any. */
    public static final int ANY_CPU = -1;

    /** As {@link #workersOf}: of its own. */
    public static final int OWN_WORKERS = -1;

    private static final int POLLER_IDLE_MILLIS = 1000;

    public UringConfig {
        if (entries < 1 || entries > ENTRIES_MAX) {
            throw new IllegalArgumentException(
                    "A submission queue has 1 to " + ENTRIES_MAX + " entries, not " + entries);
        }
        if (completionEntries != 0
                && (completionEntries < entries || completionEntries > COMPLETION_ENTRIES_MAX)) {
            throw new IllegalArgumentException(
                    "A completion queue has at least as many entries as that of submissions, "
                            + entries
                            + ", and at most "
                            + COMPLETION_ENTRIES_MAX
                            + ", not "
                            + completionEntries);
        }
        if (pollerIdleMillis < 0) {
            throw new IllegalArgumentException(
                    "The poller's idle time is not negative: " + pollerIdleMillis + " ms");
        }
        for (SetupFlag flag : required) {
            if (!flag.isForUs()) {
                throw new IllegalArgumentException(
                        "A ring of ours lies in the kernel's memory and has a descriptor to sleep"
                                + " on, so it is not made with "
                                + flag);
            }
        }
        required = copy(required);
        welcome = copy(welcome);
    }

    /** With a poller that stays nowhere, and workers of its own. */
    public UringConfig(
            int entries,
            int completionEntries,
            Set<SetupFlag> required,
            Set<SetupFlag> welcome,
            int pollerIdleMillis) {
        this(entries, completionEntries, required, welcome, pollerIdleMillis, ANY_CPU, OWN_WORKERS);
    }

    private static Set<SetupFlag> copy(Set<SetupFlag> flags) {
        EnumSet<SetupFlag> copy = EnumSet.noneOf(SetupFlag.class);
        copy.addAll(flags);
        return Collections.unmodifiableSet(copy);
    }

    /** For one thread that submits and waits itself: the quickest that this kernel has. */
    public static UringConfig of(int entries) {
        return new UringConfig(
                entries,
                0,
                Set.of(),
                EnumSet.of(
                        SetupFlag.SUBMIT_ALL,
                        SetupFlag.COOP_TASKRUN,
                        SetupFlag.TASKRUN_FLAG,
                        SetupFlag.SINGLE_ISSUER,
                        SetupFlag.DEFER_TASKRUN,
                        SetupFlag.NO_SQARRAY),
                POLLER_IDLE_MILLIS);
    }

    /** The same with a completion queue of another size. */
    public UringConfig withCompletionEntries(int count) {
        return new UringConfig(
                entries, count, required, welcome, pollerIdleMillis, pollerCpu, workersOf);
    }

    /**
     * The same with a flag that there has to be. With {@link SetupFlag#SQPOLL}, the flags that
     * speak of who runs completions are no longer welcome, as the kernel's thread does.
     */
    public UringConfig require(SetupFlag flag) {
        EnumSet<SetupFlag> more = EnumSet.of(flag);
        more.addAll(required);
        EnumSet<SetupFlag> fewer = EnumSet.noneOf(SetupFlag.class);
        fewer.addAll(welcome);
        fewer.remove(flag);
        if (flag == SetupFlag.SQPOLL) {
            fewer.remove(SetupFlag.COOP_TASKRUN);
            fewer.remove(SetupFlag.TASKRUN_FLAG);
            fewer.remove(SetupFlag.DEFER_TASKRUN);
        }
        return with(more, fewer);
    }

    /** The same without flags that would do no harm if they were missing. */
    public UringConfig plain() {
        return with(required, Set.of());
    }

    private UringConfig with(Set<SetupFlag> needed, Set<SetupFlag> harmless) {
        return new UringConfig(
                entries,
                completionEntries,
                needed,
                harmless,
                pollerIdleMillis,
                pollerCpu,
                workersOf);
    }

    /** The same with another idle time of the kernel's thread. */
    public UringConfig withPollerIdleMillis(int millis) {
        return new UringConfig(
                entries, completionEntries, required, welcome, millis, pollerCpu, workersOf);
    }

    /** The same with {@link SetupFlag#SQPOLL}, whose thread stays on one processor. */
    public UringConfig withPollerCpu(int cpu) {
        UringConfig polled = require(SetupFlag.SQPOLL);
        return new UringConfig(
                entries,
                completionEntries,
                polled.required,
                polled.welcome,
                pollerIdleMillis,
                cpu,
                workersOf);
    }

    /** The same with the worker threads, and the poller, of another ring. */
    public UringConfig withWorkersOf(Uring other) {
        return new UringConfig(
                entries,
                completionEntries,
                required,
                welcome,
                pollerIdleMillis,
                pollerCpu,
                other.descriptor().number());
    }
}
