package dev.ringroad.cli.forward;

import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.counter.RuntimeFiles;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.core.worker.Worker;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.Mode;
import dev.ringroad.net.forward.Port;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One run: opens the ports, lets the workers work, tells every second, and closes everything. */
final class Forwarding {

    private static final int COUNTERS = 4096;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Mode mode;
    private final List<Port> ports = new ArrayList<>();
    private final List<ForwardPoller> pollers = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private Forwarding(Mode mode) {
        this.mode = mode;
    }

    /** Runs until a limit is reached, nothing can come any more, or the process is told to end. */
    static void run(
            Mode mode,
            List<String> specs,
            int burst,
            Placement placement,
            IdleStrategy strategy,
            ForwardCommand.Limits limits,
            @Nullable Path json) {
        Forwarding forwarding = new Forwarding(mode);
        Thread hook = new Thread(forwarding::endInOrder, "forward end");
        Runtime.getRuntime().addShutdownHook(hook);
        try (CounterFile counters = counters()) {
            try {
                forwarding.open(specs, counters);
                forwarding.start(burst, placement, strategy);
                Report report = forwarding.watch(placement, limits);
                System.out.print(report.summary());
                if (json != null) {
                    OutputFile.write(json, report.json(mode));
                }
            } finally {
                forwarding.close();
            }
        } finally {
            forwarding.ended.countDown();
        }
    }

    private static CounterFile counters() {
        try {
            return CounterFile.create(
                    RuntimeFiles.counters(ProcessHandle.current().pid()), COUNTERS);
        } catch (IOException e) {
            throw Refusal.failed("Counters cannot be kept: " + e.getMessage() + ".");
        }
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

    private void open(List<String> specs, CounterFile counters) {
        for (String spec : specs) {
            try {
                NetDevice device = NetDevices.open(DeviceSpec.parse(spec), counters);
                ports.add(new Port(ports.size(), device, counters));
            } catch (SpecException | IOException | UncheckedIOException e) {
                String said = String.valueOf(e.getMessage());
                throw Refusal.wrongUse(said.endsWith(".") ? said : said + ".");
            }
        }
    }

    private void start(int burst, Placement placement, IdleStrategy strategy) {
        pollers.addAll(ForwardPoller.of(mode, ports, burst));
        int count = placement.cpus().size();
        try {
            for (int i = 0; i < count; i++) {
                List<ForwardPoller> own = new ArrayList<>();
                for (int j = i; j < pollers.size(); j += count) {
                    own.add(pollers.get(j));
                }
                workers.add(new Worker("forward-" + i, placement.cpus().get(i), strategy, own));
            }
        } catch (SystemCallException e) {
            throw Refusal.failed(e.getMessage() + ".");
        }
        workers.forEach(Worker::start);
    }

    /** The answer is what was counted over the whole time. */
    private Report watch(Placement placement, ForwardCommand.Limits limits) {
        Sample first = Sample.take(ports, workers);
        Sample last = first;
        boolean ends = false;
        while (!ends) {
            ends = pause() || isDone(first, limits);
            Sample now = Sample.take(ports, workers);
            if (!ends && now.nanos() - last.nanos() >= SECOND_NANOS) {
                System.out.print(new Report(ports, placement.cpus(), last, now).live());
                last = now;
            }
        }
        stop();
        return new Report(ports, placement.cpus(), first, Sample.take(ports, workers));
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

    private boolean isDone(Sample first, ForwardCommand.Limits limits) {
        long seconds = (System.nanoTime() - first.nanos()) / SECOND_NANOS;
        return seconds >= limits.seconds()
                || packets() >= limits.packets()
                || pollers.stream().allMatch(ForwardPoller::finished)
                || workers.stream().anyMatch(worker -> worker.failure() != null);
    }

    private long packets() {
        return ports.stream()
                .mapToLong(mode == Mode.RX_ONLY ? Port::receivedPackets : Port::sentPackets)
                .sum();
    }

    private void stop() {
        workers.forEach(Worker::close);
        for (Worker worker : workers) {
            Throwable failure = worker.failure();
            if (failure != null) {
                throw Refusal.failed("A worker ended early: " + failure + ".");
            }
        }
    }

    private void close() {
        workers.forEach(Worker::close);
        pollers.forEach(ForwardPoller::close);
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
