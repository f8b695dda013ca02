package dev.ringroad.net.driver.vhost;

import static dev.ringroad.net.driver.vhost.RawFrontEnd.BUFFER_BYTES;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.BYTES;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.FROM_US;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.GUEST;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.HEADER_BYTES;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.SIZE;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.TO_US;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.USER;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.USUAL;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.buffer;
import static dev.ringroad.net.virtio.RingDescriptor.INDIRECT;
import static dev.ringroad.net.virtio.RingDescriptor.NEXT;
import static dev.ringroad.net.virtio.RingDescriptor.WRITE;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.SplitRing;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VirtioFeature;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Rings whose contents no honest driver would write. */
class VhostHostileFrontEndTest {

    private static final long PACKED = USUAL | VirtioFeature.RING_PACKED.mask();

    @TempDir Path folder;

    private OpenDescriptors openBefore;
    private long mappedBefore;
    private CounterFile counters;
    private VhostDevice device;
    private RawFrontEnd peer;

    @BeforeEach
    void open() throws Exception {
        openBefore = OpenDescriptors.now();
        mappedBefore = Mappings.mappedBytes();
        counters = CounterFile.inMemory(64);
        String path = folder.resolve("v").toString();
        VhostConfig config = VhostConfig.server(path).withPackets(64);
        device = VhostDevice.open("vhost", config, counters);
        peer = new RawFrontEnd(device, path);
    }

    @AfterEach
    void close() throws Exception {
        assertThat(device.pool().available()).as("packets").isEqualTo(device.pool().packets());
        peer.close();
        device.close();
        counters.close();
        assertThat(OpenDescriptors.now().beyond(openBefore)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBefore);
    }

    private void assertDropped(VhostDrop reason) {
        assertThat(device.dropped(reason)).as(reason.name()).isEqualTo(1);
    }

    /** The frame was dropped under its name, its buffer came back, and the next is received. */
    private void assertSurvives(VhostDrop reason) {
        peer.expectNothing();
        assertDropped(reason);
        assertThat(peer.used(FROM_US)).isEqualTo(1);
        peer.sendSplit(5);
        peer.expectFrame(5, 64);
        peer.service();
        assertThat(device.linkUp()).isTrue();
    }

    /** The connection ends, with a sentence. */
    private void assertEnds(VhostDrop reason) {
        assertThat(device.linkUp()).isFalse();
        peer.service();
        assertDropped(reason);
        assertThat(device.status()).isEqualTo("Disconnected: " + reason.sentence());
        assertThat(peer.offer(64)).isEqualTo(1);
        assertThat(device.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, GUEST - 1, GUEST + BYTES - 75, GUEST + BYTES, -10, Long.MIN_VALUE})
    void aBufferOutsideTheMemory(long address) throws Exception {
        peer.start(USUAL);
        peer.split(FROM_US, 0, address, HEADER_BYTES + 64, 0, 0);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.OUTSIDE_MEMORY);
    }

    @Test
    void aPieceOutsideTheMemory() throws Exception {
        peer.start(USUAL);
        peer.split(FROM_US, 0, peer.frame(0, 64), HEADER_BYTES, NEXT, 1);
        peer.split(FROM_US, 1, GUEST + BYTES - 10, 64, 0, 0);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.OUTSIDE_MEMORY);
    }

    @Test
    void aLengthBeyondAllMemory() throws Exception {
        peer.start(USUAL);
        peer.split(FROM_US, 0, GUEST, 0xFFFF_FFFFL, 0, 0);
        peer.publish(FROM_US, 0);
        peer.expectNothing();
        assertThat(device.dropped(DeviceDrop.RECEIVED_TOO_LONG)).isEqualTo(1);
    }

    @Test
    void aBufferShorterThanItsHeader() throws Exception {
        peer.start(USUAL);
        peer.split(FROM_US, 0, GUEST, HEADER_BYTES - 1, 0, 0);
        peer.split(FROM_US, 1, GUEST, 0, 0, 0);
        peer.publish(FROM_US, 0, 1);
        peer.expectNothing();
        assertThat(device.dropped(DeviceDrop.RECEIVED_BROKEN)).isEqualTo(2);
        assertThat(peer.used(FROM_US)).isEqualTo(2);
    }

    @Test
    void aChainThatComesBackToItself() throws Exception {
        peer.start(USUAL);
        peer.split(FROM_US, 0, GUEST, 10, NEXT, 1);
        peer.split(FROM_US, 1, GUEST, 10, NEXT, 0);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.ENDLESS_CHAIN);
    }

    @Test
    void aChainThatLeavesTheRing() throws Exception {
        peer.start(USUAL);
        peer.split(FROM_US, 0, GUEST, 100, NEXT, SIZE);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.BAD_CHAIN);
    }

    @Test
    void aBufferToSendThatIsForWriting() throws Exception {
        peer.start(USUAL);
        peer.split(FROM_US, 0, peer.frame(0, 64), HEADER_BYTES + 64, WRITE, 0);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.BAD_CHAIN);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 17, 8})
    void anIndirectTableOfNoSize(int bytes) throws Exception {
        peer.start(USUAL);
        peer.split(FROM_US, 0, GUEST + buffer(0), bytes, INDIRECT, 0);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.BAD_CHAIN);
    }

    @Test
    void anIndirectTableThatIsMisaligned() throws Exception {
        peer.start(USUAL);
        peer.split(FROM_US, 0, GUEST + buffer(0) + 4, 16, INDIRECT, 0);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.BAD_CHAIN);
    }

    @Test
    void anIndirectTableThatNobodyAgreedOn() throws Exception {
        peer.start(USUAL & ~VirtioFeature.INDIRECT_DESC.mask());
        peer.splitAt(buffer(0), peer.frame(1, 64), HEADER_BYTES + 64, 0, 0);
        peer.split(FROM_US, 0, GUEST + buffer(0), 16, INDIRECT, 0);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.BAD_CHAIN);
    }

    @Test
    void anIndirectTableInAnIndirectTable() throws Exception {
        peer.start(USUAL);
        peer.splitAt(buffer(0), GUEST + buffer(0), 16, INDIRECT, 0);
        peer.split(FROM_US, 0, GUEST + buffer(0), 16, INDIRECT, 0);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.BAD_CHAIN);
    }

    @Test
    void anIndirectTableThatComesBackToItself() throws Exception {
        peer.start(USUAL);
        peer.splitAt(buffer(0), peer.frame(1, 64), 40, NEXT, 1);
        peer.splitAt(buffer(0) + 16, peer.frame(1, 64), 40, NEXT, 0);
        peer.split(FROM_US, 0, GUEST + buffer(0), 32, INDIRECT, 0);
        peer.publish(FROM_US, 0);
        assertSurvives(VhostDrop.ENDLESS_CHAIN);
    }

    @Test
    void goodChainsAndTablesAreReceived() throws Exception {
        peer.start(USUAL);
        long frame = peer.frame(2, 100);
        peer.split(FROM_US, 0, frame, HEADER_BYTES, NEXT, 3);
        peer.split(FROM_US, 3, frame + HEADER_BYTES, 60, NEXT, 1);
        peer.split(FROM_US, 1, frame + HEADER_BYTES + 60, 40, 0, 0);
        peer.publish(FROM_US, 0);
        peer.expectFrame(2, 100);
        peer.splitAt(buffer(0), frame, 5, NEXT, 1);
        peer.splitAt(buffer(0) + 16, frame + 5, HEADER_BYTES + 95, 0, 0);
        peer.split(FROM_US, 4, GUEST + buffer(0), 32, INDIRECT, 0);
        peer.publish(FROM_US, 4);
        peer.expectFrame(2, 100);
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE + 1, 0x7FFF, 0xFFFF})
    void anIndexThatJumps(int index) throws Exception {
        peer.start(USUAL);
        SplitRing.indexRelease(peer.memory, RawFrontEnd.driverPart(FROM_US), index);
        peer.expectNothing();
        assertEnds(VhostDrop.INDEX_JUMP);
    }

    @Test
    void anIndexOfBuffersToFillThatJumps() throws Exception {
        peer.start(USUAL);
        SplitRing.indexRelease(peer.memory, RawFrontEnd.driverPart(TO_US), SIZE + 1);
        assertThat(peer.offer(64)).isZero();
        assertEnds(VhostDrop.INDEX_JUMP);
    }

    @Test
    void anIndexOfBuffersToFillThatGoesBack() throws Exception {
        peer.start(USUAL);
        smallBuffers();
        assertThat(peer.offer(64)).isEqualTo(1);
        SplitRing.indexRelease(peer.memory, RawFrontEnd.driverPart(TO_US), 1);
        // The second does not fit in one buffer, so the index is looked at again.
        assertThat(peer.offer(64, 200)).isEqualTo(1);
        assertEnds(VhostDrop.INDEX_JUMP);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRingFullOfBrokenFramesIsNotDroppedAtOnce(boolean packed) throws Exception {
        peer.start(packed ? PACKED : USUAL);
        for (int i = 0; i < SIZE; i++) {
            if (packed) {
                peer.packed(FROM_US, i, GUEST, HEADER_BYTES, 0, true);
            } else {
                peer.split(FROM_US, i, GUEST, HEADER_BYTES, 0, 0);
                peer.publish(FROM_US, i);
            }
        }
        Burst burst = new Burst(1);
        for (int call = 1; call <= 2; call++) {
            assertThat(device.rxQueue(0).receive(burst)).isZero();
            assertThat(device.dropped(DeviceDrop.RECEIVED_BROKEN)).isEqualTo(4 * call);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 257})
    void aFrameInMoreDescriptorsThanAreAllowed(int count) throws Exception {
        int size = 512;
        long driver = USER + (12 << 10);
        long device = USER + (16 << 10);
        peer.agree(USUAL);
        peer.tellMemory(new MemoryRegion(GUEST, BYTES, USER, 0));
        peer.startRing(FROM_US, new VringAddress(FROM_US, 0, USER, device, driver, 0), size);
        for (int i = 0; i < count; i++) {
            peer.splitAt(16L * i, GUEST + buffer(0), 1, i == count - 1 ? 0 : NEXT, i + 1);
        }
        SplitRing.indexRelease(peer.memory, driver - USER, 1);
        Burst burst = new Burst(1);
        assertThat(this.device.rxQueue(0).receive(burst)).isEqualTo(count == 256 ? 1 : 0);
        burst.releaseAll();
        assertThat(this.device.dropped(VhostDrop.ENDLESS_CHAIN)).isEqualTo(count - 256);
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, 0xFFFF})
    void aHeadOutsideTheRing(int head) throws Exception {
        peer.start(USUAL);
        peer.publish(FROM_US, head);
        peer.expectNothing();
        assertEnds(VhostDrop.BAD_HEAD);
    }

    @Test
    void aBufferToFillThatIsForReading() throws Exception {
        peer.start(USUAL);
        peer.split(TO_US, 0, GUEST + buffer(0), BUFFER_BYTES, 0, 0);
        peer.publish(TO_US, 0);
        assertThat(peer.offer(64)).isZero();
        assertEnds(VhostDrop.BAD_BUFFER);
    }

    @Test
    void aBufferToFillOutsideTheMemory() throws Exception {
        peer.start(USUAL);
        peer.split(TO_US, 0, GUEST + BYTES - 100, BUFFER_BYTES, WRITE, 0);
        peer.publish(TO_US, 0);
        assertThat(peer.offer(64)).isZero();
        assertEnds(VhostDrop.BAD_BUFFER);
    }

    @Test
    void aFrameGoesIntoSeveralBuffersOnlyIfThatWasAgreed() throws Exception {
        peer.start(USUAL & ~VirtioFeature.NET_MRG_RXBUF.mask());
        smallBuffers();
        assertThat(peer.offer(200)).isEqualTo(1);
        assertDropped(VhostDrop.BUFFER_TOO_SMALL);
        assertThat(peer.used(TO_US)).isZero();
        assertThat(device.linkUp()).isTrue();
    }

    @Test
    void aFrameInSeveralBuffersSaysInHowMany() throws Exception {
        peer.start(USUAL);
        smallBuffers();
        assertThat(peer.offer(200)).isEqualTo(1);
        assertThat(peer.used(TO_US)).isEqualTo(3);
        for (int slot = 0; slot < 3; slot++) {
            long used = SplitRing.used(peer.memory, RawFrontEnd.devicePart(TO_US), slot);
            assertThat(SplitRing.usedId(used)).isEqualTo(slot);
            assertThat(SplitRing.usedLength(used)).isEqualTo(slot < 2 ? 100 : 12);
        }
        assertThat(peer.memory.get(ValueLayout.JAVA_SHORT, buffer(0) + 10)).isEqualTo((short) 3);
        assertThat(peer.memory.get(ValueLayout.JAVA_BYTE, buffer(1))).isEqualTo((byte) 88);
        // One is left, too small for another such frame, and more may come.
        assertThat(peer.offer(200)).isZero();
        assertThat(device.linkUp()).isTrue();
    }

    private void smallBuffers() {
        for (int i = 0; i < 4; i++) {
            peer.split(TO_US, i, GUEST + buffer(i), 100, WRITE, 0);
        }
        peer.publish(TO_US, 0, 1, 2, 3);
    }

    @Test
    void aFrameLongerThanAllBuffersOfTheRing() throws Exception {
        peer.start(USUAL);
        for (int i = 0; i < SIZE; i++) {
            peer.split(TO_US, i, GUEST + buffer(i), 100, WRITE, 0);
        }
        peer.publish(TO_US, 0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(peer.offer(1000)).isEqualTo(1);
        assertThat(device.dropped(DeviceDrop.OVERSIZE)).isEqualTo(1);
        assertThat(peer.used(TO_US)).isZero();
    }

    @Test
    void aPackedRingCarriesFramesRoundAfterRound() throws Exception {
        peer.start(PACKED);
        boolean wrap = true;
        for (int i = 0; i < 5 * SIZE; i++) {
            int slot = i % SIZE;
            peer.packed(FROM_US, slot, peer.frame(slot, 70), HEADER_BYTES + 70, 0, wrap);
            peer.expectFrame(slot, 70);
            peer.packed(TO_US, slot, GUEST + buffer(slot), BUFFER_BYTES, WRITE, wrap);
            assertThat(peer.offer(64)).isEqualTo(1);
            wrap ^= slot == SIZE - 1;
        }
        assertThat(peer.offer(64)).isZero();
        peer.expectNothing();
    }

    @Test
    void aPackedChainWithoutAnEnd() throws Exception {
        peer.start(PACKED);
        for (int i = SIZE - 1; i >= 0; i--) {
            peer.packed(FROM_US, i, GUEST, 10, NEXT, true);
        }
        peer.expectNothing();
        assertEnds(VhostDrop.LOST_POSITION);
    }

    @Test
    void aPackedChainWithABadPieceIsSkippedAsAWhole() throws Exception {
        peer.start(PACKED);
        peer.packed(FROM_US, 1, 0, 60, NEXT, true);
        peer.packed(FROM_US, 2, GUEST, 60, 0, true);
        peer.packed(FROM_US, 3, peer.frame(3, 64), HEADER_BYTES + 64, 0, true);
        peer.packed(FROM_US, 0, GUEST, HEADER_BYTES, NEXT, true);
        peer.expectFrame(3, 64);
        assertDropped(VhostDrop.OUTSIDE_MEMORY);
        assertThat(device.linkUp()).isTrue();
    }

    @Test
    void aPackedTableIsReceived() throws Exception {
        peer.start(PACKED);
        peer.splitAt(buffer(0), peer.frame(2, 64), HEADER_BYTES, 0, 0);
        peer.splitAt(buffer(0) + 16, peer.frame(2, 64) + HEADER_BYTES, 64, 0, 0);
        peer.packed(FROM_US, 0, GUEST + buffer(0), 32, INDIRECT, true);
        peer.expectFrame(2, 64);
    }

    @Test
    void aPackedBufferToFillThatIsForReading() throws Exception {
        peer.start(PACKED);
        peer.packed(TO_US, 0, GUEST + buffer(0), BUFFER_BYTES, 0, true);
        assertThat(peer.offer(64)).isZero();
        assertEnds(VhostDrop.BAD_BUFFER);
    }

    @Test
    void aPackedFrameInSeveralBuffersUsesTheirDescriptors() throws Exception {
        peer.start(PACKED);
        for (int i = 0; i < 3; i++) {
            peer.packed(TO_US, i, GUEST + buffer(i), 100, WRITE, true);
        }
        assertThat(peer.offer(200)).isEqualTo(1);
        for (int i = 0; i < 3; i++) {
            long second = RingDescriptor.second(peer.memory, RawFrontEnd.base(TO_US) + 16L * i);
            int flags = RingDescriptor.packedFlags(second);
            assertThat(PackedRing.isUsed(flags, true)).isTrue();
            assertThat(RingDescriptor.length(second)).isEqualTo(i < 2 ? 100 : 12);
        }
        peer.packed(TO_US, 3, GUEST + buffer(3), 100, WRITE, true);
        assertThat(peer.offer(200)).isZero();
        assertThat(device.linkUp()).isTrue();
    }
}
