package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Objects;

/**
 * What is left of {@link NetDeviceContract} for a device without another side: one that has always
 * something to receive, and to which what is sent is gone.
 *
 * <p>Tests run in checked mode, so a packet that is lost or released twice fails them by itself.
 */
public abstract class LoneDeviceContract {

    private static final int BURST = 32;

    private NetDevice device;
    private NetDevice other;

    /** Makes the contract; {@link #openDevices} fills it before each test. */
    protected LoneDeviceContract() {}

    /**
     * Opens a device that receives for ever, with at least 128 packets.
     *
     * @param number tells the devices of one test apart, from 0
     */
    protected abstract NetDevice open(int number) throws Exception;

    /** Whether frames of a wrong length are told apart; false for one that looks at none. */
    protected boolean looksAtLengths() {
        return true;
    }

    @BeforeEach
    void openDevices() throws Exception {
        device = open(0);
        other = open(1);
        device.service(System.nanoTime());
        other.service(System.nanoTime());
    }

    @AfterEach
    void closeDevices() {
        new DeviceEnds(device, other).close();
    }

    @Test
    void describesItself() {
        DeviceEnds.assertDescribesItself(device);
        assertThat(device.linkUp()).isTrue();
        assertThat(device.exhausted()).isFalse();
    }

    @Test
    void receivesNoMoreThanTheBurstHasRoomFor() {
        for (int size = 1; size <= 64; size++) {
            Burst burst = new Burst(size + 1);
            Packet own = Objects.requireNonNull(other.pool().acquire());
            burst.add(own);
            assertThat(device.rxQueue(0).receive(burst)).isEqualTo(size);
            assertThat(device.rxQueue(0).receive(burst)).isZero();
            assertThat(burst.get(0)).isSameAs(own);
            for (int i = 1; i <= size; i++) {
                assertThat(burst.get(i).pool()).isSameAs(device.pool());
                assertThat(burst.get(i).references()).isEqualTo(1);
            }
            burst.releaseAll();
        }
        assertNothingLent();
    }

    @Test
    void countsWhenItHasNoPacketForAFrame() {
        Burst all = new Burst(device.pool().packets() + 1);
        while (device.pool().available() > 0) {
            device.rxQueue(0).receive(all);
        }
        assertThat(device.rxQueue(0).receive(all)).isZero();
        assertThat(device.dropped(DeviceDrop.POOL_EMPTY)).isPositive();
        all.releaseAll();
        assertThat(device.rxQueue(0).receive(all)).as("goes on").isPositive();
        all.releaseAll();
        assertNothingLent();
    }

    @Test
    void takesWhatAnotherDeviceReceived() {
        Burst burst = new Burst(BURST);
        for (int i = 0; i < 100; i++) {
            int n = device.rxQueue(0).receive(burst);
            assertThat(n).isPositive();
            assertThat(other.txQueue(0).transmit(burst)).isEqualTo(n);
            assertThat(burst.isEmpty()).isTrue();
        }
        assertNothingLent();
    }

    @Test
    void keepsARetainedPacketForItsOwner() {
        Packet packet = DeviceEnds.frame(other, device, 7, 100);
        packet.retain();
        Burst burst = new Burst(1);
        burst.add(packet);
        assertThat(device.txQueue(0).transmit(burst)).isOne();
        assertThat(packet.references()).isEqualTo(1);
        DeviceEnds.assertIntact(packet, other, device, 7, 100);
        packet.release();
        assertNothingLent();
    }

    @Test
    void takesAChainAsOneFrame() {
        Burst burst = new Burst(2);
        burst.add(DeviceEnds.chainedFrame(other, device, 1, 1000, 21, 22, 500));
        burst.add(DeviceEnds.frame(other, device, 2, 64));
        assertThat(device.txQueue(0).transmit(burst)).isEqualTo(2);
        assertNothingLent();
    }

    @Test
    void dropsWhatCanNeverBeSentUnderItsReason() {
        Burst burst = new Burst(2);
        Packet runt = DeviceEnds.frame(other, device, 1, 64);
        runt.trimTo(13);
        burst.add(runt);
        int max = device.capabilities().frameBytesMax();
        Packet tooLong = DeviceEnds.frame(other, device, 2, max);
        Packet more = Objects.requireNonNull(other.pool().acquire());
        more.append(1);
        tooLong.chain(more);
        burst.add(tooLong);
        assertThat(device.txQueue(0).transmit(burst)).isEqualTo(2);
        int counted = looksAtLengths() ? 1 : 0;
        assertThat(device.dropped(DeviceDrop.RUNT)).isEqualTo(counted);
        assertThat(device.dropped(DeviceDrop.OVERSIZE)).isEqualTo(counted);
        assertNothingLent();
    }

    @Test
    void dropsWhatIsSentWhenItIsClosed() {
        device.close();
        assertThat(device.linkUp()).isFalse();
        Burst burst = new Burst(4);
        DeviceEnds.fill(burst, other, device, 0, 4, 64);
        assertThat(device.txQueue(0).transmit(burst)).isEqualTo(4);
        assertThat(device.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(4);
        assertThat(device.rxQueue(0).receive(burst)).isZero();
        assertThat(DeviceEnds.lent(other)).isZero();
    }

    @Test
    void letsNobodySleepBesideItsFrames() {
        try (PollSet wake = new PollSet(4)) {
            assertThat(device.prepareSleep(wake)).isFalse();
            device.wakeUp();
        }
    }

    @Test
    void toleratesASecondClose() {
        device.close();
        device.close();
    }

    @Test
    void leavesNothingOpenOrMapped() throws Exception {
        OpenDescriptors before = OpenDescriptors.now();
        long mappedBefore = Mappings.mappedBytes();
        Burst burst = new Burst(BURST);
        for (int i = 2; i < 5; i++) {
            try (NetDevice again = open(i)) {
                again.rxQueue(0).receive(burst);
                again.txQueue(0).transmit(burst);
            }
        }
        assertThat(OpenDescriptors.now().beyond(before)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBefore);
    }

    @Test
    void allocatesNothingWhenWarm() {
        device.pool().recordStacks(false);
        other.pool().recordStacks(false);
        AllocationProbe probe = new AllocationProbe(other, device);
        assertThat(probe.leastBytesPassedOn()).as("bytes allocated on the heap").isZero();
        assertNothingLent();
    }

    private void assertNothingLent() {
        assertThat(DeviceEnds.lent(device)).isZero();
        assertThat(DeviceEnds.lent(other)).isZero();
    }
}
