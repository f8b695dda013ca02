package dev.ringroad.net.driver.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.UnixStream;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.VhostUserFeature;
import dev.ringroad.net.virtio.VhostUserMessage;
import dev.ringroad.net.virtio.VhostUserRequest;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioNetHeader;
import dev.ringroad.net.virtio.VirtioStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** A device against a back end that keeps to the rules, and against one that does not. */
class VirtioDeviceTest {

    private static final int ROUNDS = 10_000;
    private static final long STEP_NANOS = 1_000_000;
    private static final long PATIENCE = VirtioEndpoint.PATIENCE_NANOS;
    private static final long HANDSHAKE = VirtioEndpoint.HANDSHAKE_NANOS_MAX;

    /** Where the header says in how many buffers its frame lies. */
    private static final int BUFFERS_AT = 10;

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private final Burst in = new Burst(32);
    private final Burst out = new Burst(32);
    private UnixStream listener;
    private VirtioDevice device;
    private RawBackEnd backEnd;
    private long now = System.nanoTime();

    @BeforeEach
    void listen() throws IOException {
        listener = UnixStream.listen(path(), false);
    }

    @AfterEach
    void close() {
        in.releaseAll();
        out.releaseAll();
        if (backEnd != null) {
            backEnd.close();
        }
        if (device != null) {
            device.close();
        }
        listener.close();
        counters.close();
    }

    private String path() {
        return folder.resolve("v.sock").toString();
    }

    private void open(String options) throws IOException {
        VirtioConfig config =
                VirtioConfig.of(DeviceSpec.parse("virtio:" + path() + ",size=16" + options));
        device = VirtioDevice.open("virtio", config, counters);
    }

    private void service() {
        now += STEP_NANOS;
        device.service(now);
    }

    /** A back end that has been connected to and has said nothing yet. */
    private RawBackEnd accept() throws IOException {
        for (int i = 0; i < ROUNDS; i++) {
            service();
            UnixStream socket = listener.accept();
            if (socket != null) {
                return new RawBackEnd(socket);
            }
        }
        throw new AssertionError("nobody connects: " + device.status());
    }

    private void serveUntilUp() throws IOException {
        for (int i = 0; i < ROUNDS && !device.linkUp(); i++) {
            backEnd.serve();
            service();
        }
        assertThat(device.linkUp()).as(device.status()).isTrue();
    }

    private void connect(String options) throws IOException {
        open(options);
        backEnd = accept();
        serveUntilUp();
    }

    /** Serves a back end that will be left; its end is one of the things that happen then. */
    private void serveUntilRefused(String reason) throws IOException {
        for (int i = 0; i < ROUNDS && !device.status().contains(reason); i++) {
            try {
                backEnd.serve();
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("peer");
            }
            service();
            if (device.status().contains(reason)) {
                break;
            }
        }
        assertThat(device.status()).contains(reason);
        assertThat(device.linkUp()).isFalse();
    }

    private static byte[] frame(int number, int bytes) {
        byte[] frame = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            frame[i] = (byte) (number * 7 + i);
        }
        return frame;
    }

    private void send(byte[] frame) {
        Packet packet = Objects.requireNonNull(device.pool().acquire());
        packet.append(frame.length);
        packet.copyIn(0, frame, 0, frame.length);
        out.add(packet);
        assertThat(device.txQueue(0).transmit(out)).isEqualTo(1);
    }

    private byte[] receiveOne() {
        assertThat(device.rxQueue(0).receive(in)).isEqualTo(1);
        return releaseFirst();
    }

    private byte[] releaseFirst() {
        byte[] frame = new byte[in.get(0).length()];
        in.get(0).copyOut(0, frame, 0, frame.length);
        in.releaseAll();
        return frame;
    }

    private byte[] takeWithoutHeader() {
        byte[] taken = Objects.requireNonNull(backEnd.take());
        byte[] header = Arrays.copyOf(taken, VirtioNetHeader.BYTES);
        assertThat(header).containsOnly(0);
        return Arrays.copyOfRange(taken, VirtioNetHeader.BYTES, taken.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",packed=yes",
                ",in_order=no",
                ",packed=yes,in_order=no,mrg_rxbuf=no",
                ",queues=2"
            })
    void framesTravelBothWaysThroughManyRounds(String options) throws IOException {
        connect(options);
        for (int i = 0; i < 2000; i++) {
            byte[] frame = frame(i, 60 + i % 1400);
            send(frame);
            assertThat(takeWithoutHeader()).isEqualTo(frame);
            backEnd.deliver(frame);
            assertThat(receiveOne()).isEqualTo(frame);
        }
        for (VirtioDrop reason : VirtioDrop.values()) {
            assertThat(device.dropped(reason)).as(reason.name()).isZero();
        }
    }

    @Test
    void theBackEndIsToldEverything() throws IOException {
        connect(",queues=2,packed=yes");
        assertThat(backEnd.features).isEqualTo(RawBackEnd.FEATURES);
        assertThat(device.features()).isEqualTo(RawBackEnd.FEATURES);
        assertThat(backEnd.status)
                .isEqualTo(
                        VirtioStatus.ACKNOWLEDGE
                                | VirtioStatus.DRIVER
                                | VirtioStatus.FEATURES_OK
                                | VirtioStatus.DRIVER_OK);
        for (int i = 0; i < 4; i++) {
            assertThat(backEnd.rings[i].size).isEqualTo(16);
            assertThat(backEnd.rings[i].base).isEqualTo(0x80008000);
            assertThat(backEnd.rings[i].enabled).isTrue();
        }
        assertThat(backEnd.rings[4].size).isZero();
    }

    @Test
    void whatTheBackEndCannotIsDoneWithout() throws IOException {
        open(",packed=yes");
        backEnd = accept();
        backEnd.offeredFeatures =
                VirtioFeature.union(VirtioFeature.VERSION_1, VirtioFeature.PROTOCOL_FEATURES);
        backEnd.offeredProtocolFeatures = 0;
        serveUntilUp();
        backEnd.serve();
        assertThat(backEnd.packed()).isFalse();
        assertThat(backEnd.heard)
                .doesNotContain(VhostUserRequest.GET_QUEUE_NUM, VhostUserRequest.SET_STATUS);
        send(frame(1, 60));
        assertThat(takeWithoutHeader()).isEqualTo(frame(1, 60));
    }

    @Test
    void aBackEndOlderThanTheStandardIsRefused() throws IOException {
        open("");
        backEnd = accept();
        backEnd.offeredFeatures = VirtioFeature.NET_MRG_RXBUF.mask();
        serveUntilRefused("older than virtio 1.0");
    }

    @Test
    void moreQueuesThanThereAreIsAClearError() throws IOException {
        open(",queues=2");
        backEnd = accept();
        backEnd.queuePairs = 1;
        serveUntilRefused("has 1 queue pairs, and 2 are asked for. Remedy: queues=1");
        backEnd.close();
        backEnd = accept();
        backEnd.offeredProtocolFeatures = VhostUserFeature.REPLY_ACK.mask();
        serveUntilRefused("has 1 queue pairs, and 2 are asked for");
    }

    @ParameterizedTest
    @EnumSource(names = {"SET_MEM_TABLE", "SET_FEATURES", "SET_VRING_ADDR", "SET_VRING_KICK"})
    void aStepThatIsRefusedIsNamed(VhostUserRequest request) throws IOException {
        open("");
        backEnd = accept();
        backEnd.refused = request;
        serveUntilRefused("refused " + request);
        assertThat(device.dropped(VirtioDrop.BAD_MESSAGE)).isEqualTo(1);
        backEnd.close();
        backEnd = accept();
        serveUntilUp();
    }

    @Test
    void featuresThatTheBackEndTakesBackAreNoticed() throws IOException {
        open("");
        backEnd = accept();
        backEnd.refused = VhostUserRequest.GET_STATUS;
        serveUntilRefused("does not take the features");
    }

    @Test
    void answersThatNobodyAskedForEndTheConnection() throws IOException {
        open("");
        backEnd = accept();
        backEnd.channel.send(VhostUserMessage.answer(VhostUserRequest.GET_QUEUE_NUM, 1));
        serveUntilRefused("said GET_QUEUE_NUM where it was asked GET_FEATURES");
    }

    @Test
    void whatIsSaidAfterTheHandshakeEndsTheConnection() throws IOException {
        connect("");
        backEnd.channel.send(VhostUserMessage.answer(VhostUserRequest.GET_FEATURES, 1));
        serveUntilRefused("said GET_FEATURES unasked");
        assertAllPacketsAreBack();
    }

    @Test
    void aSilentBackEndIsGivenUp() throws IOException {
        open("");
        backEnd = accept();
        now += VirtioEndpoint.HANDSHAKE_NANOS_MAX;
        service();
        assertThat(device.status()).contains("took too long");
        backEnd.close();
        backEnd = accept();
        serveUntilUp();
    }

    @Test
    void aListenerPrefersABackEndThatTalks() throws IOException {
        listener.close();
        open(",role=server");
        try (UnixStream silent = UnixStream.connect(path(), false)) {
            service();
            backEnd = new RawBackEnd(UnixStream.connect(path(), false));
            service();
            assertThat(device.linkUp()).isFalse();
            now += VirtioEndpoint.PATIENCE_NANOS;
            serveUntilUp();
            assertThat(silent.descriptor().isOpen()).isTrue();
        }
        listener = UnixStream.listen(folder.resolve("other").toString(), false);
    }

    @Test
    void aListenerSleepsWhileABackEndIsSilent() throws IOException {
        listener.close();
        open(",role=server");
        try (UnixStream silent = UnixStream.connect(path(), false);
                PollSet wake = new PollSet(4)) {
            service();
            long begun = now;
            assertThat(device.nextDeadlineNanos()).isEqualTo(begun + PATIENCE);
            now += PATIENCE;
            service();
            assertThat(device.nextDeadlineNanos()).isEqualTo(begun + HANDSHAKE);
            assertThat(device.prepareSleep(wake)).isTrue();
            assertThat(wake.poll(0)).isZero();
            backEnd = new RawBackEnd(UnixStream.connect(path(), false));
            assertThat(wake.poll(0)).isPositive();
            device.wakeUp();
            serveUntilUp();
            assertThat(silent.descriptor().isOpen()).isTrue();
        }
        listener = UnixStream.listen(folder.resolve("other").toString(), false);
    }

    @Test
    void aListenerSleepsWhenItsBackEndHasLeft() throws IOException {
        listener.close();
        open(",role=server");
        backEnd = new RawBackEnd(UnixStream.connect(path(), false));
        serveUntilUp();
        backEnd.close();
        now += PATIENCE;
        service();
        assertThat(device.linkUp()).isFalse();
        now += PATIENCE;
        service();
        assertThat(device.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        try (PollSet wake = new PollSet(4)) {
            assertThat(device.prepareSleep(wake)).isTrue();
            backEnd = new RawBackEnd(UnixStream.connect(path(), false));
            assertThat(wake.poll(0)).isPositive();
            device.wakeUp();
        }
        serveUntilUp();
        listener = UnixStream.listen(folder.resolve("other").toString(), false);
    }

    @Test
    void moreMessagesThanTheSocketHoldsAreSaidBitByBit() throws IOException {
        open(",queues=" + VirtioConfig.QUEUES_MAX);
        backEnd = accept();
        backEnd.queuePairs = VirtioConfig.QUEUES_MAX;
        backEnd.offeredProtocolFeatures = VhostUserFeature.MQ.mask();
        try (PollSet wake = new PollSet(4)) {
            // The answers to what is asked come one by one, what follows them all at once.
            while (!backEnd.heard.contains(VhostUserRequest.GET_QUEUE_NUM)) {
                service();
                backEnd.serve();
            }
            service();
            assertThat(device.linkUp()).isFalse();
            assertThat(device.prepareSleep(wake)).isTrue();
            assertThat(wake.poll(0)).isZero();
            backEnd.serve();
            assertThat(wake.poll(0)).as("there is room again").isPositive();
            device.wakeUp();
        }
        serveUntilUp();
        backEnd.serve();
        assertThat(backEnd.rings[2 * VirtioConfig.QUEUES_MAX - 1].enabled).isTrue();
    }

    private void assertAllPacketsAreBack() {
        assertThat(device.pool().available()).isEqualTo(device.pool().packets());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",packed=yes", ",packed=yes,in_order=no"})
    void aBackEndThatLeavesTakesNothingAlongAndItsSuccessorGetsAll(String options)
            throws IOException {
        connect(options);
        for (int round = 0; round < 3; round++) {
            send(frame(1, 60));
            backEnd.deliver(frame(2, 60));
            backEnd.close();
            for (int i = 0; i < ROUNDS && device.linkUp(); i++) {
                service();
            }
            assertThat(device.status()).contains("left");
            assertThat(device.dropped(VirtioDrop.PEER_GONE)).isEqualTo(round + 1);
            assertAllPacketsAreBack();
            backEnd = accept();
            serveUntilUp();
            send(frame(3, 60));
            assertThat(takeWithoutHeader()).isEqualTo(frame(3, 60));
            backEnd.deliver(frame(4, 60));
            assertThat(receiveOne()).isEqualTo(frame(4, 60));
        }
        assertThat(device.connectionCount()).isEqualTo(4);
    }

    @Test
    void aFrameInSeveralBuffersIsPutTogether() throws IOException {
        connect("");
        byte[] frame = frame(9, 1500);
        for (int i = 0; i < 50; i++) {
            backEnd.deliverPart(frame, 0, 700, 3);
            backEnd.deliverPart(frame, 700, 1400, 3);
            backEnd.deliverPart(frame, 1400, 1500, 3);
            assertThat(receiveOne()).isEqualTo(frame);
        }
        // Also when the burst has room for one packet only, and when the first part is short.
        Burst one = new Burst(1);
        backEnd.deliverPart(frame, 0, 5, 2);
        backEnd.deliverPart(frame, 5, 1500, 2);
        assertThat(device.rxQueue(0).receive(one)).isEqualTo(1);
        assertThat(one.get(0).length()).isEqualTo(1500);
        one.releaseAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17, 0xFFFF})
    void aFrameInAnImpossibleNumberOfBuffersIsDropped(int buffers) throws IOException {
        connect("");
        backEnd.deliver(frame(1, 60), buffers, 72);
        assertThat(device.rxQueue(0).receive(in)).isZero();
        assertThat(device.dropped(VirtioDrop.BAD_MERGE)).isEqualTo(1);
        backEnd.deliver(frame(2, 60));
        assertThat(receiveOne()).isEqualTo(frame(2, 60));
    }

    @Test
    void aFrameWhoseRestNeverComesIsDropped() throws IOException {
        connect("");
        backEnd.deliverPart(frame(1, 300), 0, 100, 3);
        backEnd.deliverPart(frame(1, 300), 100, 200, 3);
        assertThat(device.rxQueue(0).receive(in)).isZero();
        assertThat(device.dropped(VirtioDrop.CUT_FRAME)).isEqualTo(1);
        backEnd.deliver(frame(2, 60));
        assertThat(receiveOne()).isEqualTo(frame(2, 60));
    }

    @Test
    void aFrameLongerThanAPacketIsDroppedWithAllItsBuffers() throws IOException {
        connect("");
        byte[] frame = frame(1, 6000);
        backEnd.deliverPart(frame, 0, 2000, 3);
        backEnd.deliverPart(frame, 2000, 4000, 3);
        backEnd.deliverPart(frame, 4000, 6000, 3);
        backEnd.deliver(frame(2, 60));
        assertThat(receiveOne()).isEqualTo(frame(2, 60));
        assertThat(device.dropped(DeviceDrop.RECEIVED_TOO_LONG)).isEqualTo(1);
    }

    @Test
    void aHeaderThatChangesWhileItIsReadLosesNoPacket() throws Exception {
        connect("");
        MemorySegment memory = backEnd.memory();
        AtomicLong target = new AtomicLong(memory.byteSize() - 1);
        AtomicBoolean over = new AtomicBoolean();
        Thread changer =
                new Thread(
                        () -> {
                            for (int i = 0; !over.get(); i++) {
                                memory.set(JAVA_BYTE, target.get(), (byte) (1 + (i & 1)));
                            }
                        });
        changer.start();
        try {
            for (int i = 0; i < 5000; i++) {
                DeviceModel.Buffer buffer = Objects.requireNonNull(backEnd.ring(0).next());
                target.set(buffer.offset() + BUFFERS_AT);
                backEnd.ring(0).use(buffer.id(), 72);
                device.rxQueue(0).receive(in);
                in.releaseAll();
            }
        } finally {
            over.set(true);
            changer.join();
        }
        backEnd.close();
        for (int i = 0; i < ROUNDS && device.linkUp(); i++) {
            service();
        }
        assertAllPacketsAreBack();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 11, 12, 25, 3000, 0x7FFF_FFFFL, 0xFFFF_FFFFL})
    void aLengthThatCannotBeIsDropped(long bytes) throws IOException {
        connect("");
        backEnd.deliver(frame(1, 60), 1, bytes);
        backEnd.deliver(frame(2, 60));
        assertThat(receiveOne()).isEqualTo(frame(2, 60));
        DeviceDrop broken = DeviceDrop.RECEIVED_BROKEN;
        assertThat(device.dropped(broken) + device.dropped(VirtioDrop.BEYOND_BUFFER)).isEqualTo(1);
        assertThat(device.dropped(broken)).isEqualTo(bytes < 26 ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",packed=yes", ",in_order=no", ",packed=yes,in_order=no"})
    void anUnknownBufferEndsTheConnection(String options) throws IOException {
        connect(options);
        boolean inOrder = !options.contains("in_order=no");
        // A buffer that was there, though never looked at; in order it stands for ten.
        backEnd.ring(0).use(9, 72, inOrder ? 10 : 1);
        backEnd.ring(0).use(9, 72);
        device.rxQueue(0).receive(in);
        in.releaseAll();
        assertThat(device.rxQueue(0).receive(in)).isZero();
        assertThat(device.dropped(VirtioDrop.UNKNOWN_BUFFER)).isEqualTo(1);
        serveUntilRefused("Disconnected");
        assertAllPacketsAreBack();
        backEnd.close();
        backEnd = accept();
        serveUntilUp();
    }

    @Test
    void framesBeforeAnUnknownBufferAreDeliveredAndCounted() throws IOException {
        connect(",in_order=no");
        Burst two = new Burst(2);
        backEnd.deliver(frame(1, 60));
        // As one of the first two is dropped, there is room to find the bad one in the same call.
        backEnd.deliver(frame(2, 60), 1, 0);
        backEnd.ring(0).use(0, 72);
        assertThat(device.rxQueue(0).receive(two)).isEqualTo(1);
        assertThat(device.dropped(VirtioDrop.UNKNOWN_BUFFER)).isEqualTo(1);
        assertThat(counters.readings())
                .anyMatch(r -> r.name().equals("virtio.received") && r.value() == 1);
        two.releaseAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",packed=yes", ",in_order=no", ",packed=yes,in_order=no"})
    void aTransmittedBufferIsGivenBackOnce(String options) throws IOException {
        connect(options);
        send(frame(1, 60));
        DeviceModel.Buffer buffer = Objects.requireNonNull(backEnd.ring(1).next());
        send(frame(2, 60));
        backEnd.ring(1).use(buffer.id(), 0);
        backEnd.ring(1).use(buffer.id(), 0);
        assertThat(device.txQueue(0).transmit(out)).isZero();
        assertThat(device.txQueue(0).transmit(out)).isZero();
        assertThat(device.dropped(VirtioDrop.UNKNOWN_BUFFER)).isEqualTo(1);
        serveUntilRefused("Disconnected");
        assertAllPacketsAreBack();
    }

    @Test
    void theRingIsFilledAndTheRestStaysWithTheCaller() throws IOException {
        connect("");
        for (int i = 0; i < 20; i++) {
            Packet packet = Objects.requireNonNull(device.pool().acquire());
            packet.append(60);
            out.add(packet);
        }
        assertThat(device.txQueue(0).transmit(out)).isEqualTo(16);
        assertThat(out.size()).isEqualTo(4);
        assertThat(backEnd.take()).isNotNull();
        assertThat(device.txQueue(0).transmit(out)).isEqualTo(1);
    }

    @Test
    void foreignPacketsAndThoseWithoutRoomForTheHeaderAreCopied() throws IOException {
        connect("");
        try (PacketPool other = PacketPool.create("other", 2, 256, Placement.ordinary())) {
            Packet foreign = Objects.requireNonNull(other.acquire());
            foreign.append(100);
            foreign.copyIn(0, frame(1, 100), 0, 100);
            out.add(foreign);
            Packet tight = Objects.requireNonNull(device.pool().acquire());
            tight.prepend(tight.headroom() - 11);
            tight.trimTo(90);
            tight.copyIn(0, frame(2, 90), 0, 90);
            out.add(tight);
            assertThat(device.txQueue(0).transmit(out)).isEqualTo(2);
            assertThat(takeWithoutHeader()).isEqualTo(frame(1, 100));
            assertThat(takeWithoutHeader()).isEqualTo(frame(2, 90));
            assertThat(other.available()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",packed=yes"})
    void aBackEndIsKickedIfItWantsThat(String options) throws IOException {
        connect(options);
        backEnd.ring(1).wantKick(false);
        Objects.requireNonNull(backEnd.rings[1].kick).drain();
        send(frame(1, 60));
        assertThat(Objects.requireNonNull(backEnd.rings[1].kick).drain()).isFalse();
        backEnd.ring(1).wantKick(true);
        send(frame(2, 60));
        assertThat(Objects.requireNonNull(backEnd.rings[1].kick).drain()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",packed=yes"})
    void whoSleepsIsCalled(String options) throws IOException {
        connect(options);
        assertThat(backEnd.ring(0).interruptWanted()).isFalse();
        try (PollSet wake = new PollSet(4)) {
            assertThat(device.prepareSleep(wake)).isTrue();
            assertThat(backEnd.ring(0).interruptWanted()).isTrue();
            assertThat(wake.poll(0)).isZero();
            backEnd.deliver(frame(1, 60));
            Objects.requireNonNull(backEnd.rings[0].call).signal();
            assertThat(wake.poll(0)).isPositive();
            device.wakeUp();
            assertThat(backEnd.ring(0).interruptWanted()).isFalse();
            wake.clear();
            assertThat(device.prepareSleep(wake)).as("a frame waits").isFalse();
            assertThat(backEnd.ring(0).interruptWanted()).isFalse();
            device.wakeUp();
            assertThat(receiveOne()).isEqualTo(frame(1, 60));
        }
    }
}
