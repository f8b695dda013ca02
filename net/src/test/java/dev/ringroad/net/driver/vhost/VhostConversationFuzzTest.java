package dev.ringroad.net.driver.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.linux.UnixStream;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.virtio.VhostUserCodec;
import dev.ringroad.net.virtio.VhostUserMessage;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryTable;
import dev.ringroad.net.virtio.VhostUserPayload.VringState;
import dev.ringroad.net.virtio.VhostUserRequest;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Whatever bytes and descriptors a front end sends: the device throws nothing, keeps nothing open
 * or mapped once it has gone, and serves the next.
 *
 * <p>The input is records of which each is sent at once: how many descriptors go along (the low
 * four bits; bit 4 says whether they are memory or eventfds), how many bytes, and the bytes.
 */
class VhostConversationFuzzTest {

    private static final int SEEDS = 100;
    private static final int MEMORY = 0x10;
    private static final int COUNT = 0x0F;
    private static final int INPUT_BYTES_MAX = 8192;

    @FuzzTest(maxDuration = "1m")
    void anyConversation(byte[] data) throws Exception {
        if (data.length > INPUT_BYTES_MAX) {
            return;
        }
        OpenDescriptors openBefore = OpenDescriptors.now();
        long mappedBefore = Mappings.mappedBytes();
        Path folder = Files.createTempDirectory("vhost-fuzz");
        String path = folder.resolve("v").toString();
        VhostConfig config = VhostConfig.server(path).withPackets(64);
        try (CounterFile counters = CounterFile.inMemory(64);
                VhostDevice device = VhostDevice.open("v", config, counters)) {
            talk(device, path, data);
            RawFrontEnd.service(device);
            try (RawFrontEnd next = new RawFrontEnd(device, path)) {
                next.start(RawFrontEnd.USUAL);
                next.sendSplit(1);
                next.expectFrame(1, 64);
            }
            assertThat(device.dropped(VhostDrop.UNFORESEEN)).isZero();
        } finally {
            Files.deleteIfExists(Path.of(path));
            Files.deleteIfExists(folder);
        }
        assertThat(OpenDescriptors.now().beyond(openBefore)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBefore);
    }

    private static void talk(VhostDevice device, String path, byte[] data) throws Exception {
        MemorySegment bytes = Arena.ofAuto().allocate(256);
        MemorySegment answers = Arena.ofAuto().allocate(4096);
        try (UnixStream socket = UnixStream.connect(path, false);
                EventFd event = EventFd.createShared();
                SharedRegion region =
                        SharedRegion.allocate("fuzz", RawFrontEnd.BYTES, Placement.ordinary())) {
            int at = 0;
            while (at + 2 <= data.length) {
                int head = data[at] & 0xFF;
                int length = Math.min(data[at + 1] & 0xFF, data.length - at - 2);
                MemorySegment.copy(data, at + 2, bytes, ValueLayout.JAVA_BYTE, 0, length);
                boolean memory = (head & MEMORY) != 0;
                int number = (memory ? region.descriptor() : event.descriptor()).number();
                int[] passed = new int[length == 0 ? 0 : head & COUNT];
                Arrays.fill(passed, number);
                if (socket.send(bytes, length, passed, passed.length) < 0) {
                    return;
                }
                RawFrontEnd.service(device);
                int ignored = socket.receive(answers, 0, answers.byteSize());
                at += 2 + length;
            }
        }
    }

    /** Conversations that begin well and go wrong somewhere. */
    @Test
    void mutatedConversations() throws Exception {
        byte[] good = goodConversation();
        anyConversation(good);
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] data = good.clone();
            int mutations = 1 + random.nextInt(4);
            for (int i = 0; i < mutations; i++) {
                data[random.nextInt(data.length)] = (byte) random.nextInt(256);
            }
            try {
                anyConversation(data);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static byte[] goodConversation() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        say(all, 0, VhostUserMessage.ask(VhostUserRequest.SET_OWNER));
        say(all, 0, VhostUserMessage.ask(VhostUserRequest.GET_FEATURES));
        say(all, 0, VhostUserMessage.ask(VhostUserRequest.SET_PROTOCOL_FEATURES, 0x10008));
        say(
                all,
                0,
                VhostUserMessage.ask(VhostUserRequest.SET_FEATURES, RawFrontEnd.USUAL)
                        .acknowledged());
        MemoryRegion region =
                new MemoryRegion(RawFrontEnd.GUEST, RawFrontEnd.BYTES, RawFrontEnd.USER, 0);
        say(
                all,
                MEMORY | 1,
                VhostUserMessage.ask(
                        VhostUserRequest.SET_MEM_TABLE, new MemoryTable(List.of(region))));
        for (int ring = 0; ring < 2; ring++) {
            VringState size = new VringState(ring, RawFrontEnd.SIZE);
            say(all, 1, VhostUserMessage.ask(VhostUserRequest.SET_VRING_CALL, ring));
            say(all, 0, VhostUserMessage.ask(VhostUserRequest.SET_VRING_NUM, size));
            say(
                    all,
                    0,
                    VhostUserMessage.ask(
                            VhostUserRequest.SET_VRING_ADDR, RawFrontEnd.address(ring)));
            say(all, 1, VhostUserMessage.ask(VhostUserRequest.SET_VRING_KICK, ring));
            VringState on = new VringState(ring, 1);
            say(all, 0, VhostUserMessage.ask(VhostUserRequest.SET_VRING_ENABLE, on));
        }
        VringState stop = new VringState(1, 0);
        say(all, 0, VhostUserMessage.ask(VhostUserRequest.GET_VRING_BASE, stop));
        return all.toByteArray();
    }

    private static void say(ByteArrayOutputStream all, int head, VhostUserMessage message) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[VhostUserCodec.BYTES_MAX]);
        int length = VhostUserCodec.encode(message, bytes);
        all.write(head);
        all.write(length);
        byte[] encoded = bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        all.write(encoded, 0, length);
    }
}
