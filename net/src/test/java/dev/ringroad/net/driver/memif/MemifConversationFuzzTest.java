package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.net.driver.memif.MemifClientHandshake.Outgoing;
import dev.ringroad.net.driver.memif.MemifMessage.AddRegion;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Whatever a peer says in whatever order: it is answered, or refused with a sentence, and no
 * descriptor stays open. The input is a row of messages, each behind a byte whose lowest bit says
 * whether a descriptor comes along.
 */
class MemifConversationFuzzTest {

    private static final int RECORD_BYTES = 1 + MemifMessageCodec.BYTES;
    private static final int SEEDS = 300;

    @FuzzTest(maxDuration = "1m")
    void anyConversation(byte[] data) throws Exception {
        talkToServer(data);
        talkToClient(data);
    }

    private static MemifMessage message(byte[] data, int record) throws MemifProtocolException {
        int at = record * RECORD_BYTES + 1;
        byte[] bytes = new byte[MemifMessageCodec.BYTES];
        int present = Math.min(bytes.length, data.length - at);
        System.arraycopy(data, at, bytes, 0, Math.max(0, present));
        int size = present < bytes.length && (data[at - 1] & 2) != 0 ? present : bytes.length;
        return MemifMessageCodec.decode(MemorySegment.ofArray(bytes), size);
    }

    private static void talkToServer(byte[] data) throws Exception {
        List<Descriptor> passed = new ArrayList<>();
        MemifServerHandshake server = new MemifServerHandshake(MemifConfig.server("/x"));
        try (server) {
            for (int i = 0; i * RECORD_BYTES < data.length; i++) {
                MemifMessage message = message(data, i);
                Descriptor descriptor = null;
                if ((data[i * RECORD_BYTES] & 1) != 0) {
                    descriptor = EventFd.create().descriptor();
                    passed.add(descriptor);
                }
                MemifMessage answer = server.receive(message, descriptor);
                assertThat(answer == null).isEqualTo(server.offered());
                if (server.offered()) {
                    assertThat(server.regions()).hasSizeLessThanOrEqualTo(16);
                    assertThat(server.toServer().doorbell().isOpen()).isTrue();
                    assertThat(server.toClient().doorbell().isOpen()).isTrue();
                }
            }
        } catch (MemifProtocolException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        assertThat(passed).noneMatch(Descriptor::isOpen);
    }

    private static void talkToClient(byte[] data) throws Exception {
        MemifClientHandshake client =
                new MemifClientHandshake(
                        MemifConfig.client("/x"),
                        log2 -> {
                            assertThat(log2).isBetween(0, MemifRing.LOG2_MAX);
                            return List.of(new Outgoing(new AddRegion(0, 4096), 1));
                        });
        int sent = 0;
        try {
            for (int i = 0; i * RECORD_BYTES < data.length; i++) {
                sent += client.receive(message(data, i)) == null ? 0 : 1;
            }
        } catch (MemifProtocolException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        assertThat(sent).isLessThanOrEqualTo(3);
    }

    /** Conversations that begin well and go wrong somewhere. */
    @Test
    void mutatedConversations() throws Exception {
        byte[] good = goodConversation();
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] data = good.clone();
            int mutations = 1 + random.nextInt(4);
            for (int i = 0; i < mutations; i++) {
                int record = random.nextInt(data.length / RECORD_BYTES);
                data[record * RECORD_BYTES + random.nextInt(20)] = (byte) random.nextInt(256);
            }
            try {
                anyConversation(data);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static byte[] goodConversation() {
        List<MemifMessage> messages =
                List.of(
                        new MemifMessage.Init(0x200, 0, 0, "", "x"),
                        new AddRegion(0, 65536),
                        new AddRegion(1, 65536),
                        new MemifMessage.AddRing(true, 0, 0, 0, 4, 0),
                        new MemifMessage.AddRing(false, 0, 0, 4096, 4, 0),
                        new MemifMessage.Connect("x"));
        byte[] data = new byte[messages.size() * RECORD_BYTES];
        for (int i = 0; i < messages.size(); i++) {
            data[i * RECORD_BYTES] = (byte) (i >= 1 && i <= 4 ? 1 : 0);
            MemorySegment into = MemorySegment.ofArray(data).asSlice(i * RECORD_BYTES + 1L);
            MemifMessageCodec.encode(messages.get(i), into.asSlice(0, MemifMessageCodec.BYTES));
        }
        return data;
    }
}
