package dev.ringroad.stack.tcp;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.config.TcpLimits;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.ip.IpAddress;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Two production stacks on an impaired wire in virtual time, everything decided by a seed: the
 * wire's faults, the sizes of buffers and segments, what the applications write, when they read,
 * and how they close.
 */
final class TcpSimulation implements AutoCloseable {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final int PORT = 80;
    private static final int PACKETS = 512;
    private static final int BUFFER_BYTES = 9216;

    private record Frame(long atNanos, long order, boolean toB, byte[] bytes) {}

    private static final class Pools {
        static final PacketPool A = make("simulation-a");
        static final PacketPool B = make("simulation-b");

        private static PacketPool make(String name) {
            PacketPool pool = PacketPool.create(name, PACKETS, BUFFER_BYTES, Placement.ordinary());
            pool.recordStacks(false);
            return pool;
        }
    }

    private final long seed;
    private final Random random;
    final CounterFile counters = CounterFile.inMemory(1024);
    private final SimDevice deviceA;
    private final SimDevice deviceB;
    private final NetStack stackA;
    private final NetStack stackB;
    private final PriorityQueue<Frame> wire =
            new PriorityQueue<>(
                    (x, y) ->
                            x.atNanos() != y.atNanos()
                                    ? Long.compare(x.atNanos(), y.atNanos())
                                    : Long.compare(x.order(), y.order()));
    private final List<SimApplication> applications = new ArrayList<>();
    private final double loss;
    private final double duplicate;
    private final double reorder;
    private final double corrupt;
    private final long delayNanos;
    private final long jitterNanos;
    private final TcpListener listener;
    private final int connections;
    private long order;
    private long nowNanos;
    private int accepted;

    TcpSimulation(long seed) {
        this(seed, 0);
    }

    /**
     * @param connectionsWanted 0 to have the number drawn from the seed
     */
    TcpSimulation(long seed, int connectionsWanted) {
        this.seed = seed;
        random = new Random(seed * 0x9e3779b97f4a7c15L + 1);
        boolean clean = random.nextInt(6) == 0;
        loss = clean ? 0 : pick(0, 0.01, 0.05, 0.1, 0.2);
        duplicate = clean ? 0 : pick(0, 0.01, 0.1);
        reorder = clean ? 0 : pick(0, 0.01, 0.1, 0.3);
        corrupt = clean ? 0 : pick(0, 0.01, 0.05);
        delayNanos = (long) (pick(0.001, 0.05, 1, 20, 80) * MILLI);
        jitterNanos = (long) (pick(0, 0.01, 1, 30) * MILLI);
        nowNanos = random.nextLong(-1L << 44, 1L << 44);
        int mtu = (int) pick(576, 1500, 1500, 4000, 9000);
        deviceA = new SimDevice(Pools.A, 1, mtu, frame -> send(frame, true));
        deviceB = new SimDevice(Pools.B, 2, mtu, frame -> send(frame, false));
        for (SimDevice device : List.of(deviceA, deviceB)) {
            device.holdPackets = random.nextInt(3) == 0 ? random.nextInt(24) : 0;
            device.transmitRoom =
                    random.nextInt(4) == 0 ? 1 + random.nextInt(8) : Integer.MAX_VALUE;
            device.segments = (seed & 1) != 0;
        }
        int drawn = random.nextInt(4) == 0 ? 1 + random.nextInt(6) : 1;
        connections = connectionsWanted == 0 ? drawn : connectionsWanted;
        long secret = random.nextLong();
        StackConfig configA = config(secret);
        nowNanos = timeNearWrap(configA);
        stackA = new NetStack(configA, counters, nowNanos);
        stackB = new NetStack(config(random.nextLong()), counters, nowNanos);
        stackA.attach(deviceA, InterfaceConfig.of("10.9.0.1/24"), nowNanos);
        stackB.attach(deviceB, InterfaceConfig.of("10.9.0.2/24"), nowNanos);
        stackA.poll(nowNanos);
        stackB.poll(nowNanos);
        listener = stackB.tcp().listener();
        require(listener.bind(IpAddress.ANY_V4, PORT, true) == 0, "bind");
        require(listener.listen(Math.max(16, connections)) == 0, "listen");
    }

    private StackConfig config(long secret) {
        Profile profile = Profile.values()[random.nextInt(3)];
        TcpLimits d = TcpLimits.of(profile);
        TcpLimits limits =
                new TcpLimits(
                        (int) pick(2048, 8192, 65536, 300_000),
                        (int) pick(256, 2048, 20_000, 65536, 300_000),
                        d.connections(),
                        d.halfOpen(),
                        (int) pick(4096, 65536, 300_000),
                        d.delayedAckNanos(),
                        d.rtoInitialNanos(),
                        d.rtoMinNanos(),
                        d.rtoMaxNanos(),
                        d.connectRetries(),
                        d.dataRetries(),
                        d.timeWaitNanos(),
                        d.finWaitNanos(),
                        d.keepAliveIdleNanos(),
                        d.keepAliveIntervalNanos(),
                        d.keepAliveProbes(),
                        d.initialWindowSegments(),
                        d.challengeAcksPerSecond());
        return StackConfig.of(profile).withSeed(secret).withTcp(limits);
    }

    /** Half of the runs begin so that the first connection's sequence numbers wrap soon. */
    private long timeNearWrap(StackConfig config) {
        if (random.nextBoolean()) {
            return nowNanos;
        }
        int hash =
                new InitialSequence(config)
                        .next(
                                IpAddress.parse("10.9.0.1"),
                                5000,
                                IpAddress.parse("10.9.0.2"),
                                PORT,
                                0);
        int ticks = -random.nextInt(40_000) - hash;
        return (long) ticks << 12;
    }

    private double pick(double... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private void send(byte[] frame, boolean toB) {
        boolean ip = frame[12] == 8 && frame[13] == 0;
        if (random.nextDouble() < loss) {
            return;
        }
        byte[] sent = frame;
        if (ip && random.nextDouble() < corrupt) {
            sent = frame.clone();
            sent[random.nextInt(sent.length)] ^= (byte) (1 << random.nextInt(8));
        }
        enqueue(sent, toB);
        if (random.nextDouble() < duplicate) {
            enqueue(sent, toB);
        }
    }

    private void enqueue(byte[] frame, boolean toB) {
        long delay = delayNanos;
        if (random.nextDouble() < reorder) {
            delay += random.nextLong(1 + 4 * delayNanos);
        }
        if (jitterNanos > 0 && reorder > 0) {
            delay += random.nextLong(jitterNanos);
        }
        wire.add(new Frame(nowNanos + delay, order++, toB, frame));
    }

    private void require(boolean condition, String what) {
        if (!condition) {
            throw fail(what);
        }
    }

    private AssertionError fail(String what) {
        return new AssertionError(
                "seed " + seed + ": " + what + " (" + this + ", " + applications + ")");
    }

    /**
     * Runs to the end; throws when a byte is lost, doubled or changed, or when something hangs or
     * leaks.
     */
    void run() {
        long start = nowNanos;
        int port = 5000;
        for (int i = 0; i < connections; i++) {
            TcpConnection connection = stackA.tcp().open();
            require(connection.bind(IpAddress.ANY_V4, port++, true) == 0, "bind of a client");
            require(
                    connection.connect(IpAddress.parse("10.9.0.2"), PORT, nowNanos) == 0,
                    "connect");
            applications.add(
                    new SimApplication(connection, true, applicationSeed(connection), random));
        }
        stackA.flush();
        while (!isFinished()) {
            step();
            require(nowNanos - start < 20_000 * SECOND, "hangs");
        }
        for (SimApplication application : applications) {
            application.check(loss <= 0.1, this::fail);
        }
        quiesce();
    }

    private static long applicationSeed(TcpConnection connection) {
        return Math.min(connection.localPort(), connection.remotePort()) == PORT
                ? Math.max(connection.localPort(), connection.remotePort())
                : -1;
    }

    private boolean isFinished() {
        if (accepted < connections && applications.stream().anyMatch(a -> a.isWaitingForPeer())) {
            return false;
        }
        return applications.stream().allMatch(SimApplication::isFinished);
    }

    private void step() {
        long next = Math.min(stackA.nextDeadlineNanos(), stackB.nextDeadlineNanos());
        if (!wire.isEmpty()) {
            next = Math.min(next, wire.peek().atNanos());
        }
        for (SimApplication application : applications) {
            next = Math.min(next, application.wakeNanos());
        }
        if (deviceA.hasIncoming() || deviceB.hasIncoming()) {
            next = nowNanos;
        }
        require(next != Long.MAX_VALUE, "nothing will ever happen again");
        nowNanos = Math.max(next, nowNanos + 1000);
        while (!wire.isEmpty() && wire.peek().atNanos() <= nowNanos) {
            Frame frame = wire.poll();
            (frame.toB() ? deviceB : deviceA).deliver(frame.bytes());
        }
        stackA.poll(nowNanos);
        stackB.poll(nowNanos);
        for (TcpConnection c = listener.accept(); c != null; c = listener.accept()) {
            accepted++;
            applications.add(new SimApplication(c, false, applicationSeed(c), random));
        }
        for (SimApplication application : applications) {
            application.run(nowNanos);
        }
        stackA.flush();
        stackB.flush();
    }

    /** Waits until nothing is left, and looks for leaks. */
    private void quiesce() {
        listener.close(nowNanos);
        stackB.flush();
        long end = nowNanos + 3000 * SECOND;
        while (nowNanos < end) {
            long next =
                    Math.min(
                            Math.min(stackA.nextDeadlineNanos(), stackB.nextDeadlineNanos()),
                            wire.isEmpty() ? Long.MAX_VALUE : wire.peek().atNanos());
            if (stackA.tcp().connections().isEmpty()
                    && stackB.tcp().connections().isEmpty()
                    && wire.isEmpty()
                    && stackA.tcp().timeWaitConnections() + stackB.tcp().timeWaitConnections()
                            == 0) {
                break;
            }
            if (next == Long.MAX_VALUE) {
                break;
            }
            step();
        }
        require(
                stackA.tcp().connections().isEmpty() && stackB.tcp().connections().isEmpty(),
                "connections are left over: "
                        + stackA.tcp().connections()
                        + stackB.tcp().connections());
        require(
                stackA.tcp().timeWaitConnections() + stackB.tcp().timeWaitConnections() == 0,
                "TIME-WAIT does not end");
        // Neighbour discovery may still hold a packet for an unanswered question.
        long until = nowNanos + 10 * SECOND;
        while (nowNanos < until && (stackA.nextDeadlineNanos() < until || !wire.isEmpty())) {
            step();
        }
        deviceA.releaseHeld();
        deviceB.releaseHeld();
        require(Pools.A.available() == PACKETS, "packets leaked in A: " + Pools.A.available());
        require(Pools.B.available() == PACKETS, "packets leaked in B: " + Pools.B.available());
    }

    @Override
    public void close() {
        stackA.close();
        stackB.close();
        counters.close();
    }

    @Override
    public String toString() {
        return "loss "
                + loss
                + ", duplicate "
                + duplicate
                + ", reorder "
                + reorder
                + ", corrupt "
                + corrupt
                + ", delay "
                + delayNanos / 1000
                + " us, jitter "
                + jitterNanos / 1000
                + " us, A "
                + Pools.A.available()
                + ", B "
                + Pools.B.available();
    }
}
