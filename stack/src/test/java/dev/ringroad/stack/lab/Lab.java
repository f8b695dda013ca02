package dev.ringroad.stack.lab;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.fault.FaultDevice;
import dev.ringroad.net.device.fault.FaultPlan;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.IpLimits;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.NetInterface;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Two stacks, {@code a} at 10.0.0.1 and {@code b} at 10.0.0.2, on one cable. Time is virtual: it
 * moves only when both stacks have nothing to do, straight to the next deadline. Who is polled
 * first, and how often, is drawn from the seed, as are the stacks' secrets and the wire's faults;
 * so a failing run is repeated by its seed.
 */
public final class Lab implements AutoCloseable {
    /** Address of stack {@code a}. */
    public static final IpAddress ADDRESS_A = IpAddress.parse("10.0.0.1");

    /** Address of stack {@code b}. */
    public static final IpAddress ADDRESS_B = IpAddress.parse("10.0.0.2");

    /** How far time goes at most in one step: devices want their control work. */
    private static final long STEP_NANOS_MAX = 1_000_000_000L;

    private static final int COUNTERS = 512;

    private final Random random;
    private final CounterFile countersA = CounterFile.inMemory(COUNTERS);
    private final CounterFile countersB = CounterFile.inMemory(COUNTERS);
    private final NetStack a;
    private final NetStack b;
    private final NetInterface interfaceA;
    private final NetInterface interfaceB;
    private final @Nullable FaultDevice faults;
    private final List<Runnable> applications = new ArrayList<>();
    private long nowNanos;

    private Lab(Options options) {
        this.random = new Random(options.seed);
        this.nowNanos = random.nextLong(-1L << 50, 1L << 50);
        PairDevice.Ends ends;
        try {
            ends = PairDevice.create("a", "b", options.packets, options.bufferBytes, options.mtu);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Who leaked is found by running the seed again; thousands of labs need not take down every
        // stack trace.
        ends.a().pool().recordStacks(false);
        ends.b().pool().recordStacks(false);
        a = new NetStack(options.config.withSeed(options.seed * 2), countersA, nowNanos);
        b = new NetStack(options.config.withSeed(options.seed * 2 + 1), countersB, nowNanos);
        FaultPlan plan = options.plan;
        faults = plan == null ? null : new FaultDevice(ends.a(), plan.withSeed(options.seed));
        if (faults != null) {
            faults.service(nowNanos);
        }
        NetDevice endA = faults == null ? ends.a() : faults;
        interfaceA = a.attach(endA, InterfaceConfig.of("10.0.0.1/24"), nowNanos);
        interfaceB = b.attach(ends.b(), InterfaceConfig.of("10.0.0.2/24"), nowNanos);
    }

    /** How a lab is set up. */
    public static final class Options {
        private final long seed;
        private @Nullable FaultPlan plan;
        private int packets = 512;
        private int bufferBytes = 2048;
        private int mtu = 1500;
        private StackConfig config = config(Profile.LATENCY);

        private Options(long seed) {
            this.seed = seed;
        }

        /** Small limits, so that thousands of labs are quickly made. */
        private static StackConfig config(Profile profile) {
            IpLimits limits = IpLimits.standard();
            return StackConfig.of(profile)
                    .withIp(
                            new IpLimits(
                                    limits.defaultTtl(),
                                    8,
                                    4,
                                    4,
                                    limits.reassemblyTimeoutNanos(),
                                    limits.icmpErrorsPerSecond(),
                                    256,
                                    limits.pathMtuEntries(),
                                    limits.pathMtuTimeoutNanos(),
                                    limits.ephemeralPortFirst(),
                                    limits.ephemeralPortLast()));
        }

        /**
         * Makes the wire a bad one, in both directions; the plan's seed is replaced by the lab's.
         */
        public Options faults(FaultPlan newPlan) {
            plan = newPlan;
            return this;
        }

        /** How many packets each device has. */
        public Options packets(int count) {
            packets = count;
            return this;
        }

        /** The links' MTU and the size of their packets, in bytes. */
        public Options mtu(int bytes, int packetBytes) {
            mtu = bytes;
            bufferBytes = packetBytes;
            return this;
        }

        /** Changes the stacks' configuration. */
        public Options config(UnaryOperator<StackConfig> change) {
            config = change.apply(config);
            return this;
        }

        /** Makes it. */
        public Lab open() {
            return new Lab(this);
        }
    }

    /** A lab with a perfect wire and this seed, to be changed before it is opened. */
    public static Options seed(long seed) {
        return new Options(seed);
    }

    /** The stack at {@link #ADDRESS_A}. */
    public NetStack a() {
        return a;
    }

    /** The stack at {@link #ADDRESS_B}. */
    public NetStack b() {
        return b;
    }

    /** Stack a's only interface. */
    public NetInterface interfaceA() {
        return interfaceA;
    }

    /** Stack b's only interface. */
    public NetInterface interfaceB() {
        return interfaceB;
    }

    /** The virtual time. */
    public long now() {
        return nowNanos;
    }

    /** Drawn from the seed, for the test's own choices. */
    public Random random() {
        return random;
    }

    /** Something that is run in every round, like an application that reads whatever is there. */
    public void application(Runnable application) {
        applications.add(application);
    }

    /**
     * Polls both stacks until neither has anything to do, then moves time to the next deadline.
     *
     * @return whether anything was done or is still to come
     */
    public boolean step(long latestNanos) {
        for (int idleRounds = 0; idleRounds < 2; ) {
            for (Runnable application : applications) {
                application.run();
            }
            idleRounds = pollBoth() > 0 ? 0 : idleRounds + 1;
        }
        long next = Math.min(a.nextDeadlineNanos(), b.nextDeadlineNanos());
        if (faults != null) {
            next = Math.min(next, faults.nextDeadlineNanos());
        }
        boolean pending = next != Long.MAX_VALUE;
        next = Math.min(next, nowNanos + STEP_NANOS_MAX);
        nowNanos = Math.min(latestNanos, Math.max(next, nowNanos + 1));
        if (faults != null) {
            faults.service(nowNanos);
        }
        return pending;
    }

    private int pollBoth() {
        // One side may come several times before the other, as threads do.
        int work = 0;
        boolean aFirst = random.nextBoolean();
        work += (aFirst ? a : b).poll(nowNanos);
        if (random.nextInt(4) == 0) {
            work += (aFirst ? a : b).poll(nowNanos);
        }
        return work + (aFirst ? b : a).poll(nowNanos);
    }

    /**
     * Runs until the condition holds.
     *
     * @param limitNanos of virtual time
     * @return whether it came to hold in time
     */
    public boolean runUntil(BooleanSupplier condition, long limitNanos) {
        long latest = nowNanos + limitNanos;
        while (!condition.getAsBoolean()) {
            if (nowNanos >= latest) {
                return false;
            }
            step(latest);
        }
        return true;
    }

    /** Runs for so much virtual time. */
    public void run(long nanos) {
        runUntil(() -> false, nanos);
    }

    /** What both stacks have dropped, and the time: for the message of a failing test. */
    public String describe() {
        return "time " + nowNanos + ", a " + drops(countersA) + ", b " + drops(countersB);
    }

    private static String drops(CounterFile counters) {
        return counters.readings().stream()
                .filter(reading -> reading.value() != 0)
                .map(reading -> reading.name() + "=" + reading.value())
                .toList()
                .toString();
    }

    /** Closes both stacks; in checked mode this fails when a packet has leaked. */
    @Override
    public void close() {
        try {
            a.close();
        } finally {
            b.close();
            countersA.close();
            countersB.close();
        }
    }
}
