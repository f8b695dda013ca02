package dev.ringroad.stack.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.worker.Timer;
import dev.ringroad.net.device.DecoratedDevice;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.config.Profile;
import dev.ringroad.stack.config.StackConfig;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.InterfaceConfig;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.tcp.TcpConnection;
import dev.ringroad.stack.tcp.TcpListener;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Two stacks in one process, each with threads that wait for it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PumpTest {
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.1");
    private static final int PORT = 7;
    private static final long FOR_EVER = Long.MAX_VALUE;

    private CounterFile counters;
    private Pump server;
    private Pump client;

    @BeforeEach
    void join() throws IOException {
        counters = CounterFile.inMemory(1024);
        PairDevice.Ends ends = PairDevice.create("a", "b", 2048, 2048, 1500);
        server = pump(ends.a(), "10.0.0.1/24", Profile.LATENCY);
        client = pump(ends.b(), "10.0.0.2/24", Profile.SAFE);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        counters.close();
    }

    private Pump pump(NetDevice device, String address, Profile profile) throws IOException {
        long now = System.nanoTime();
        NetStack stack = new NetStack(StackConfig.of(profile), counters, now);
        stack.attach(device, InterfaceConfig.of(address), now);
        return new Pump(stack, PumpConfig.of(profile));
    }

    @Test
    void platformThreadsDriveThemselves() throws Exception {
        echoes(Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory()), 4, 200);
    }

    @Test
    void virtualThreadsAreDrivenByTheWorker() throws Exception {
        echoes(Executors.newVirtualThreadPerTaskExecutor(), 50, 20);
    }

    @Test
    void aWaitEndsAtItsDeadline() {
        TcpListener listener = listen();
        server.lock();
        try {
            long start = System.nanoTime();
            int ready =
                    server.await(listener, Endpoint.ACCEPT, start + 20_000_000, Cancellation.NEVER);
            assertThat(ready).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
        } finally {
            server.unlock();
        }
    }

    @Test
    void aWaitEndsWhenCancelledWhetherItSpinsOrSleepsOrIsParked() throws Exception {
        for (Pump pump : List.of(server, client)) {
            TcpConnection first = open(pump);
            TcpConnection second = open(pump);
            AtomicBoolean cancelled = new AtomicBoolean();
            try (ExecutorService threads = Executors.newCachedThreadPool()) {
                List<Future<Integer>> waits = new ArrayList<>();
                for (TcpConnection connection : List.of(first, second)) {
                    waits.add(threads.submit(() -> waitFor(pump, connection, cancelled)));
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                cancelled.set(true);
                pump.lock();
                pump.wake(first);
                pump.wake(second);
                pump.unlock();
                for (Future<Integer> wait : waits) {
                    assertThat(wait.get()).isZero();
                }
            }
        }
    }

    @Test
    void anInterruptedPlatformThreadWaitsOnAndKeepsItsInterrupt() throws Exception {
        TcpConnection busy = open(server);
        TcpConnection parked = open(server);
        AtomicBoolean cancelled = new AtomicBoolean();
        AtomicBoolean interruptKept = new AtomicBoolean();
        Thread first =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    waitFor(server, parked, cancelled);
                                    interruptKept.set(Thread.currentThread().isInterrupted());
                                });
        TimeUnit.MILLISECONDS.sleep(20);
        Thread second = Thread.ofPlatform().start(() -> waitFor(server, busy, cancelled));
        TimeUnit.MILLISECONDS.sleep(20);
        first.interrupt();
        TimeUnit.MILLISECONDS.sleep(20);
        assertThat(first.isAlive()).isTrue();
        cancelled.set(true);
        server.lock();
        server.wake(busy);
        server.wake(parked);
        server.unlock();
        first.join();
        second.join();
        assertThat(interruptKept).isTrue();
    }

    @Test
    void anInterruptedVirtualThreadWaitsOnAndLeavesTheStackToOthers() throws Exception {
        TcpConnection waitedFor = open(server);
        AtomicBoolean cancelled = new AtomicBoolean();
        AtomicBoolean interruptKept = new AtomicBoolean();
        Thread waiting =
                Thread.startVirtualThread(
                        () -> {
                            waitFor(server, waitedFor, cancelled);
                            interruptKept.set(Thread.currentThread().isInterrupted());
                        });
        TimeUnit.MILLISECONDS.sleep(20);
        waiting.interrupt();
        TimeUnit.MILLISECONDS.sleep(20);
        cancelled.set(true);
        server.lock();
        server.wake(waitedFor);
        server.unlock();
        waiting.join();
        assertThat(interruptKept).isTrue();
    }

    @Test
    void aQueueTellsWhichEndpointsBecameReady() throws Exception {
        TcpListener listener = listen();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<TcpConnection> connecting = threads.submit(() -> connect());
            server.lock();
            try {
                ReadyQueue queue = server.newReadyQueue();
                Registration registration = queue.register(listener, Endpoint.ACCEPT, "key");
                assertThat(server.await(queue, FOR_EVER, Cancellation.NEVER)).isNotZero();
                Registration ready = Objects.requireNonNull(queue.take());
                assertThat(ready).isSameAs(registration);
                assertThat(ready.attachment()).isEqualTo("key");
                assertThat(ready.ready()).isEqualTo(Endpoint.ACCEPT);
                assertThat(queue.take()).isNull();
                queue.enqueue(ready);
                ready.cancel();
                assertThat(queue.take()).isNull();
            } finally {
                server.unlock();
            }
            assertThat(connecting.get().error()).isZero();
        }
    }

    @Test
    void aSelectorThatSleepsElsewhereIsWoken() throws Exception {
        TcpListener listener = listen();
        Thread sleeping = Thread.currentThread();
        server.lock();
        ReadyQueue queue = server.newReadyQueue();
        queue.register(listener, Endpoint.ACCEPT, "key");
        AtomicBoolean woken = new AtomicBoolean();
        boolean maySleep =
                queue.sleepsElsewhere(
                        () -> {
                            woken.set(true);
                            java.util.concurrent.locks.LockSupport.unpark(sleeping);
                        });
        server.unlock();
        assertThat(maySleep).isTrue();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<TcpConnection> connecting = threads.submit(() -> connect());
            while (!woken.get()) {
                java.util.concurrent.locks.LockSupport.park();
            }
            connecting.get();
        }
        server.lock();
        queue.awake();
        assertThat(queue.take()).isNotNull();
        server.unlock();
    }

    @Test
    void theWorkerOutlivesAFaultOfTheStack() throws Exception {
        try (FaultyWorld world = new FaultyWorld(false)) {
            TcpListener listener = world.listen();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<TcpConnection> accepting =
                        threads.submit(() -> accept(world.faulty, listener));
                world.fail(3);
                Future<?> connecting = threads.submit(() -> connect(world.peer));
                assertThat(accepting.get()).isNotNull();
                connecting.get();
            }
        }
    }

    @Test
    void aWorkerThatEndsWithAFaultLeavesTheStackToOthers() throws Exception {
        try (FaultyWorld world = new FaultyWorld(true)) {
            TcpListener listener = world.listen();
            world.fail(1);
            world.faulty.lock();
            assertThat(world.faulty.hasDriver()).isFalse();
            world.faulty.unlock();
            try (ExecutorService threads = Executors.newCachedThreadPool()) {
                Future<?> connecting = threads.submit(() -> connect(world.peer));
                assertThat(accept(world.faulty, listener)).isNotNull();
                connecting.get();
            }
        }
    }

    /**
     * As the one of the socket table, which would keep a program with nothing to do from sleeping.
     */
    @Test
    void aTimerThatFiresAgainAndAgainDoesNotKeepTheDriverAwake() throws Exception {
        Timer often =
                new Timer() {
                    @Override
                    protected void expired(long nowNanos) {
                        server.stack().timers().schedule(this, nowNanos + 20_000_000);
                    }
                };
        TcpConnection waitedFor = open(server);
        server.lock();
        server.stack().timers().schedule(often, System.nanoTime());
        server.unlock();
        AtomicBoolean cancelled = new AtomicBoolean();
        Thread waiting = Thread.ofPlatform().start(() -> waitFor(server, waitedFor, cancelled));
        boolean asleep = false;
        while (!asleep) {
            TimeUnit.MILLISECONDS.sleep(1);
            server.lock();
            asleep = server.driverIsAsleep();
            server.unlock();
        }
        cancelled.set(true);
        server.lock();
        server.wake(waitedFor);
        server.unlock();
        waiting.join();
        assertThat(waiting.isAlive()).isFalse();
    }

    @Test
    void aDeviceThatIsLongOverdueDoesNotSendTheDriverToSleepForEver() throws Exception {
        PairDevice.Ends ends = PairDevice.create("overdue", "other", 64, 2048, 1500);
        try (NetDevice other = ends.b();
                Pump pump = pump(new OverdueDevice(ends.a()), "10.0.0.1/24", Profile.SAFE)) {
            assertThat(other.linkUp()).isTrue();
            TcpListener listener = listen(pump);
            pump.lock();
            try {
                long soon = System.nanoTime() + 20_000_000;
                assertThat(pump.await(listener, Endpoint.ACCEPT, soon, Cancellation.NEVER))
                        .isZero();
            } finally {
                pump.unlock();
            }
        }
    }

    private static final class OverdueDevice extends DecoratedDevice {
        OverdueDevice(NetDevice inner) {
            super(inner);
        }

        @Override
        public long nextDeadlineNanos() {
            return Long.MIN_VALUE;
        }
    }

    /** Two more stacks, one of which fails when it is told to. */
    private final class FaultyWorld implements AutoCloseable {
        final AtomicInteger failures = new AtomicInteger();
        final Pump faulty;
        final Pump peer;

        FaultyWorld(boolean thrown) throws IOException {
            PairDevice.Ends ends = PairDevice.create("faulty", "peer", 512, 2048, 1500);
            faulty = pump(new FaultyDevice(ends.a(), failures), "10.0.0.1/24", Profile.LATENCY);
            peer = pump(ends.b(), "10.0.0.2/24", Profile.LATENCY);
            faulty.lock();
            faulty.stack().throwFaults(thrown);
            faulty.unlock();
        }

        TcpListener listen() {
            return PumpTest.listen(faulty);
        }

        /** Returns when the stack has failed so often. */
        void fail(int times) {
            failures.set(times);
            while (faults() < times) {
                Thread.yield();
            }
        }

        private long faults() {
            faulty.lock();
            try {
                return faulty.stack().counters().value(DropReason.STACK_FAULT);
            } finally {
                faulty.unlock();
            }
        }

        @Override
        public void close() {
            peer.close();
            faulty.close();
        }
    }

    private static final class FaultyDevice extends DecoratedDevice {
        private final AtomicInteger failures;

        FaultyDevice(NetDevice inner, AtomicInteger failures) {
            super(inner);
            this.failures = failures;
        }

        @Override
        public void service(long nowNanos) {
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("broken device");
            }
            super.service(nowNanos);
        }

        @Override
        public long nextDeadlineNanos() {
            return failures.get() > 0 ? System.nanoTime() : Long.MAX_VALUE;
        }
    }

    private void echoes(ExecutorService executor, int connections, int rounds) throws Exception {
        TcpListener listener = listen();
        try (executor) {
            Future<?> acceptor =
                    executor.submit(
                            () -> {
                                for (int i = 0; i < connections; i++) {
                                    TcpConnection accepted = accept(listener);
                                    executor.execute(() -> echo(accepted));
                                }
                            });
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                clients.add(executor.submit(() -> talk(rounds)));
            }
            for (Future<Integer> talking : clients) {
                assertThat(talking.get()).isEqualTo(rounds);
            }
            acceptor.get();
        }
    }

    private int talk(int rounds) {
        TcpConnection connection = connect();
        byte[] sent = new byte[64];
        byte[] received = new byte[64];
        for (int round = 0; round < rounds; round++) {
            sent[63] = (byte) round;
            write(client, connection, sent, sent.length);
            int got = 0;
            while (got < sent.length) {
                got += read(client, connection, received, got);
            }
            if (received[63] != (byte) round) {
                return round;
            }
        }
        client.lock();
        connection.close(System.nanoTime());
        client.flush();
        client.unlock();
        return rounds;
    }

    private void echo(TcpConnection connection) {
        byte[] buffer = new byte[64];
        for (int n = read(server, connection, buffer, 0);
                n > 0;
                n = read(server, connection, buffer, 0)) {
            write(server, connection, buffer, n);
        }
        server.lock();
        connection.close(System.nanoTime());
        server.flush();
        server.unlock();
    }

    private static int read(Pump pump, TcpConnection connection, byte[] into, int at) {
        pump.lock();
        try {
            int n;
            while ((n = connection.read(into, at, into.length - at, System.nanoTime())) == 0) {
                pump.await(connection, Endpoint.READ, FOR_EVER, Cancellation.NEVER);
            }
            return n;
        } finally {
            pump.unlock();
        }
    }

    private static void write(Pump pump, TcpConnection connection, byte[] from, int bytes) {
        pump.lock();
        try {
            int written = connection.write(from, 0, bytes, System.nanoTime());
            assertThat(written).isEqualTo(bytes);
            pump.flush();
        } finally {
            pump.unlock();
        }
    }

    private TcpConnection accept(TcpListener listener) {
        return accept(server, listener);
    }

    private static TcpConnection accept(Pump pump, TcpListener listener) {
        pump.lock();
        try {
            TcpConnection accepted;
            while ((accepted = listener.accept()) == null) {
                pump.await(listener, Endpoint.ACCEPT, FOR_EVER, Cancellation.NEVER);
            }
            return accepted;
        } finally {
            pump.unlock();
        }
    }

    private TcpListener listen() {
        return listen(server);
    }

    private static TcpListener listen(Pump pump) {
        pump.lock();
        try {
            TcpListener listener = pump.stack().tcp().listener();
            assertThat(listener.bind(SERVER, PORT, true)).isZero();
            assertThat(listener.listen(128)).isZero();
            return listener;
        } finally {
            pump.unlock();
        }
    }

    private TcpConnection connect() {
        return connect(client);
    }

    private static TcpConnection connect(Pump pump) {
        TcpConnection connection = open(pump);
        pump.lock();
        try {
            connection.connect(SERVER, PORT, System.nanoTime());
            pump.flush();
            assertThat(pump.await(connection, Endpoint.CONNECT, FOR_EVER, Cancellation.NEVER))
                    .isNotZero();
            return connection;
        } finally {
            pump.unlock();
        }
    }

    private static TcpConnection open(Pump pump) {
        pump.lock();
        try {
            return pump.stack().tcp().open();
        } finally {
            pump.unlock();
        }
    }

    private static int waitFor(Pump pump, TcpConnection connection, AtomicBoolean cancelled) {
        pump.lock();
        try {
            return pump.await(connection, Endpoint.CONNECT, FOR_EVER, cancelled::get);
        } finally {
            pump.unlock();
        }
    }
}
