package dev.ringroad.net.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.linux.UnixStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

class VhostUserChannelTest {

    private static final int[] NONE = {};
    private static final VhostUserMessage KICK =
            VhostUserMessage.ask(VhostUserRequest.SET_VRING_KICK, 1);

    @TempDir Path folder;

    private final MemorySegment wire = Arena.ofAuto().allocate(VhostUserCodec.BYTES_MAX);
    private UnixStream peer;
    private VhostUserChannel channel;
    private OpenDescriptors openBefore;

    @BeforeEach
    void connect() throws Exception {
        openBefore = OpenDescriptors.now();
        String path = folder.resolve("s").toString();
        try (UnixStream listener = UnixStream.listen(path, false)) {
            peer = UnixStream.connect(path, false);
            channel = new VhostUserChannel(Objects.requireNonNull(listener.accept()));
        }
    }

    @AfterEach
    void close() throws Exception {
        channel.close();
        peer.close();
        assertThat(OpenDescriptors.now().beyond(openBefore)).as("left open").isEmpty();
    }

    @Test
    void putsAMessageTogetherByteByByte() throws Exception {
        int bytes = VhostUserCodec.encode(KICK, wire);
        try (EventFd event = EventFd.create()) {
            int[] passed = {event.descriptor().number()};
            for (int i = 0; i < bytes; i++) {
                assertThat(channel.receive()).isNull();
                assertThat(peer.send(wire.asSlice(i), 1, passed, i == 0 ? 1 : 0)).isEqualTo(1);
            }
        }
        assertThat(channel.receive()).isEqualTo(KICK);
        try (EventFd event = EventFd.adopt(Objects.requireNonNull(channel.takeDescriptor()))) {
            assertThat(event.drain()).isFalse();
        }
        assertThat(channel.takeDescriptor()).isNull();
    }

    @Test
    void keepsDescriptorsOfSuccessiveMessagesApart() throws Exception {
        try (VhostUserChannel other = new VhostUserChannel(peer);
                EventFd event = EventFd.create()) {
            int number = event.descriptor().number();
            other.send(KICK, number);
            other.send(VhostUserMessage.ask(VhostUserRequest.SET_OWNER));
            other.send(KICK, number, number);
            assertThat(channel.receive()).isEqualTo(KICK);
            assertThat(channel.descriptorCount()).isEqualTo(1);
            assertThat(channel.receive())
                    .isEqualTo(VhostUserMessage.ask(VhostUserRequest.SET_OWNER));
            assertThat(channel.descriptorCount()).isZero();
            assertThat(channel.receive()).isEqualTo(KICK);
            assertThat(channel.descriptorCount()).isEqualTo(2);
            assertThat(channel.receive()).isNull();
        }
    }

    @Test
    void refusesMoreDescriptorsThanAnyMessageHas() throws Exception {
        int bytes = VhostUserCodec.encode(KICK, wire);
        try (EventFd event = EventFd.create()) {
            int[] many = new int[VhostUserChannel.DESCRIPTORS_MAX + 1];
            Arrays.fill(many, event.descriptor().number());
            assertThat(peer.send(wire, bytes, many, many.length)).isEqualTo(bytes);
        }
        assertThatThrownBy(channel::receive)
                .isInstanceOf(VhostUserException.class)
                .hasMessageContaining("8 descriptors");
    }

    @Test
    void refusesAGiantMessageBeforeItsPayload() {
        wire.fill((byte) 0xFF);
        assertThat(peer.send(wire, VhostUserCodec.HEADER_BYTES, NONE, 0)).isPositive();
        assertThatThrownBy(channel::receive).isInstanceOf(VhostUserException.class);
    }

    @Test
    void tellsThatThePeerHasLeft() throws Exception {
        try (EventFd event = EventFd.create()) {
            int[] passed = {event.descriptor().number()};
            int ignored = VhostUserCodec.encode(KICK, wire);
            assertThat(peer.send(wire, 5, passed, 1)).isEqualTo(5);
            peer.close();
        }
        assertThatThrownBy(channel::receive)
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(VhostUserException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> channel.send(KICK)).hasMessageContaining("takes no messages");
    }

    @Test
    void answersTravelTheOtherWay() throws Exception {
        VhostUserMessage answer = VhostUserMessage.answer(VhostUserRequest.GET_FEATURES, -2L);
        channel.send(answer);
        try (VhostUserChannel other = new VhostUserChannel(peer)) {
            assertThat(other.receive()).isEqualTo(answer);
            try (Descriptor none = other.takeDescriptor()) {
                assertThat(none).isNull();
            }
        }
    }
}
