package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.core.worker.Poller;
import dev.ringroad.core.worker.Worker;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.Mode;
import dev.ringroad.net.forward.Port;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.testkit.lab.Child;
import dev.ringroad.testkit.lab.Namespace;
import dev.ringroad.testkit.lab.Requirement;
import dev.ringroad.testkit.lab.VethPair;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * What a worker costs that has nothing to do, and that a frame ends its sleep, over each driver.
 *
 * <p>A worker that does not sleep polls some hundred thousand times in the time looked at; one that
 * sleeps polls for deadlines only.
 */
class IdleWorkerTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long LOOK_NANOS = 300_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final AtomicInteger MADE = new AtomicInteger();

    /** Strategies under which an idle worker sleeps. */
    enum Sleeping {
        INTERRUPT(IdleStrategy.interrupt()),
        ADAPTIVE(IdleStrategy.adaptive(50_000, 50_000));

        private final IdleStrategy strategy;

        Sleeping(IdleStrategy strategy) {
            this.strategy = strategy;
        }
    }

    /** Counts the polls of another. */
    private static final class Counted implements Poller {
        private final Poller inner;
        private final AtomicLong polls = new AtomicLong();

        Counted(Poller inner) {
            this.inner = inner;
        }

        @Override
        public int poll(long nowNanos) {
            polls.incrementAndGet();
            return inner.poll(nowNanos);
        }

        @Override
        public boolean prepareSleep(PollSet wake) {
            return inner.prepareSleep(wake);
        }

        @Override
        public void wakeUp() {
            inner.wakeUp();
        }

        @Override
        public long nextDeadlineNanos() {
            return inner.nextDeadlineNanos();
        }
    }

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    @TempDir private Path folder;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T closing(T each) {
        opened.push(each);
        return each;
    }

    private NetDevice open(String spec) throws IOException {
        CounterFile counters = closing(CounterFile.inMemory(128));
        return closing(NetDevices.open(DeviceSpec.parse(spec), counters));
    }

    @ParameterizedTest
    @EnumSource
    void overMemif(Sleeping sleeping) throws Exception {
        String path = folder.resolve("memif.sock").toString();
        NetDevice server = open("memif:" + path + ",role=server");
        sleepAndWake(sleeping, server, open("memif:" + path + ",role=client"));
    }

    @ParameterizedTest
    @EnumSource
    void overVhost(Sleeping sleeping) throws Exception {
        String path = folder.resolve("vhost.sock").toString();
        NetDevice server = open("vhost:" + path + ",role=server");
        sleepAndWake(sleeping, server, open("virtio:" + path + ",role=client"));
    }

    @ParameterizedTest
    @EnumSource
    void overVirtio(Sleeping sleeping) throws Exception {
        String path = folder.resolve("vhost.sock").toString();
        NetDevice server = open("vhost:" + path + ",role=server");
        sleepAndWake(sleeping, open("virtio:" + path + ",role=client"), server);
    }

    @ParameterizedTest
    @EnumSource
    void overRing(Sleeping sleeping) throws Exception {
        String name = "ring:idle" + MADE.incrementAndGet();
        sleepAndWake(sleeping, open(name), open(name));
    }

    @ParameterizedTest
    @EnumSource
    void overTap(Sleeping sleeping) throws Exception {
        Requirement.root();
        Requirement.tap();
        Requirement.programs("iproute2", "ip");
        Namespace namespace = closing(Namespace.create());
        String name = "rr" + ProcessHandle.current().pid() + "i" + MADE.incrementAndGet();
        NetDevice tap = open("tap:" + name);
        namespace.adopt(name);
        String quiet =
                "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set " + name + " up";
        Child.run(SOON, namespace.command("sh", "-c", quiet));
        sleepAndWake(sleeping, tap, open("afpacket:" + name + ",netns=" + namespace.name()));
    }

    @ParameterizedTest
    @EnumSource
    void overAfPacket(Sleeping sleeping) throws Exception {
        overVeth(sleeping, "afpacket", "");
    }

    @ParameterizedTest
    @EnumSource
    void overAfPacketInBlocks(Sleeping sleeping) throws Exception {
        overVeth(sleeping, "afpacket", ",ring=blocks");
    }

    @ParameterizedTest
    @EnumSource
    void overAfXdp(Sleeping sleeping) throws Exception {
        overVeth(sleeping, "afxdp", ",mode=native");
    }

    @ParameterizedTest
    @EnumSource
    void overAfXdpInGenericMode(Sleeping sleeping) throws Exception {
        overVeth(sleeping, "afxdp", ",mode=generic");
    }

    private void overVeth(Sleeping sleeping, String kind, String options) throws Exception {
        Requirement.root();
        Requirement.programs("iproute2", "ip");
        VethPair cable = closing(VethPair.create());
        NetDevice left = open(kind + ":left,netns=" + cable.left().name() + options);
        NetDevice right = open(kind + ":right,netns=" + cable.right().name() + options);
        sleepAndWake(sleeping, left, right);
    }

    /** Frames for ever, or none at all; nothing can wake it. */
    @Test
    void overNil() throws Exception {
        assertSleeps(Sleeping.INTERRUPT, open("nil:idle,rx=no"));
    }

    /** What is read to its end is idle for ever. */
    @Test
    void overACaptureFile() throws Exception {
        String file = folder.resolve("empty.pcapng").toString();
        open("nil:written,rx=no,capture=" + file).close();
        assertSleeps(Sleeping.INTERRUPT, open("pcap:" + file));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "txonly|memif:@|memif:@,role=server",
                "txonly|memif:@,role=server|memif:@",
                "txonly|vhost:@|virtio:@",
                "txonly|virtio:@,role=server|vhost:@,role=client",
                "flowgen|virtio:@|vhost:@"
            })
    void whileNobodyIsThereToSendTo(String mode, String spec, String peer) throws Exception {
        String path = folder.resolve("idle.sock").toString();
        NetDevice device = open(spec.replace("@", path));
        makesNothingUntilTheLinkIsUp(mode, device, () -> open(peer.replace("@", path)), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"afpacket", "afpacket,ring=blocks", "afxdp,mode=native", "afxdp"})
    void whileTheCableHasNoOtherEnd(String driver) throws Exception {
        Requirement.root();
        Requirement.programs("iproute2", "ip");
        VethPair cable = closing(VethPair.create());
        cable.inRight("ip link set right down");
        cable.inLeft("until ip link show left | grep -q NO-CARRIER; do sleep 0.01; done");
        String kind = driver.replaceAll(",.*", "");
        String netns = ",netns=" + cable.left().name();
        makesNothingUntilTheLinkIsUp(
                "txonly",
                open(kind + ":left" + netns + driver.substring(kind.length())),
                () -> {
                    cable.inRight("ip link set right up");
                    return open("afpacket:right,netns=" + cable.right().name());
                },
                () -> cable.inRight("ip link set right down"));
    }

    /** How a peer appears. */
    private interface Plug {
        NetDevice in() throws Exception;
    }

    /** How it goes. */
    private interface Unplug {
        void out() throws Exception;
    }

    /** The worker rests until the peer is there, and again when its link is switched off. */
    private void makesNothingUntilTheLinkIsUp(
            String mode, NetDevice device, Plug plug, @Nullable Unplug unplug) throws Exception {
        Port port = new Port(0, device, closing(CounterFile.inMemory(128)));
        Counted poller = start(Mode.of(mode), port);
        Worker worker = closing(worker(Sleeping.ADAPTIVE, poller));
        assertRests(poller, worker);
        assertThat(port.sentPackets()).as("sent without a link").isZero();
        NetDevice peer = plug.in();
        await("frames to be sent", peer, () -> port.sentPackets() > 0);
        if (unplug != null) {
            unplug.out();
            await("the link to be gone", peer, () -> !peer.linkUp() && !port.linkUp());
            assertRests(poller, worker);
        }
    }

    private void assertSleeps(Sleeping sleeping, NetDevice device) throws Exception {
        Port port = new Port(0, device, closing(CounterFile.inMemory(128)));
        Counted poller = start(Mode.RX_ONLY, port);
        assertRests(poller, closing(worker(sleeping, poller)));
    }

    private void sleepAndWake(Sleeping sleeping, NetDevice receiver, NetDevice sender)
            throws Exception {
        Port port = new Port(0, receiver, closing(CounterFile.inMemory(128)));
        Counted poller = start(Mode.RX_ONLY, port);
        Worker worker = closing(worker(sleeping, poller));
        await("both links up", sender, () -> receiver.linkUp() && sender.linkUp());
        for (int i = 1; i <= 3; i++) {
            assertRests(poller, worker);
            Burst burst = new Burst(1);
            burst.add(DeviceEnds.frame(sender, receiver, i, 64));
            int frames = i;
            await(
                    "frame " + i + " to end the sleep",
                    sender,
                    () -> {
                        sender.txQueue(0).transmit(burst);
                        return port.receivedPackets() >= frames;
                    });
        }
        assertThat(port.receivedPackets()).isEqualTo(3);
        assertThat(worker.busyNanos()).as("three frames were work").isPositive();
    }

    private Counted start(Mode mode, Port port) {
        ForwardPoller poller = ForwardPoller.of(mode, List.of(port), 32).getFirst();
        opened.push(poller::close);
        return new Counted(poller);
    }

    private static Worker worker(Sleeping sleeping, Counted poller) throws IOException {
        Worker worker = new Worker("idle", Worker.ANY_CPU, sleeping.strategy, List.of(poller));
        worker.start();
        return worker;
    }

    private static void await(String what, NetDevice served, BooleanSupplier condition)
            throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            served.service(System.nanoTime());
            if (System.nanoTime() - begin > SOON.toNanos()) {
                throw new AssertionError("still waiting: " + what);
            }
            Thread.sleep(1);
        }
    }

    /** Less than a poll in two milliseconds, and half of the time accounted as sleep. */
    private static void assertRests(Counted poller, Worker worker) throws InterruptedException {
        settle(poller);
        worker.wake();
        long polls = poller.polls.get();
        long asleep = worker.asleepNanos();
        long begin = System.nanoTime();
        Thread.sleep(LOOK_NANOS / NANOS_PER_MILLI);
        worker.wake();
        long nanos = System.nanoTime() - begin;
        long millis = nanos / NANOS_PER_MILLI;
        assertThat(worker.failure()).isNull();
        assertThat(poller.polls.get() - polls).as("polls in %d ms", millis).isLessThan(millis / 2);
        assertThat(poller.polls.get()).isPositive();
        awaitAsleep(worker, asleep + nanos / 2);
    }

    /** A sleep is accounted when it ends. */
    private static void awaitAsleep(Worker worker, long nanos) throws InterruptedException {
        long begin = System.nanoTime();
        while (worker.asleepNanos() < nanos) {
            assertThat(System.nanoTime() - begin)
                    .as("waiting for a sleep to be accounted")
                    .isLessThan(SOON.toNanos());
            worker.wake();
            Thread.sleep(1);
        }
    }

    /** Waits until the worker has stopped polling for its beginning, or for the last frame. */
    private static void settle(Counted poller) throws InterruptedException {
        long begin = System.nanoTime();
        long before = -1;
        while (poller.polls.get() != before && System.nanoTime() - begin < SOON.toNanos()) {
            before = poller.polls.get();
            Thread.sleep(20);
        }
    }
}
