package dev.ringroad.net.driver.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.driver.virtio.DeviceModel.Buffer;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.SplitRing;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioNetHeader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A driver's rings against a device that does what the specification allows, and what not. */
class VirtqueueTest {

    private static final int SIZE = 8;
    private static final int WRITABLE = 2060;

    private final PacketPool pool = PacketPool.create("ring test", 32, 192, Placement.ordinary());
    private final MemorySegment memory =
            Arena.ofAuto().allocate(QueueMemory.byteSize(SIZE) + 64, 64);
    private final QueueMemory place = QueueMemory.at(memory, 64, SIZE);
    private final long[] returned = new long[SIZE];
    private Virtqueue queue;
    private DeviceModel device;

    @AfterEach
    void close() {
        queue.releaseAll(pool);
        assertThat(pool.available()).isEqualTo(pool.packets());
        pool.close();
    }

    private void make(boolean packed, boolean inOrder) {
        make(packed, inOrder ? VirtioFeature.IN_ORDER.mask() : 0);
    }

    private void make(boolean packed, long features) {
        queue =
                packed
                        ? new PackedQueue(place, WRITABLE, features)
                        : new SplitQueue(place, WRITABLE, features);
        device = DeviceModel.of(place, packed);
    }

    private void give(int count) {
        assertThat(queue.giveEmpty(pool, count)).isEqualTo(count);
        queue.publish();
    }

    private List<Buffer> available() {
        List<Buffer> buffers = new ArrayList<>();
        Buffer next;
        while ((next = device.next()) != null) {
            buffers.add(next);
        }
        return buffers;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDeviceIsKickedOnceItsPositionIsPassed(boolean packed) {
        make(packed, VirtioFeature.EVENT_IDX.mask());
        for (int round = 0; round < 5; round++) {
            int begin = 4 * round;
            device.wantKickAt(begin + 2);
            give(2);
            assertThat(queue.kickWanted()).isFalse();
            give(1);
            assertThat(queue.kickWanted()).isTrue();
            give(1);
            assertThat(queue.kickWanted()).isFalse();
            for (Buffer buffer : available()) {
                device.use(buffer.id(), 20);
            }
            assertThat(queue.take(returned, SIZE)).isEqualTo(4);
            for (int i = 0; i < 4; i++) {
                pool.at(Virtqueue.bufferIndex(returned[i])).release();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDriverIsInterruptedOnceWhenItAskedForIt(boolean packed) {
        make(packed, VirtioFeature.EVENT_IDX.mask());
        int used = 0;
        for (int round = 0; round < 5; round++) {
            give(4);
            List<Buffer> buffers = available();
            for (int i = 0; i < 4; i++) {
                if (i == 2) {
                    queue.armInterrupt();
                    assertThat(queue.hasReturned()).isFalse();
                }
                device.use(buffers.get(i).id(), 20);
                used++;
                assertThat(device.interruptWanted(used - 1, used)).isEqualTo(i == 2);
                assertThat(queue.take(returned, SIZE)).isEqualTo(1);
                pool.at(Virtqueue.bufferIndex(returned[0])).release();
                if (i == 2) {
                    queue.disarmInterrupt();
                }
            }
        }
    }

    /** The packet whose header a buffer begins with. */
    private int packetOf(Buffer buffer) {
        for (int i = 0; i < pool.packets(); i++) {
            Packet packet = pool.at(i);
            if (packet.references() > 0
                    && packet.offset() - VirtioNetHeader.BYTES == buffer.offset()) {
                return i;
            }
        }
        throw new AssertionError("no packet at " + buffer);
    }

    private int takeOne() {
        assertThat(queue.take(returned, SIZE)).isEqualTo(1);
        int packet = Virtqueue.bufferIndex(returned[0]);
        pool.at(packet).release();
        return packet;
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void nothingIsSeenBeforeItIsPublished(boolean packed, boolean inOrder) {
        make(packed, inOrder);
        assertThat(queue.giveEmpty(pool, 3)).isEqualTo(3);
        assertThat(available()).isEmpty();
        queue.publish();
        assertThat(available())
                .hasSize(3)
                .allMatch(buffer -> buffer.length() == WRITABLE && buffer.isWritable());
        assertThat(queue.lentCount()).isEqualTo(3);
        assertThat(queue.room()).isEqualTo(SIZE - 3);
        assertThat(queue.hasReturned()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void buffersComeBackThroughManyRounds(boolean packed, boolean inOrder) {
        make(packed, inOrder);
        for (int round = 0; round < 20_000; round++) {
            give(1 + round % SIZE);
            for (Buffer buffer : available()) {
                int expected = packetOf(buffer);
                device.use(buffer.id(), round);
                assertThat(queue.hasReturned()).isTrue();
                assertThat(takeOne()).isEqualTo(expected);
                assertThat(Virtqueue.bytes(returned[0])).isEqualTo(round);
            }
            assertThat(queue.lentCount()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void buffersMayComeBackInAnyOrder(boolean packed) {
        make(packed, false);
        Random random = new Random(7);
        List<Buffer> held = new ArrayList<>();
        for (int step = 0; step < 50_000; step++) {
            give(random.nextInt(queue.room() + 1));
            held.addAll(available());
            while (!held.isEmpty() && random.nextInt(3) > 0) {
                Buffer buffer = held.remove(random.nextInt(held.size()));
                int expected = packetOf(buffer);
                device.use(buffer.id(), step);
                assertThat(takeOne()).isEqualTo(expected);
            }
            assertThat(queue.lentCount()).isEqualTo(held.size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inOrderTheLastBufferStandsForThoseBefore(boolean packed) {
        make(packed, true);
        for (int round = 0; round < 100; round++) {
            give(5);
            List<Buffer> buffers = available();
            device.use(buffers.get(3).id(), 77, 4);
            // One at a time, to have the batch's rest wait.
            for (int i = 0; i < 4; i++) {
                int expected = packetOf(buffers.get(i));
                assertThat(queue.hasReturned()).isTrue();
                assertThat(queue.take(returned, 1)).isEqualTo(1);
                assertThat(Virtqueue.bufferIndex(returned[0])).isEqualTo(expected);
                assertThat(Virtqueue.bytes(returned[0])).isEqualTo(i == 3 ? 77 : WRITABLE);
                pool.at(expected).release();
            }
            assertThat(queue.hasReturned()).isFalse();
            assertThat(queue.take(returned, 1)).isZero();
            device.use(buffers.get(4).id(), 1);
            takeOne();
        }
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void whatWasNotGivenIsNotTaken(boolean packed, boolean inOrder) {
        make(packed, inOrder);
        give(2);
        available();
        device.use(5, 60);
        assertThat(queue.take(returned, SIZE)).isEqualTo(Virtqueue.BROKEN);
        assertThat(queue.fault()).isEqualTo(VirtioDrop.UNKNOWN_BUFFER);
        assertThat(queue.lentCount()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void identitiesBeyondTheRingAreNotTaken(boolean packed, boolean inOrder) {
        make(packed, inOrder);
        give(2);
        available();
        device.use(0xFFFF, 60);
        assertThat(queue.take(returned, SIZE)).isEqualTo(Virtqueue.BROKEN);
        assertThat(queue.fault()).isEqualTo(VirtioDrop.UNKNOWN_BUFFER);
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void nothingIsTakenTwice(boolean packed, boolean inOrder) {
        make(packed, inOrder);
        give(3);
        int id = available().getFirst().id();
        device.use(id, 60);
        device.use(id, 60);
        assertThat(queue.take(returned, SIZE)).isEqualTo(1);
        pool.at(Virtqueue.bufferIndex(returned[0])).release();
        assertThat(queue.take(returned, SIZE)).isEqualTo(Virtqueue.BROKEN);
        assertThat(queue.fault()).isEqualTo(VirtioDrop.UNKNOWN_BUFFER);
        assertThat(queue.lentCount()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anIndexThatJumpsIsNotFollowed(boolean inOrder) {
        make(false, inOrder);
        give(3);
        SplitRing.indexRelease(memory, place.deviceAt(), 4);
        assertThat(queue.take(returned, SIZE)).isEqualTo(Virtqueue.BROKEN);
        assertThat(queue.fault()).isEqualTo(VirtioDrop.INDEX_JUMP);
        // Nothing mends that.
        SplitRing.indexRelease(memory, place.deviceAt(), 0);
        assertThat(queue.take(returned, SIZE)).isEqualTo(Virtqueue.BROKEN);
    }

    @Test
    void aBatchEndsWhereTheIndexDoes() {
        make(false, true);
        give(5);
        available();
        device.use(3, 60, 2);
        assertThat(queue.take(returned, SIZE)).isEqualTo(Virtqueue.BROKEN);
        assertThat(queue.fault()).isEqualTo(VirtioDrop.UNKNOWN_BUFFER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void interruptsAndKicksAreForWhoWantsThem(boolean packed) {
        make(packed, false);
        assertThat(device.interruptWanted()).isFalse();
        queue.armInterrupt();
        assertThat(device.interruptWanted()).isTrue();
        queue.disarmInterrupt();
        assertThat(device.interruptWanted()).isFalse();
        device.wantKick(true);
        assertThat(queue.kickWanted()).isTrue();
        device.wantKick(false);
        assertThat(queue.kickWanted()).isFalse();
    }
}
