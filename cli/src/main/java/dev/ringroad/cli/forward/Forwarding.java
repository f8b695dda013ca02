package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.Machine;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.counter.RuntimeFiles;
import dev.ringroad.core.linux.FileTrouble;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.core.worker.Poller;
import dev.ringroad.core.worker.Worker;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.Port;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One run: opens the ports, lets the workers work, tells every second, and closes everything. */
final class Forwarding {

    private static final int COUNTERS = 4096;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Work work;
    private final List<Port> ports = new ArrayList<>();
    private final List<PortLink> links = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private Forwarding(Work work) {
        this.work = work;
    }

    /** Runs until a limit is reached, nothing can come any more, or the process is told to end. */
    static void run(Work work, List<DeviceSpec> specs, Placement placement, RunOptions options) {
        IdleStrategy strategy = options.strategy();
        PortFiles.requireApart(specs, options.json());
        Forwarding forwarding = new Forwarding(work);
        Thread hook = new Thread(forwarding::endInOrder, "forward end");
        Runtime.getRuntime().addShutdownHook(hook);
        try (CounterFile counters = counters()) {
            try {
                forwarding.open(specs, counters);
                forwarding.start(counters, placement, strategy);
                Report report = forwarding.watch(placement, options.limits());
                System.out.print(report.summary());
                if (options.json() != null) {
                    OutputFile.write(options.json(), report.json(work.word()));
                }
            } finally {
                forwarding.close();
            }
        } finally {
            forwarding.ended.countDown();
        }
    }

    private static CounterFile counters() {
        return RuntimeFiles.createCounters(
                COUNTERS, sentence -> System.err.println("ringroad: " + sentence));
    }

    /** Runs when the process is told to end, by Ctrl-C for one, and holds it until all is told. */
    private void endInOrder() {
        asked.countDown();
        try {
            if (!ended.await(10, TimeUnit.SECONDS)) {
                System.err.println("ringroad: the workers do not end.");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void open(List<DeviceSpec> specs, CounterFile counters) {
        for (DeviceSpec spec : specs) {
            try {
                NetDevice device = NetDevices.open(spec, counters);
                ports.add(new Port(ports.size(), device, counters));
            } catch (SpecException | IOException | UncheckedIOException e) {
                throw PortSpecs.refused(e);
            }
            // Of a port that is open: a refusal stands alone.
            PortHints.of(spec, Machine.here())
                    .ifPresent(hint -> System.err.println("ringroad: " + hint));
        }
        long now = System.nanoTime();
        links.addAll(ports.stream().map(port -> new PortLink(port, now)).toList());
    }

    private void start(CounterFile counters, Placement placement, IdleStrategy strategy) {
        List<? extends Poller> pollers = work.begin(ports, counters);
        int count = placement.cpus().size();
        requireOneWorkerAPool(pollers, count);
        try {
            for (int i = 0; i < count; i++) {
                List<Poller> own = new ArrayList<>();
                for (int j = i; j < pollers.size(); j += count) {
                    own.add(pollers.get(j));
                }
                workers.add(new Worker("forward-" + i, placement.cpus().get(i), strategy, own));
            }
        } catch (SystemCallException e) {
            throw Refusal.failed(FileTrouble.words(e) + ".");
        }
    }

    /** Pollers go to workers in turn, and a pool has one owner. */
    private static void requireOneWorkerAPool(List<? extends Poller> pollers, int workers) {
        for (int i = 0; i < pollers.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (i % workers != j % workers
                        && pollers.get(i) instanceof ForwardPoller one
                        && pollers.get(j) instanceof ForwardPoller other
                        && one.sharesPoolWith(other)) {
                    throw Refusal.wrongUse(
                            "Ports that share their memory (umem=) need one worker; forward with"
                                    + " fewer workers, or give them memory of their own.");
                }
            }
        }
    }

    /**
     * The answer is what was counted over the whole time. Nobody counts when the first sample is
     * taken and the last, so that the figures of different ports belong together.
     */
    private Report watch(Placement placement, RunOptions.Limits limits) {
        Sample first = Sample.take(work, ports, workers);
        workers.forEach(Worker::start);
        Sample last = first;
        boolean ends = false;
        while (!ends) {
            ends = pause() || isDone(first, limits);
            links.forEach(link -> link.tellChange(System.nanoTime()));
            links.forEach(PortLink::tellEnds);
            Sample now = Sample.take(work, ports, workers);
            if (!ends && now.nanos() - last.nanos() >= SECOND_NANOS) {
                System.out.print(new Report(ports, placement.cpus(), last, now).live());
                last = now;
            }
        }
        stop();
        ports.forEach(Port::publish);
        return new Report(ports, placement.cpus(), first, Sample.take(work, ports, workers));
    }

    /** True when the process was told to end. */
    private boolean pause() {
        try {
            return asked.await(LOOK_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private boolean isDone(Sample first, RunOptions.Limits limits) {
        long seconds = (System.nanoTime() - first.nanos()) / SECOND_NANOS;
        return seconds >= limits.seconds()
                || work.packets(ports) >= limits.packets()
                || work.finished()
                || workers.stream().anyMatch(worker -> worker.failure() != null);
    }

    private void stop() {
        workers.forEach(Worker::close);
        for (Worker worker : workers) {
            Throwable failure = worker.failure();
            if (failure != null) {
                throw Refusal.failed("A worker ended early: " + failure + ".");
            }
        }
        // What the kernel has lost since the last look belongs into the last report.
        ports.forEach(port -> port.device().service(System.nanoTime()));
    }

    private void close() {
        workers.forEach(Worker::close);
        work.close();
        String incomplete = null;
        for (Port port : ports) {
            try {
                port.device().close();
            } catch (UncheckedIOException e) {
                incomplete = e.getMessage();
            }
        }
        if (incomplete != null) {
            throw Refusal.failed(incomplete);
        }
    }
}
