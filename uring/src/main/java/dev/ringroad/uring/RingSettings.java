package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * What a ring can be told beside entries: rights, restrictions, worker threads, how it waits. To be
 * called by the ring's thread.
 */
public final class RingSettings {
    /** For {@link #measureWaitsBy}: goes on while the machine is suspended. */
    public static final int CLOCK_BOOT_TIME = 7;

    /** For {@link #measureWaitsBy}: as it is at the start. */
    public static final int CLOCK_MONOTONIC = 1;

    private static final int REGISTER_PERSONALITY = 9;
    private static final int UNREGISTER_PERSONALITY = 10;
    private static final int REGISTER_RESTRICTIONS = 11;
    private static final int ENABLE_RINGS = 12;
    private static final int REGISTER_WORKERS_MAX = 19;
    private static final int REGISTER_NAPI = 27;
    private static final int UNREGISTER_NAPI = 28;
    private static final int REGISTER_CLOCK = 29;

    private static final int RESTRICTION_BYTES = 16;
    private static final short ALLOW_OPERATION = 1;
    private static final short ALLOW_FLAGS = 2;
    private static final short REQUIRE_FLAGS = 3;
    private static final int NAPI_BYTES = 16;
    private static final int CLOCK_BYTES = 16;

    private final int ring;
    private final RingCalls calls;
    private final Set<Feature> features;

    RingSettings(int ring, RingCalls calls, Set<Feature> features) {
        this.ring = ring;
        this.calls = calls;
        this.features = features;
    }

    /**
     * How many worker threads a ring's owner may have, for each processor node.
     *
     * @param bounded for files and block devices
     * @param unbounded for what may wait for ever, such as a pipe
     */
    public record Workers(int bounded, int unbounded) {}

    /**
     * Remembers the rights that this thread has now; entries run with them that name the number by
     * {@link Submission#personality} (5.6).
     *
     * @return the number
     */
    public int registerPersonality() throws SystemCallException {
        int id = IoUring.register(ring, REGISTER_PERSONALITY, MemorySegment.NULL, 0);
        return Registration.check(id, "personality");
    }

    /** Forgets rights. */
    public void removePersonality(int id) throws SystemCallException {
        int done = IoUring.register(ring, UNREGISTER_PERSONALITY, MemorySegment.NULL, id);
        Registration.check(done, "end of personality " + id);
    }

    /**
     * Restricts a ring that is made with {@link SetupFlag#R_DISABLED}, once, before {@link #enable}
     * (5.10).
     */
    public void restrict(Restrictions restrictions) throws SystemCallException {
        int count = restrictions.operations().size() + 2;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment list = arena.allocate((long) count * RESTRICTION_BYTES, Long.BYTES);
            long at = 0;
            for (Operation operation : restrictions.operations()) {
                set(list, at, ALLOW_OPERATION, operation.code());
                at += RESTRICTION_BYTES;
            }
            set(list, at, ALLOW_FLAGS, mask(restrictions.allowed()));
            set(list, at + RESTRICTION_BYTES, REQUIRE_FLAGS, mask(restrictions.required()));
            int done = IoUring.register(ring, REGISTER_RESTRICTIONS, list, count);
            Registration.check(
                    done,
                    "restrictions",
                    "open the ring with R_DISABLED, and restrict it once, before it is enabled");
        }
    }

    private static void set(MemorySegment list, long at, short what, int value) {
        list.set(JAVA_SHORT, at, what);
        list.set(JAVA_BYTE, at + 2, (byte) value);
    }

    private static int mask(Set<EntryFlag> flags) {
        int mask = 0;
        for (EntryFlag flag : flags) {
            mask |= flag.mask();
        }
        return mask;
    }

    /**
     * Lets a ring that is made with {@link SetupFlag#R_DISABLED} begin; it belongs to the thread
     * that calls this.
     */
    public void enable() throws SystemCallException {
        int done = IoUring.register(ring, ENABLE_RINGS, MemorySegment.NULL, 0);
        Registration.check(
                done, "enable", "open the ring with R_DISABLED, and enable it once only");
    }

    /**
     * Limits the worker threads that do for this thread's rings what would block (5.15).
     *
     * @param limits each 0 to leave it as it is
     * @return the limits before
     */
    public Workers limitWorkers(Workers limits) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment both = arena.allocateFrom(JAVA_INT, limits.bounded, limits.unbounded);
            int done = IoUring.register(ring, REGISTER_WORKERS_MAX, both, 2);
            Registration.check(done, "limits of workers");
            return new Workers(both.get(JAVA_INT, 0), both.get(JAVA_INT, 4));
        }
    }

    /**
     * Has waits poll the network adapters whose sockets the ring uses, before they sleep (6.9). It
     * gains latency with real adapters, at the price of a busy processor.
     *
     * @param micros how long
     * @param prefer whether the adapter should rather wait to be polled than interrupt
     */
    public void pollNetwork(int micros, boolean prefer) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(NAPI_BYTES, Long.BYTES);
            request.set(JAVA_INT, 0, micros);
            request.set(JAVA_BYTE, 4, (byte) (prefer ? 1 : 0));
            int done = IoUring.register(ring, REGISTER_NAPI, request, 1);
            Registration.check(
                    done,
                    "polling of the network",
                    "use Linux 6.9 or later with CONFIG_NET_RX_BUSY_POLL, and a ring without"
                            + " IOPOLL");
        }
    }

    /** Undoes {@link #pollNetwork}. */
    public void stopPollingNetwork() throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(NAPI_BYTES, Long.BYTES);
            int done = IoUring.register(ring, UNREGISTER_NAPI, request, 1);
            Registration.check(done, "end of polling of the network");
        }
    }

    /**
     * Sets the clock that times out waits (6.12).
     *
     * @param clock {@link #CLOCK_MONOTONIC} or {@link #CLOCK_BOOT_TIME}
     */
    public void measureWaitsBy(int clock) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(CLOCK_BYTES, Long.BYTES);
            request.set(JAVA_INT, 0, clock);
            int done = IoUring.register(ring, REGISTER_CLOCK, request, 0);
            Registration.check(
                    done, "clock " + clock, "use Linux 6.12 or later, and one of the two clocks");
        }
    }

    /**
     * Whether waits in the ring count as waits for a disk, as they do at the start: in the
     * machine's load and in the choice of the processor's frequency (6.15).
     *
     * @return false when this kernel lacks {@link Feature#NO_IOWAIT}, and they go on to count
     */
    public boolean countWaitsAsDisk(boolean asDisk) {
        if (!features.contains(Feature.NO_IOWAIT)) {
            return asDisk;
        }
        calls.countWaits(asDisk);
        return true;
    }
}
