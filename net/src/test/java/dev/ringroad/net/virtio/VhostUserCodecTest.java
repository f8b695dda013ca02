package dev.ringroad.net.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.net.virtio.VhostUserPayload.Form;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryTable;
import dev.ringroad.net.virtio.VhostUserPayload.Nothing;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VhostUserPayload.VringState;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;

class VhostUserCodecTest {

    private final MemorySegment wire = Arena.ofAuto().allocate(VhostUserCodec.BYTES_MAX);

    private static VhostUserPayload example(Form form) {
        MemoryRegion region = new MemoryRegion(0x1000, 0x2000, 0x7f00_0000_0000L, 0x3000);
        return switch (form) {
            case NOTHING -> new Nothing();
            case NUMBER -> new VhostUserPayload.Number(0x8000_0000_0000_0001L);
            case VRING_STATE -> new VringState(3, 0x8000_0001);
            case VRING_ADDRESS -> new VringAddress(1, 2, 0x7f00_0000_1000L, -1, 4, 5);
            case MEMORY_TABLE -> new MemoryTable(List.of(region, region, region));
        };
    }

    @ParameterizedTest
    @EnumSource
    void everyMessageComesBackAsItWas(VhostUserRequest request) throws Exception {
        VhostUserMessage ask = VhostUserMessage.ask(request, example(request.asked()));
        VhostUserMessage answer = VhostUserMessage.answer(request, example(request.answered()));
        for (VhostUserMessage message : List.of(ask, ask.acknowledged(), answer)) {
            int bytes = VhostUserCodec.encode(message, wire);
            assertThat(VhostUserCodec.payloadBytes(wire))
                    .isEqualTo(bytes - VhostUserCodec.HEADER_BYTES);
            assertThat(VhostUserCodec.decode(wire)).isEqualTo(message);
        }
    }

    /** What testpmd's front end writes, and a back end's answer to it. */
    @Test
    void writesWhatOthersRead() {
        assertThat(written(VhostUserMessage.ask(VhostUserRequest.SET_VRING_NUM, state(1, 256))))
                .isEqualTo("08000000" + "01000000" + "08000000" + "01000000" + "00010000");
        assertThat(written(VhostUserMessage.ask(VhostUserRequest.SET_OWNER).acknowledged()))
                .isEqualTo("03000000" + "09000000" + "00000000");
        assertThat(written(VhostUserMessage.answer(VhostUserRequest.GET_FEATURES, 0x1_0000_8000L)))
                .isEqualTo("01000000" + "05000000" + "08000000" + "0080000001000000");
    }

    private static VringState state(int index, int value) {
        return new VringState(index, value);
    }

    private String written(VhostUserMessage message) {
        int bytes = VhostUserCodec.encode(message, wire);
        return HexFormat.of().formatHex(wire.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void refusesWhatIsNoMessage() {
        assertRefused(1, 2, 0, "version");
        assertRefused(77, 1, 0, "77");
        assertRefused(-1, 1, 0, "4294967295");
        assertRefused(0, 1, 0, "Request 0");
        assertRefused(VhostUserRequest.SET_FEATURES.id(), 1, 4, "needs 8 bytes");
        assertRefused(VhostUserRequest.SET_VRING_ADDR.id(), 1, 39, "needs 40 bytes");
        assertRefused(1, 1, VhostUserCodec.PAYLOAD_BYTES_MAX + 1, "at most");
        assertRefused(1, 1, -1, "4294967295");
    }

    private void assertRefused(int id, int flags, int bytes, String words) {
        wire.fill((byte) 0);
        wire.set(ValueLayout.JAVA_INT, 0, id);
        wire.set(ValueLayout.JAVA_INT, 4, flags);
        wire.set(ValueLayout.JAVA_INT, 8, bytes);
        assertThatThrownBy(() -> VhostUserCodec.decode(wire))
                .isInstanceOf(VhostUserException.class)
                .hasMessageContaining(words);
    }

    @Test
    void refusesAMemoryTableThatClaimsMoreThanItHas() {
        VhostUserPayload table = example(Form.MEMORY_TABLE);
        VhostUserCodec.encode(VhostUserMessage.ask(VhostUserRequest.SET_MEM_TABLE, table), wire);
        for (int count : new int[] {0, 4, MemoryTable.REGIONS_MAX + 1, -1}) {
            wire.set(ValueLayout.JAVA_INT, VhostUserCodec.HEADER_BYTES, count);
            assertThatThrownBy(() -> VhostUserCodec.decode(wire))
                    .isInstanceOf(VhostUserException.class);
        }
    }

    @Test
    void namesFeatures() {
        assertThat(VirtioFeature.names(0x950008000L))
                .isEqualTo("NET_MRG_RXBUF, INDIRECT_DESC, PROTOCOL_FEATURES, VERSION_1, IN_ORDER");
        assertThat(VhostUserFeature.names(0x10009)).isEqualTo("MQ, REPLY_ACK, STATUS");
        assertThat(VirtioFeature.names(1L << 63)).isEqualTo("bit 63");
        assertThat(VirtioFeature.names(0)).isEqualTo("none");
    }
}
