package dev.ringroad.nvme.fabrics.serve;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A thread that serves connections: it owns their sockets and a channel to each device.
 *
 * <p>A turn receives what there is, lets the devices carry it out, and sends what is done, so that
 * the commands of a turn share the calls. While hosts are busy it polls; after some microseconds
 * without work it sleeps in select, until bytes come or a time-out is due. While a device has
 * requests it looks after them in between.
 */
final class TargetThread implements Runnable {
    private static final int REFUSE_BYTES = 16 * 1024;

    /** How long a link is read from without being asked for by the selector. */
    private static final long ACTIVE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** How often the selector is asked while there is work. */
    private static final long SELECT_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** How often all links are ticked while there is work. */
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** For how long a device's requests are waited for awake. */
    private static final long AWAKE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final TargetConfig config;
    private final TargetDirectory directory;
    private final Selector selector;
    private final ConcurrentLinkedQueue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
    private final List<TargetLink> links = new ArrayList<>();
    private final List<TargetLink> leaving = new ArrayList<>();
    private final ByteBuffer[] batch = new ByteBuffer[SendQueue.BATCH];
    private final ByteBuffer refuse = ByteBuffer.allocateDirect(REFUSE_BYTES);
    private final Consumer<SelectionKey> ready = this::ready;
    private final Consumer<Arrival> spread;
    private final Thread thread;
    private @Nullable TargetHome home;
    private long nowNanos;
    private int work;
    private volatile boolean stopping;
    private volatile boolean woken;
    private volatile @Nullable Throwable failure;
    private volatile boolean serving;

    /** A connection that has come, at a port. */
    record Arrival(SocketChannel channel, int portIndex) {}

    /** A port that this thread accepts at. */
    private record Door(ServerSocketChannel channel, int portIndex) {}

    /**
     * @param spread gives a connection that this thread has accepted to one of the threads
     */
    TargetThread(
            String name, TargetConfig config, TargetDirectory directory, Consumer<Arrival> spread)
            throws IOException {
        this.config = config;
        this.directory = directory;
        this.spread = spread;
        this.selector = Selector.open();
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this);
    }

    /** Before the start: accepts at a port. */
    void listen(ServerSocketChannel channel, int portIndex) throws IOException {
        SelectionKey ignored =
                channel.register(selector, SelectionKey.OP_ACCEPT, new Door(channel, portIndex));
    }

    void start() {
        thread.start();
    }

    /** Any thread: takes a connection over. */
    void adopt(Arrival arrival) {
        boolean ignored = arrivals.add(arrival);
        wake();
    }

    /** Any thread: ends a sleep. */
    void wake() {
        woken = true;
        if (Thread.currentThread() != thread) {
            Selector ignored = selector.wakeup();
        }
    }

    /** Why it has ended by itself, or null. */
    @Nullable Throwable failure() {
        return failure;
    }

    /** Whether its devices are open. */
    boolean isServing() {
        return serving;
    }

    /** Any thread: asks it to end. */
    void stop() {
        stopping = true;
        Selector ignored = selector.wakeup();
    }

    /** Waits for its end. One that was never started has a selector to give back all the same. */
    void join() throws InterruptedException {
        thread.join();
        try {
            selector.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    @Override
    public void run() {
        try (Selector mine = selector) {
            TargetHome opened = TargetHome.open(config, directory);
            home = opened;
            serving = true;
            try {
                loop(mine, opened);
            } finally {
                end(opened);
            }
        } catch (Throwable t) {
            failure = t;
            closeArrivals();
        }
    }

    private void loop(Selector mine, TargetHome opened) throws IOException {
        long lastWork = System.nanoTime();
        long lastSelect = 0;
        long lastSweep = 0;
        while (!stopping) {
            long now = System.nanoTime();
            nowNanos = now;
            work = 0;
            if (now - lastSelect > SELECT_NANOS) {
                lastSelect = now;
                int ignored = mine.selectNow(ready);
            }
            boolean sweeps = woken || now - lastSweep > SWEEP_NANOS;
            if (sweeps) {
                lastSweep = now;
                woken = false;
                welcome();
            }
            receive(now);
            work += opened.poll(now);
            flush(now, sweeps);
            if (work > 0) {
                lastWork = now;
            } else {
                idle(mine, opened, now, lastWork);
            }
        }
    }

    private void receive(long now) {
        List<TargetLink> all = links;
        for (int i = 0, count = all.size(); i < count; i++) {
            TargetLink link = all.get(i);
            if (link.isActive(now, ACTIVE_NANOS) && link.receive(now)) {
                work++;
            }
        }
    }

    private void flush(long now, boolean everyone) {
        List<TargetLink> all = links;
        for (int i = all.size() - 1; i >= 0; i--) {
            TargetLink link = all.get(i);
            if ((everyone || link.isActive(now, ACTIVE_NANOS)) && link.tick(now)) {
                work++;
            }
            if (link.isClosed()) {
                TargetLink ignored = all.remove(i);
                if (!link.isQuiet()) {
                    boolean unused = leaving.add(link);
                }
            }
        }
        if (!leaving.isEmpty()) {
            boolean ignored = leaving.removeIf(TargetLink::isQuiet);
        }
    }

    private void idle(Selector mine, TargetHome opened, long now, long lastWork)
            throws IOException {
        long idle = now - lastWork;
        if (idle < config.spinNanos()) {
            Thread.onSpinWait();
            return;
        }
        if (opened.isBusy() && idle < AWAKE_NANOS) {
            Thread.yield();
            return;
        }
        flush(now, true);
        long deadline = opened.isBusy() ? now + AWAKE_NANOS : Long.MAX_VALUE;
        for (TargetLink link : links) {
            link.prepareSleep();
            deadline = Math.min(deadline, link.deadlineNanos());
        }
        // A wake-up of before may have been used up by selectNow; what it was for is asked once
        // more.
        if (work > 0 || woken || stopping || !arrivals.isEmpty()) {
            return;
        }
        // Zero would be for ever.
        long millis =
                deadline == Long.MAX_VALUE
                        ? 0
                        : Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - now));
        int ignored = mine.select(ready, millis);
        // Whoever slept looks at everything once: a time-out may be due.
        woken = true;
    }

    private void ready(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        if (key.attachment() instanceof TargetLink link) {
            long now = System.nanoTime();
            if (key.isWritable()) {
                link.unblock();
                work += link.flush(now) ? 1 : 0;
            }
            if (link.receive(now)) {
                work++;
            }
        } else if (key.attachment() instanceof Door door) {
            accept(door);
        }
    }

    private void accept(Door door) {
        try {
            SocketChannel channel = door.channel().accept();
            while (channel != null) {
                spread.accept(new Arrival(channel, door.portIndex()));
                channel = door.channel().accept();
            }
        } catch (IOException e) {
            // The one that came is gone, or there is no descriptor for it; the others come again.
            Thread.yield();
        }
    }

    private void welcome() throws IOException {
        for (Arrival arrival = arrivals.poll(); arrival != null; arrival = arrivals.poll()) {
            TargetCounters counters = requireHome().counters();
            counters.accepted++;
            if (links.size() >= config.connectionsMax() && !displace()) {
                counters.refused++;
                arrival.channel().close();
            } else {
                try {
                    take(arrival);
                } catch (IOException e) {
                    arrival.channel().close();
                }
            }
        }
    }

    /** Makes room by closing the oldest connection that has not become a queue. */
    private boolean displace() {
        TargetLink oldest = null;
        for (TargetLink link : links) {
            if (!link.isConnected()
                    && (oldest == null || link.bornNanos() - oldest.bornNanos() < 0)) {
                oldest = link;
            }
        }
        if (oldest == null) {
            return false;
        }
        requireHome().counters().displaced++;
        oldest.close();
        boolean ignored = links.remove(oldest);
        return true;
    }

    private void take(Arrival arrival) throws IOException {
        SocketChannel channel = arrival.channel();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        // A host may ask for no keep-alive of NVMe's own, and vanish.
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        TargetLink link = new TargetLink(channel, key, batch, refuse, nowNanos);
        InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        link.carry(
                new TargetConnection(
                        requireHome(), arrival.portIndex(), local, this::wake, nowNanos));
        key.attach(link);
        boolean ignored = links.add(link);
        work++;
    }

    private TargetHome requireHome() {
        TargetHome mine = home;
        if (mine == null) {
            throw new IllegalStateException("The thread serves nothing yet");
        }
        return mine;
    }

    /** Closes every connection, and the channels once the devices have nothing left. */
    private void end(TargetHome opened) {
        closeArrivals();
        for (TargetLink link : links) {
            link.close();
        }
        links.clear();
        long begin = System.nanoTime();
        while (opened.isBusy() && System.nanoTime() - begin < END_NANOS) {
            if (opened.poll(System.nanoTime()) == 0) {
                Thread.yield();
            }
        }
        if (opened.isBusy()) {
            throw new IllegalStateException(
                    "A device has not completed its requests, so its memory stays lent");
        }
        opened.close();
    }

    private void closeArrivals() {
        for (Arrival arrival = arrivals.poll(); arrival != null; arrival = arrivals.poll()) {
            try {
                arrival.channel().close();
            } catch (IOException e) {
                // It is gone either way.
            }
        }
    }
}
