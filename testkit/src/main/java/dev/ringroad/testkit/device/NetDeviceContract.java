package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What every {@link NetDevice} keeps, whatever it is made of.
 *
 * <p>A driver's test extends this and says how to open two connected ends. Tests run in checked
 * mode, so a packet that is lost or released twice fails them by itself.
 *
 * <p>Two drivers have no other side and keep {@link LoneDeviceContract} instead. A capture file
 * ({@code pcap}) is complete before it is read, and what is sent goes into another file, so nothing
 * can be exchanged while both are open; nobody sleeps until a frame comes, as all are there; and no
 * link goes down but by closing it. {@code nil} has no memory of what it is sent and makes what it
 * receives out of nothing; besides, it looks at no length, as that would be measured with
 * everything that is measured between two of them.
 */
public abstract class NetDeviceContract {

    private static final int FRAME_BYTES_MIN = EthernetHeader.FRAME_BYTES_MIN;
    private static final int EVERY_LENGTH_UP_TO = 2048;
    private static final int LENGTH_STEP = 97;
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final int FRAMES_BEYOND_ANY_QUEUE = 20_000;

    private DeviceEnds ends;
    private NetDevice a;
    private NetDevice b;
    private int lentA;
    private int lentB;

    /** Makes the contract; {@link #openEnds} fills it before each test. */
    protected NetDeviceContract() {}

    /**
     * Opens two connected ends, with at least 128 packets each, of which a few may be with the
     * driver. Links may come up later.
     */
    protected abstract DeviceEnds open() throws Exception;

    /** Whether nothing is lost while the receiver does not receive; false for a kernel between. */
    protected boolean holdsFramesBack() {
        return true;
    }

    /** Whether the link goes down when the other end is closed; false for a kernel between. */
    protected boolean linkFollowsPeer() {
        return true;
    }

    @BeforeEach
    void openEnds() throws Exception {
        ends = open();
        a = ends.a();
        b = ends.b();
        ends.awaitLinks();
        ends.exchange(a, b, 0, FRAME_BYTES_MIN);
        ends.exchange(b, a, 0, FRAME_BYTES_MIN);
        for (int i = 0; i < 10; i++) {
            ends.service();
            DeviceEnds.receiveOnce(a, new ArrayList<>());
            DeviceEnds.receiveOnce(b, new ArrayList<>());
        }
        a.txQueue(0).transmit(new Burst(1));
        b.txQueue(0).transmit(new Burst(1));
        lentA = DeviceEnds.lent(a);
        lentB = DeviceEnds.lent(b);
    }

    @AfterEach
    void closeEnds() {
        ends.close();
    }

    @Test
    void describesItself() {
        DeviceEnds.assertDescribesItself(a);
    }

    @Test
    void carriesFramesOfEveryLengthThere() {
        carryEveryLength(a, b);
    }

    @Test
    void carriesFramesOfEveryLengthBack() {
        carryEveryLength(b, a);
    }

    private void carryEveryLength(NetDevice from, NetDevice to) {
        int max = longest(from, to);
        Burst burst = new Burst(16);
        int next = FRAME_BYTES_MIN;
        while (next <= max) {
            List<Integer> lengths = new ArrayList<>();
            while (lengths.size() < 16 && next <= max) {
                lengths.add(next);
                burst.add(DeviceEnds.frame(from, to, next, next));
                next = lengthAfter(next, max);
            }
            ends.transmitAll(from, burst);
            List<Packet> frames = ends.receive(to, lengths.size());
            for (int i = 0; i < frames.size(); i++) {
                int length = lengths.get(i);
                DeviceEnds.assertIntact(frames.get(i), from, to, length, length);
                frames.get(i).release();
            }
        }
        ends.awaitLent(lentA, lentB);
    }

    private static int longest(NetDevice from, NetDevice to) {
        return Math.min(from.capabilities().frameBytesMax(), to.capabilities().frameBytesMax());
    }

    private static int lengthAfter(int length, int max) {
        int next = length < EVERY_LENGTH_UP_TO ? length + 1 : length + LENGTH_STEP;
        return length < max && next > max ? max : next;
    }

    @Test
    void carriesBurstsOfEverySize() {
        for (int size = 1; size <= 64; size++) {
            Burst burst = new Burst(size);
            DeviceEnds.fill(burst, a, b, 1000 * size, size, 64);
            ends.transmitAll(a, burst);
            List<Packet> frames = ends.receive(b, size);
            for (int i = 0; i < size; i++) {
                DeviceEnds.assertIntact(frames.get(i), a, b, 1000 * size + i, 64);
                frames.get(i).release();
            }
        }
        ends.awaitLent(lentA, lentB);
    }

    @Test
    void receivesNoMoreThanTheBurstHasRoomFor() {
        Burst burst = new Burst(8);
        DeviceEnds.fill(burst, a, b, 0, 8, 64);
        ends.transmitAll(a, burst);
        Burst full = new Burst(3);
        Packet own = DeviceEnds.frame(b, a, 99, 64);
        full.add(own);
        ends.await(
                "two frames",
                () -> {
                    b.rxQueue(0).receive(full);
                    return full.size() == 3;
                });
        assertThat(full.get(0)).isSameAs(own);
        assertThat(b.rxQueue(0).receive(full)).isZero();
        full.releaseAll();
        ends.awaitLent(lentA, lentB);
    }

    @Test
    void takesAPrefixAndLeavesTheRestWithTheCaller() {
        if (!holdsFramesBack()) {
            takesMoreThanAnyQueueHoldsWhileNobodyReceives();
            return;
        }
        int sent = 0;
        Burst burst = new Burst(32);
        List<Packet> offered = new ArrayList<>();
        while (burst.isEmpty() && a.pool().available() > 0) {
            int count = Math.min(32, a.pool().available());
            DeviceEnds.fill(burst, a, b, sent, count, 64);
            offered.clear();
            for (int i = 0; i < count; i++) {
                offered.add(burst.get(i));
            }
            int taken = a.txQueue(0).transmit(burst);
            assertThat(burst.size()).isEqualTo(count - taken);
            for (int i = 0; i < burst.size(); i++) {
                assertThat(burst.get(i)).isSameAs(offered.get(taken + i));
                assertThat(burst.get(i).references()).isEqualTo(1);
            }
            sent += count;
        }
        receiveNumbers(sent, burst);
        ends.awaitLent(lentA, lentB);
    }

    /** A kernel between the ends loses what nobody fetches, and the sender is never held up. */
    private void takesMoreThanAnyQueueHoldsWhileNobodyReceives() {
        Burst burst = new Burst(32);
        int[] taken = {0};
        ends.await(
                "a kernel's queue to be overrun",
                () -> {
                    int count = Math.min(burst.room(), a.pool().available());
                    DeviceEnds.fill(burst, a, b, taken[0], count, 64);
                    taken[0] += a.txQueue(0).transmit(burst);
                    return taken[0] > FRAMES_BEYOND_ANY_QUEUE;
                });
        burst.releaseAll();
        drain(burst);
        ends.awaitLent(lentA, lentB);
    }

    private void receiveNumbers(int count, Burst rest) {
        List<Packet> frames = new ArrayList<>();
        ends.await(
                count + " frames",
                () -> {
                    a.txQueue(0).transmit(rest);
                    int before = frames.size();
                    DeviceEnds.receiveOnce(b, frames);
                    for (int i = before; i < frames.size(); i++) {
                        assertThat(TestFrames.number(frames.get(i))).isEqualTo(i);
                        frames.get(i).release();
                    }
                    return frames.size() >= count;
                });
        assertThat(frames).hasSize(count);
        assertThat(rest.isEmpty()).isTrue();
    }

    @Test
    void keepsARetainedPacketForItsOwner() {
        Packet packet = DeviceEnds.frame(a, b, 7, 100);
        packet.retain();
        Burst burst = new Burst(1);
        burst.add(packet);
        ends.transmitAll(a, burst);
        ends.receive(b, 1).getFirst().release();
        ends.await(
                "the device's reference",
                () -> {
                    a.txQueue(0).transmit(burst);
                    DeviceEnds.receiveOnce(b, new ArrayList<>());
                    return packet.references() == 1;
                });
        assertThat(packet.length()).isEqualTo(100);
        DeviceEnds.assertIntact(packet, a, b, 7, 100);
        burst.add(packet);
        ends.transmitAll(a, burst);
        ends.receive(b, 1).getFirst().release();
        ends.awaitLent(lentA, lentB);
    }

    @Test
    void countsWhenItHasNoPacketForAFrame() {
        long before = b.dropped(DeviceDrop.POOL_EMPTY);
        List<Packet> held = new ArrayList<>();
        Burst burst = new Burst(16);
        int[] sent = {0};
        ends.await(
                "a pool without packets",
                () -> {
                    if (burst.isEmpty() && a.pool().available() >= 16) {
                        DeviceEnds.fill(burst, a, b, sent[0], 16, 64);
                        sent[0] += 16;
                    }
                    a.txQueue(0).transmit(burst);
                    DeviceEnds.receiveOnce(b, held);
                    holdAll(b, held);
                    return b.dropped(DeviceDrop.POOL_EMPTY) > before;
                });
        int arrived = count(held);
        held.forEach(Packet::release);
        held.clear();
        int rest = drain(burst);
        long lost = (long) sent[0] - arrived - rest;
        if (holdsFramesBack()) {
            assertThat(lost).isBetween(0L, b.dropped(DeviceDrop.POOL_EMPTY) - before);
        }
        ends.awaitLent(lentA, lentB);
    }

    private static void holdAll(NetDevice device, List<Packet> held) {
        Packet packet = device.pool().available() > 0 ? device.pool().acquire() : null;
        while (packet != null) {
            held.add(packet);
            packet = device.pool().available() > 0 ? device.pool().acquire() : null;
        }
    }

    private static int count(List<Packet> packets) {
        return (int) packets.stream().filter(TestFrames::isOne).count();
    }

    private int drain(Burst burst) {
        List<Packet> frames = new ArrayList<>();
        int[] quiet = {0};
        ends.await(
                "quiet",
                () -> {
                    a.txQueue(0).transmit(burst);
                    int got = DeviceEnds.receiveOnce(b, frames);
                    quiet[0] = got == 0 && burst.isEmpty() ? quiet[0] + 1 : 0;
                    return quiet[0] > 100;
                });
        frames.forEach(Packet::release);
        return frames.size();
    }

    @Test
    void sendsAChainedPacketAsOneFrame() {
        int max = longest(a, b);
        Burst burst = new Burst(8);
        burst.add(DeviceEnds.chainedFrame(a, b, 1, 64, 14));
        burst.add(DeviceEnds.frame(a, b, 2, 64));
        burst.add(DeviceEnds.chainedFrame(a, b, 3, 1000, 21, 22, 22, 500, 999));
        burst.add(DeviceEnds.chainedFrame(a, b, 4, max, max - 1));
        burst.add(DeviceEnds.chainedFrame(a, b, 5, max, 300, 301, max / 2));
        burst.add(DeviceEnds.chainedFrame(a, b, 6, 600, 1, 7, 13, 600));
        int[] lengths = {64, 64, 1000, max, max, 600};
        ends.transmitAll(a, burst);
        List<Packet> frames = ends.receive(b, lengths.length);
        for (int i = 0; i < lengths.length; i++) {
            DeviceEnds.assertIntact(frames.get(i), a, b, i + 1, lengths[i]);
            frames.get(i).release();
        }
        ends.awaitLent(lentA, lentB);
    }

    @Test
    void sendsAsManyPartsAsAChainCanHave() {
        int[] cuts = new int[Packet.PARTS_MAX - 1];
        for (int i = 0; i < cuts.length; i++) {
            cuts[i] = 20 + 11 * i;
        }
        for (int i = 0; i < 3; i++) {
            Burst burst = new Burst(1);
            burst.add(DeviceEnds.chainedFrame(a, b, i, 800, cuts));
            ends.transmitAll(a, burst);
            Packet packet = ends.receive(b, 1).getFirst();
            DeviceEnds.assertIntact(packet, a, b, i, 800);
            packet.release();
            ends.awaitLent(lentA, lentB);
        }
    }

    @Test
    void keepsASharedBodyOfClonesForItsOwner() {
        Packet body = Objects.requireNonNull(a.pool().acquire());
        Packet whole = DeviceEnds.frame(a, b, 3, 400);
        body.append(380);
        body.copyIn(0, whole.segment(), whole.offset() + 20, 380);
        Burst burst = new Burst(3);
        for (int i = 0; i < burst.capacity(); i++) {
            Packet clone = DeviceEnds.frame(a, b, 3, 20);
            body.retain();
            clone.chain(body);
            burst.add(clone);
        }
        whole.release();
        ends.transmitAll(a, burst);
        for (Packet packet : ends.receive(b, 3)) {
            DeviceEnds.assertIntact(packet, a, b, 3, 400);
            packet.release();
        }
        ends.awaitLent(lentA + 1, lentB);
        assertThat(body.references()).isEqualTo(1);
        body.release();
        ends.awaitLent(lentA, lentB);
    }

    @Test
    void dropsAChainByTheLengthOfTheWhole() {
        int max = a.capabilities().frameBytesMax();
        Burst burst = new Burst(4);
        Packet tooLong = DeviceEnds.frame(a, b, 1, max);
        Packet more = Objects.requireNonNull(a.pool().acquire());
        more.append(1);
        tooLong.chain(more);
        burst.add(tooLong);
        burst.add(DeviceEnds.chainedFrame(a, b, 2, 64, 14));
        Packet runt = DeviceEnds.chainedFrame(a, b, 3, 64, 6);
        Objects.requireNonNull(runt.next()).trimTo(EthernetHeader.BYTES - 7);
        burst.add(runt);
        burst.add(DeviceEnds.frame(a, b, 4, 64));
        ends.transmitAll(a, burst);
        List<Packet> frames = ends.receive(b, 2);
        assertThat(frames).extracting(TestFrames::number).containsExactly(2, 4);
        frames.forEach(Packet::release);
        assertThat(a.dropped(DeviceDrop.OVERSIZE)).isEqualTo(1);
        assertThat(a.dropped(DeviceDrop.RUNT)).isEqualTo(1);
        ends.awaitLent(lentA, lentB);
    }

    @Test
    void dropsWhatCanNeverBeSentUnderItsReason() {
        int max = a.capabilities().frameBytesMax();
        assumeTrue(a.pool().dataBytesMax() > max, "no packet of the pool is too long to send");
        long unsent = a.unsentPackets();
        long unsentBytes = a.unsentBytes();
        Burst burst = new Burst(5);
        burst.add(DeviceEnds.frame(a, b, 1, 64));
        burst.add(DeviceEnds.frame(a, b, 2, max + 1));
        burst.add(DeviceEnds.frame(a, b, 3, 64));
        Packet runt = DeviceEnds.frame(a, b, 4, 64);
        runt.trimTo(EthernetHeader.BYTES - 1);
        burst.add(runt);
        burst.add(DeviceEnds.frame(a, b, 5, 64));
        ends.transmitAll(a, burst);
        List<Packet> frames = ends.receive(b, 3);
        assertThat(frames).extracting(TestFrames::number).containsExactly(1, 3, 5);
        frames.forEach(Packet::release);
        assertThat(a.dropped(DeviceDrop.OVERSIZE)).isEqualTo(1);
        assertThat(a.dropped(DeviceDrop.RUNT)).isEqualTo(1);
        assertThat(a.drops()).containsEntry("oversize", 1L).containsEntry("runt", 1L);
        assertThat(a.unsentPackets() - unsent).isEqualTo(2);
        assertThat(a.unsentBytes() - unsentBytes).isEqualTo(max + EthernetHeader.BYTES);
        ends.awaitLent(lentA, lentB);
    }

    @Test
    void dropsWhatIsSentWhileTheLinkIsDown() {
        b.close();
        if (linkFollowsPeer()) {
            ends.await("the link to go down", () -> !a.linkUp());
        } else {
            ends.service();
            assertThat(a.linkUp()).isTrue();
        }
        long before = a.dropped(DeviceDrop.LINK_DOWN);
        long unsent = a.unsentPackets();
        long unsentBytes = a.unsentBytes();
        Burst burst = new Burst(4);
        DeviceEnds.fill(burst, a, b, 0, 4, 64);
        assertThat(a.txQueue(0).transmit(burst)).isEqualTo(4);
        assertThat(burst.isEmpty()).isTrue();
        assertThat(a.dropped(DeviceDrop.LINK_DOWN) - before).isEqualTo(linkFollowsPeer() ? 4 : 0);
        assertThat(a.unsentPackets() - unsent).isEqualTo(linkFollowsPeer() ? 4 : 0);
        assertThat(a.unsentBytes() - unsentBytes).isEqualTo(linkFollowsPeer() ? 4 * 64 : 0);
        assertThat(a.rxQueue(0).receive(burst)).isZero();
    }

    @Test
    void sleepsWithoutOverlookingAFrame() {
        try (PollSet wake = new PollSet(4)) {
            for (int i = 0; i < 100; i++) {
                sleepOnce(wake, i, true);
                sleepOnce(wake, i, false);
            }
        }
        ends.awaitLent(lentA, lentB);
    }

    private void sleepOnce(PollSet wake, int number, boolean sentBefore) {
        Burst burst = new Burst(1);
        burst.add(DeviceEnds.frame(a, b, number, 64));
        if (sentBefore) {
            a.txQueue(0).transmit(burst);
        }
        wake.clear();
        boolean maySleep = b.prepareSleep(wake);
        if (!sentBefore) {
            a.txQueue(0).transmit(burst);
        }
        assertThat(burst.isEmpty()).isTrue();
        if (maySleep) {
            assertThat(wake.size()).isPositive();
            assertThat(wake.poll(PATIENCE_NANOS)).as("woken for frame %d", number).isPositive();
        }
        b.wakeUp();
        Packet packet = ends.receive(b, 1).getFirst();
        DeviceEnds.assertIntact(packet, a, b, number, 64);
        packet.release();
    }

    @Test
    void doesNotSleepForEverWhileAnotherThreadSends() throws Exception {
        int count = 2000;
        int max = a.pool().packets() / 4;
        ThreadedSender sender = new ThreadedSender(a, b, count, max);
        try (PollSet wake = new PollSet(4)) {
            sender.start();
            List<Packet> frames = new ArrayList<>();
            int received = 0;
            while (received < count) {
                b.service(System.nanoTime());
                DeviceEnds.receiveOnce(b, frames);
                received += frames.size();
                sender.received(received);
                frames.forEach(Packet::release);
                frames.clear();
                wake.clear();
                if (received < count && b.prepareSleep(wake)) {
                    assertThat(wake.poll(PATIENCE_NANOS))
                            .as("woken after %d frames", received)
                            .isPositive();
                }
                b.wakeUp();
            }
        } finally {
            sender.finish();
        }
        ends.awaitLent(lentA, lentB);
    }

    @Test
    void closesWithFramesUnderWay() throws Exception {
        Burst burst = new Burst(8);
        DeviceEnds.fill(burst, a, b, 0, 8, 64);
        a.txQueue(0).transmit(burst);
        burst.releaseAll();
        DeviceEnds.fill(burst, b, a, 0, 8, 64);
        b.txQueue(0).transmit(burst);
        burst.releaseAll();
        a.close();
        b.close();

        ends = open();
        ends.awaitLinks();
        DeviceEnds.fill(burst, ends.a(), ends.b(), 0, 8, 64);
        ends.a().txQueue(0).transmit(burst);
        burst.releaseAll();
        ends.b().close();
        ends.a().close();
    }

    @Test
    void toleratesASecondClose() {
        ends.close();
        ends.close();
    }

    @Test
    void leavesNothingOpenOrMapped() throws Exception {
        ends.close();
        OpenDescriptors before = OpenDescriptors.now();
        long mappedBefore = Mappings.mappedBytes();
        for (int i = 0; i < 3; i++) {
            ends = open();
            ends.awaitLinks();
            ends.exchange(ends.a(), ends.b(), i, 64);
            ends.close();
        }
        assertThat(OpenDescriptors.now().beyond(before)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBefore);
    }

    @Test
    void allocatesNothingWhenWarm() {
        a.pool().recordStacks(false);
        b.pool().recordStacks(false);
        AllocationProbe probe = new AllocationProbe(a, b);
        assertThat(probe.leastBytesAllocated()).as("bytes allocated on the heap").isZero();
        ends.awaitLent(lentA, lentB);
    }
}
