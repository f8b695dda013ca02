package dev.ringroad.net.driver.vhost;

import static dev.ringroad.net.driver.vhost.RawFrontEnd.BYTES;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.FROM_US;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.GUEST;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.SIZE;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.TO_US;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.USER;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.USUAL;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Machine;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.Memfd;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.SplitRing;
import dev.ringroad.net.virtio.VhostUserMessage;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryTable;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VhostUserPayload.VringState;
import dev.ringroad.net.virtio.VhostUserRequest;
import dev.ringroad.net.virtio.VirtioFeature;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a back end answers, what it refuses, and that the next front end finds it as it was. */
class VhostConversationTest {

    private static final MemoryRegion ALL = new MemoryRegion(GUEST, BYTES, USER, 0);

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
        device = VhostDevice.open("vhost", config().withPackets(64), counters);
        peer = new RawFrontEnd(device, path());
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
        device.close();
        counters.close();
        assertThat(OpenDescriptors.now().beyond(openBefore)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBefore);
    }

    private String path() {
        return folder.resolve("v").toString();
    }

    private VhostConfig config() {
        return VhostConfig.server(path());
    }

    /** The front end was sent away for a reason, and its successor is served. */
    private void assertRefused(String words) throws Exception {
        assertThat(device.status()).contains(words);
        assertThat(device.linkUp()).isFalse();
        assertThatThrownBy(
                        () -> {
                            while (peer.channel.receive() != null) {
                                // Answers that came before the end.
                                continue;
                            }
                            throw new IOException("still connected");
                        })
                .isInstanceOf(IOException.class)
                .hasMessageNotContaining("still connected");
        try (RawFrontEnd next = new RawFrontEnd(device, path())) {
            next.start(USUAL);
            next.sendSplit(1);
            next.expectFrame(1, 64);
        }
        RawFrontEnd.service(device);
        assertThat(device.linkUp()).isFalse();
    }

    @Test
    void offersWhatItCanDo() throws Exception {
        peer.channel.send(VhostUserMessage.ask(VhostUserRequest.GET_FEATURES));
        assertThat(VirtioFeature.names(peer.answer().number()))
                .isEqualTo(
                        "NET_MRG_RXBUF, INDIRECT_DESC, EVENT_IDX, PROTOCOL_FEATURES, VERSION_1,"
                                + " RING_PACKED, IN_ORDER");
        peer.channel.send(VhostUserMessage.ask(VhostUserRequest.GET_QUEUE_NUM));
        assertThat(peer.answer().number()).isEqualTo(1);
        peer.channel.send(VhostUserMessage.ask(VhostUserRequest.GET_PROTOCOL_FEATURES));
        assertThat(peer.answer().number()).isEqualTo(0x10009);
    }

    @Test
    void acknowledgesAndRemembersTheStatus() throws Exception {
        peer.agree(USUAL);
        peer.channel.send(VhostUserMessage.ask(VhostUserRequest.SET_STATUS, 11).acknowledged());
        assertThat(peer.answer())
                .isEqualTo(VhostUserMessage.answer(VhostUserRequest.SET_STATUS, 0));
        peer.channel.send(VhostUserMessage.ask(VhostUserRequest.GET_STATUS));
        assertThat(peer.answer().number()).isEqualTo(11);
    }

    @Test
    void tellsWhereAStoppedRingIs() throws Exception {
        peer.start(USUAL);
        peer.sendSplit(0);
        peer.sendSplit(1);
        Burst burst = new Burst(1);
        assertThat(device.rxQueue(0).receive(burst)).isEqualTo(1);
        burst.releaseAll();
        peer.channel.send(
                VhostUserMessage.ask(VhostUserRequest.GET_VRING_BASE, new VringState(FROM_US, 0)));
        assertThat(peer.answer().payload()).isEqualTo(new VringState(FROM_US, 1));
        assertThat(device.linkUp()).isFalse();
        peer.startRing(FROM_US);
        assertThat(device.linkUp()).isTrue();
        peer.expectFrame(1, 64);
    }

    @Test
    void memoryMayBeReplacedWhileRingsWork() throws Exception {
        peer.start(USUAL);
        peer.sendSplit(0);
        peer.expectFrame(0, 64);
        peer.tellMemory(new MemoryRegion(GUEST, BYTES / 2, USER, 0));
        assertThat(device.linkUp()).as(device.status()).isTrue();
        peer.sendSplit(1);
        peer.expectFrame(1, 64);
    }

    @Test
    void severalRegionsAreFoundByTheirAddresses() throws Exception {
        peer.agree(USUAL);
        long half = BYTES / 2;
        peer.tellMemory(
                new MemoryRegion(GUEST + half, half, USER + half, half),
                new MemoryRegion(GUEST, half, USER, 0));
        peer.startRing(TO_US);
        peer.startRing(FROM_US);
        peer.sendSplit(0);
        peer.expectFrame(0, 64);
        int far = 20; // a buffer in the other region
        peer.split(FROM_US, 1, peer.frame(far, 64), 76, 0, 0);
        peer.publish(FROM_US, 1);
        peer.expectFrame(far, 64);
    }

    @Test
    void interruptsAndIsKickedAtTheIndicesAskedFor() throws Exception {
        peer.start(USUAL | VirtioFeature.EVENT_IDX.mask());
        SplitRing.usedEvent(peer.memory, RawFrontEnd.driverPart(FROM_US), SIZE, 1);
        peer.sendSplit(0);
        peer.expectFrame(0, 64);
        assertThat(peer.calls[FROM_US].drain()).isFalse();
        peer.sendSplit(1);
        peer.expectFrame(1, 64);
        assertThat(peer.calls[FROM_US].drain()).isTrue();
        try (PollSet wake = new PollSet(4)) {
            assertThat(device.prepareSleep(wake)).isTrue();
            assertThat(SplitRing.availableEvent(peer.memory, devicePart(), SIZE)).isEqualTo(2);
            peer.kicks[FROM_US].signal();
            assertThat(wake.poll(0)).isEqualTo(1);
            device.wakeUp();
            assertThat(SplitRing.availableEvent(peer.memory, devicePart(), SIZE)).isEqualTo(1);
            assertThat(wake.poll(0)).isZero();
        }
    }

    private static long devicePart() {
        return RawFrontEnd.devicePart(FROM_US);
    }

    @Test
    void interruptsAtThePositionAskedFor() throws Exception {
        peer.start(USUAL | VirtioFeature.EVENT_IDX.mask() | VirtioFeature.RING_PACKED.mask());
        long event = RawFrontEnd.driverPart(TO_US);
        PackedRing.eventPosition(peer.memory, event, 1, true);
        PackedRing.eventFlags(peer.memory, event, PackedRing.EVENT_AT_POSITION);
        for (int i = 0; i < 2; i++) {
            peer.packed(TO_US, i, GUEST + RawFrontEnd.buffer(i), 2048, RingDescriptor.WRITE, true);
            assertThat(peer.offer(64)).isEqualTo(1);
            assertThat(peer.calls[TO_US].drain()).isEqualTo(i == 1);
        }
    }

    @Test
    void interruptsNobodyWhoWantsSilence() throws Exception {
        peer.start(USUAL);
        SplitRing.flags(peer.memory, RawFrontEnd.driverPart(FROM_US), SplitRing.FLAG_SILENT);
        peer.sendSplit(0);
        peer.expectFrame(0, 64);
        assertThat(peer.calls[FROM_US].drain()).isFalse();
        SplitRing.flags(peer.memory, RawFrontEnd.driverPart(FROM_US), 0);
        peer.sendSplit(1);
        peer.expectFrame(1, 64);
        assertThat(peer.calls[FROM_US].drain()).isTrue();
    }

    @Test
    void refusesFeaturesThatItDoesNotHave() throws Exception {
        peer.tell(VhostUserRequest.SET_FEATURES, USUAL | VirtioFeature.NET_HOST_TSO4.mask());
        assertRefused("not offered: NET_HOST_TSO4");
    }

    @Test
    void refusesARingThatItDoesNotHave() throws Exception {
        peer.agree(USUAL);
        peer.tellRing(VhostUserRequest.SET_VRING_NUM, 2, SIZE);
        assertRefused("Ring 2 is not among the 2");
    }

    @Test
    void refusesARingOutsideTheMemory() throws Exception {
        peer.agree(USUAL);
        peer.tellMemory(ALL);
        peer.startRing(FROM_US, new VringAddress(FROM_US, 0, USER + BYTES - 8, USER, USER, 0));
        assertRefused("does not lie in the front end's memory");
    }

    @Test
    void refusesAMisalignedRing() throws Exception {
        peer.agree(USUAL);
        peer.tellMemory(ALL);
        peer.startRing(FROM_US, new VringAddress(FROM_US, 0, USER + 8, USER, USER, 0));
        assertRefused("misaligned");
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 0x8000_0000, -1, 1 << 16})
    void refusesASizeThatIsNotAllowed(int size) throws Exception {
        peer.agree(USUAL);
        peer.tellMemory(ALL);
        peer.startRing(FROM_US, RawFrontEnd.address(FROM_US), size);
        assertRefused("a size of " + size);
    }

    @Test
    void takesSoManyMessagesAtATime() throws Exception {
        for (int i = 0; i < VhostSession.MESSAGES_A_CALL_MAX; i++) {
            peer.channel.send(VhostUserMessage.ask(VhostUserRequest.SET_OWNER));
        }
        peer.channel.send(VhostUserMessage.ask(VhostUserRequest.SET_FEATURES, -1));
        peer.service();
        assertThat(device.dropped(VhostDrop.BAD_MESSAGE)).isZero();
        assertThat(sleeps()).isFalse();
        peer.service();
        assertThat(device.dropped(VhostDrop.BAD_MESSAGE)).isEqualTo(1);
        assertThat(sleeps()).isTrue();
    }

    @Test
    void takesOneMemoryTableAtATime() throws Exception {
        peer.start(USUAL);
        int file = peer.region.descriptor().number();
        for (int i = 0; i < 2; i++) {
            peer.channel.send(
                    VhostUserMessage.ask(
                            VhostUserRequest.SET_MEM_TABLE, new MemoryTable(List.of(ALL))),
                    file);
        }
        peer.channel.send(VhostUserMessage.ask(VhostUserRequest.SET_FEATURES, -1));
        for (int i = 0; i < 2; i++) {
            peer.service();
            assertThat(device.linkUp()).isTrue();
            assertThat(sleeps()).isFalse();
        }
        peer.service();
        assertThat(device.dropped(VhostDrop.BAD_MESSAGE)).isEqualTo(1);
    }

    private boolean sleeps() {
        try (PollSet wake = new PollSet(4)) {
            boolean sleeps = device.prepareSleep(wake);
            if (sleeps) {
                device.wakeUp();
            }
            return sleeps;
        }
    }

    @Test
    void refusesMemoryTablesThatContradictThemselves() throws Exception {
        assertTableRefused("overlap", ALL, new MemoryRegion(GUEST + BYTES - 1, 1, 0, 0));
        assertTableRefused("overlap", ALL, new MemoryRegion(0, 1, USER, 0));
        assertTableRefused("no size", new MemoryRegion(GUEST, 0, USER, 0));
        assertTableRefused("no size", new MemoryRegion(GUEST, -1, USER, 0));
        assertTableRefused("last address", new MemoryRegion(-4096, BYTES, USER, 0));
        assertTableRefused("last address", new MemoryRegion(GUEST, BYTES, -4096, 0));
        assertTableRefused("no place", new MemoryRegion(GUEST, BYTES, USER, -4096));
        assertTableRefused("more than", new MemoryRegion(GUEST, BYTES, USER, Long.MAX_VALUE));
        assertTableRefused("is said to have", new MemoryRegion(GUEST, BYTES + 1, USER, 0));
        assertTableRefused("is said to have", new MemoryRegion(GUEST, BYTES, USER, 1));
    }

    private void assertTableRefused(String words, MemoryRegion... regions) throws Exception {
        try (RawFrontEnd hostile = new RawFrontEnd(device, path())) {
            peer.channel.close();
            RawFrontEnd.service(device);
            hostile.agree(USUAL);
            hostile.tellMemory(regions);
            assertThat(device.status()).contains(words);
        }
    }

    @Test
    void refusesRegionsWithoutTheirDescriptors() throws Exception {
        peer.agree(USUAL);
        peer.tellMemory(List.of(ALL));
        assertRefused("came with 0 descriptors");
    }

    @Test
    void refusesAKickThatIsNoEventFd() throws Exception {
        peer.agree(USUAL);
        peer.tell(VhostUserRequest.SET_VRING_KICK, 0, peer.region.descriptor().number());
        assertRefused("no eventfd");
    }

    @Test
    void refusesAKickWithoutADescriptor() throws Exception {
        peer.agree(USUAL);
        peer.tell(VhostUserRequest.SET_VRING_KICK, 0);
        assertRefused("has no descriptor");
    }

    @Test
    void refusesToMoveAWorkingRing() throws Exception {
        peer.start(USUAL);
        peer.tellRing(VhostUserRequest.SET_VRING_NUM, FROM_US, 4);
        assertRefused("works while its size changes");
    }

    @Test
    void refusesAnAnswerThatNobodyAskedFor() throws Exception {
        peer.channel.send(VhostUserMessage.answer(VhostUserRequest.GET_FEATURES, 1));
        peer.service();
        assertRefused("nobody asked");
    }

    @Test
    void closesDescriptorsThatDoNotBelong() throws Exception {
        peer.tell(VhostUserRequest.SET_PROTOCOL_FEATURES, 0, peer.region.descriptor().number());
        assertThat(device.dropped(VhostDrop.STRAY_DESCRIPTOR)).isEqualTo(1);
        peer.start(USUAL);
    }

    @Test
    void aSilentFrontEndMakesRoomAndAWorkingOneDoesNot() throws Exception {
        peer.service();
        try (RawFrontEnd second = new RawFrontEnd(device, path())) {
            second.service();
            assertThatThrownBy(second.channel::receive).hasMessageContaining("closed");
        }
        for (long nanos = 0; nanos < VhostServer.PATIENCE_NANOS; nanos += 5_000_000) {
            peer.service();
        }
        try (RawFrontEnd third = new RawFrontEnd(device, path())) {
            third.start(USUAL);
            try (RawFrontEnd fourth = new RawFrontEnd(device, path())) {
                fourth.service();
                assertThatThrownBy(fourth.channel::receive).hasMessageContaining("closed");
            }
            assertThat(device.linkUp()).isTrue();
        }
    }

    @Test
    void memoryThatIsTakenAwayEndsTheConnectionOnly() throws Exception {
        device.close();
        device = VhostDevice.open("open", config().withUnsealedAllowed(true), counters);
        try (Descriptor file = Memfd.create("unsealed", 4096);
                RawFrontEnd taking = new RawFrontEnd(device, path())) {
            Memfd.resize(file, BYTES);
            taking.agree(USUAL);
            taking.tellMemory(List.of(ALL), file.number());
            taking.startRing(TO_US);
            taking.startRing(FROM_US);
            assertThat(device.linkUp()).as(device.status()).isTrue();
            Memfd.resize(file, 0);
            taking.expectNothing();
            assertThat(device.dropped(VhostDrop.MEMORY_GONE)).isEqualTo(1);
            RawFrontEnd.service(device);
            assertThat(device.status()).contains("took its memory away");
        }
        try (RawFrontEnd next = new RawFrontEnd(device, path())) {
            next.start(USUAL);
        }
    }

    @Test
    void aRingInMemoryThatIsGoneIsNotBegun() throws Exception {
        device.close();
        device = VhostDevice.open("open", config().withUnsealedAllowed(true), counters);
        try (Descriptor file = Memfd.create("unsealed", 4096);
                RawFrontEnd taking = new RawFrontEnd(device, path())) {
            Memfd.resize(file, BYTES);
            taking.agree(USUAL);
            taking.tellMemory(List.of(ALL), file.number());
            Memfd.resize(file, 0);
            taking.startRing(FROM_US);
            assertThat(device.status()).contains("Ring 1 is in memory that is not there");
            taking.expectNothing();
        }
        try (RawFrontEnd next = new RawFrontEnd(device, path())) {
            next.start(USUAL);
        }
    }

    /** Of what is mapped but was never there, each touch would take a page of this process. */
    @Test
    void memoryBeyondTheBoundIsRefused() throws Exception {
        device.close();
        device = VhostDevice.open("small", config().withMemoryMibMax(1), counters);
        long mib = 1 << 20;
        for (long[] sizes : new long[][] {{mib + 1, 0}, {mib / 2, mib / 2 + 4096}}) {
            try (RawFrontEnd large = new RawFrontEnd(device, path())) {
                large.agree(USUAL);
                large.tellMemory(new MemoryRegion(GUEST, sizes[0], USER, sizes[1]));
                assertThat(device.status())
                        .contains("Region 0 brings the front end's memory to more than 1 MiB")
                        .contains("memory-mib=N");
            }
        }
        try (RawFrontEnd next = new RawFrontEnd(device, path())) {
            next.start(USUAL);
        }
    }

    @Test
    void noFrontEndHasMoreThanTheMachine() {
        assertThat(config().memoryBytesMax())
                .isPositive()
                .isLessThanOrEqualTo(Machine.memoryBytes());
    }

    @Test
    void memoryThatCouldBeTakenAwayIsRefused() throws Exception {
        try (Descriptor file = Memfd.create("unsealed", 4096)) {
            Memfd.resize(file, BYTES);
            peer.agree(USUAL);
            peer.tellMemory(List.of(ALL), file.number());
            assertRefused("not sealed");
        }
    }
}
