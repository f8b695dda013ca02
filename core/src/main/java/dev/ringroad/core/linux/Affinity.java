package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;

/** Which CPUs the calling platform thread may run on ({@code sched_setaffinity(2)}). */
public final class Affinity {
    private static final int CPUS_MAX = 8192;
    private static final long MASK_BYTES = CPUS_MAX / Byte.SIZE;
    private static final int CALLING_THREAD = 0;

    private static final MethodHandle SET =
            Native.link(
                    "sched_setaffinity",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
    private static final MethodHandle GET =
            Native.link(
                    "sched_getaffinity",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
    private static final MethodHandle CURRENT =
            Native.linkCritical("sched_getcpu", FunctionDescriptor.of(JAVA_INT));

    private Affinity() {}

    /** Binds the calling platform thread to one CPU. */
    public static void pinCurrentThread(int cpu) throws SystemCallException {
        BitSet one = new BitSet();
        one.set(cpu);
        allowCurrentThread(one);
    }

    /** Lets the calling platform thread run on these CPUs only. */
    public static void allowCurrentThread(BitSet cpus) throws SystemCallException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "A virtual thread has no CPU of its own; pin a platform thread");
        }
        if (cpus.length() > CPUS_MAX) {
            throw new IllegalArgumentException(
                    "CPU " + (cpus.length() - 1) + " is not below " + CPUS_MAX);
        }
        MemorySegment capture = Native.capture();
        int result;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            byte[] bits = cpus.toByteArray();
            MemorySegment.copy(bits, 0, mask, ValueLayout.JAVA_BYTE, 0, bits.length);
            result =
                    Native.result(
                            (int) SET.invokeExact(capture, CALLING_THREAD, MASK_BYTES, mask),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        String remedy =
                result == -Errno.EINVAL ? "choose from the allowed CPUs, " + allowedCpus() : "";
        Native.check(result, "sched_setaffinity(CPUs " + cpus + ")", remedy);
    }

    /** The CPUs that the calling platform thread may run on. */
    public static BitSet allowedCpus() throws SystemCallException {
        MemorySegment capture = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            int result =
                    Native.result(
                            (int) GET.invokeExact(capture, CALLING_THREAD, MASK_BYTES, mask),
                            capture);
            Native.check(result, "sched_getaffinity()", "");
            return BitSet.valueOf(mask.toArray(ValueLayout.JAVA_BYTE));
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** The CPU that the calling thread runs on at this moment. */
    public static int currentCpu() {
        try {
            return (int) CURRENT.invokeExact();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
