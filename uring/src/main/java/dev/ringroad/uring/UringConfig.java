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
 */
public record UringConfig(
        int entries,
        int completionEntries,
        Set<SetupFlag> required,
        Set<SetupFlag> welcome,
        int pollerIdleMillis) {

    /** {@code IORING_MAX_ENTRIES}. */
    public static final int ENTRIES_MAX = 1 << 15;

    /** {@code IORING_MAX_CQ_ENTRIES}. */
    public static final int COMPLETION_ENTRIES_MAX = 2 * ENTRIES_MAX;

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
        required = copy(required);
        welcome = copy(welcome);
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
        return new UringConfig(entries, count, required, welcome, pollerIdleMillis);
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
        return new UringConfig(entries, completionEntries, more, fewer, pollerIdleMillis);
    }

    /** The same without flags that would do no harm if they were missing. */
    public UringConfig plain() {
        return new UringConfig(entries, completionEntries, required, Set.of(), pollerIdleMillis);
    }

    /** The same with another idle time of the kernel's thread. */
    public UringConfig withPollerIdleMillis(int millis) {
        return new UringConfig(entries, completionEntries, required, welcome, millis);
    }
}
