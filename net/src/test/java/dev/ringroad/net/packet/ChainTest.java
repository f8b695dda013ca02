package dev.ringroad.net.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.Offload;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;

class ChainTest {

    private final PacketPool pool = PacketPool.create("chains", 80, 512, Placement.ordinary());
    private int filled;

    @AfterEach
    void everythingIsBack() {
        int available = pool.available();
        pool.close();
        assertThat(available).isEqualTo(pool.packets());
    }

    @Test
    void aPacketAloneIsAChainOfOne() {
        Packet packet = part(10);
        assertThat(packet.next()).isNull();
        assertThat(packet.parts()).isEqualTo(1);
        assertThat(packet.totalLength()).isEqualTo(10);
        assertThat(packet.linearize()).isTrue();
        packet.release();
    }

    @Test
    void addsUpItsParts() {
        Packet head = chain(10, 0, 30);
        assertThat(head.parts()).isEqualTo(3);
        assertThat(head.length()).isEqualTo(10);
        assertThat(head.totalLength()).isEqualTo(40);
        assertThat(head.toString()).contains("more behind it");
        head.chain(chain(1, 2));
        assertThat(head.parts()).isEqualTo(5);
        assertThat(head.totalLength()).isEqualTo(43);
        head.release();
    }

    @Test
    void copiesAnyRangeOut() {
        Packet head = chain(5, 0, 1, 7, 20);
        byte[] all = bytes(0, 33);
        for (int at = 0; at <= 33; at++) {
            for (int n = 0; n <= 33 - at; n++) {
                byte[] expected = Arrays.copyOfRange(all, at, at + n);
                byte[] array = new byte[n + 2];
                head.copyOut(at, array, 1, n);
                assertThat(Arrays.copyOfRange(array, 1, n + 1)).isEqualTo(expected);
                ByteBuffer buffer = ByteBuffer.allocateDirect(n + 2);
                head.copyOut(at, buffer, 1, n);
                byte[] fromBuffer = new byte[n];
                buffer.get(1, fromBuffer);
                assertThat(fromBuffer).isEqualTo(expected);
                byte[] fromSegment = new byte[n + 2];
                head.copyOut(at, MemorySegment.ofArray(fromSegment), 1, n);
                assertThat(fromSegment).isEqualTo(array);
            }
        }
        assertThatThrownBy(() -> head.copyOut(30, new byte[9], 0, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> head.copyOut(-1, new byte[9], 0, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
        head.release();
    }

    @Test
    void becomesOnePieceInTheFirstPacket() {
        Packet head = chain(100, 200, 84);
        assertThat(head.linearize()).isTrue();
        assertThat(head.next()).isNull();
        assertThat(head.length()).isEqualTo(384);
        assertHolds(head, 384);
        assertThat(pool.available()).isEqualTo(79);
        head.release();
    }

    @Test
    void staysInPiecesWhereThereIsNoRoomOrSomebodyElseLooks() {
        Packet tooLong = chain(100, 200, 85);
        assertThat(tooLong.linearize()).isFalse();
        assertThat(tooLong.parts()).isEqualTo(3);
        assertHolds(tooLong, 385);
        tooLong.release();
        Packet kept = chain(10, 10);
        kept.retain();
        assertThat(kept.linearize()).isFalse();
        assertThat(kept.length()).isEqualTo(10);
        kept.release();
        assertThat(kept.linearize()).isTrue();
        kept.release();
    }

    @Test
    void isCopiedInOnePiece() {
        Packet chain = chain(100, 200, 84);
        chain.setFlags(Packet.CHECKSUM_VERIFIED);
        Packet copy = chain(1, 1);
        copy.copyFrom(chain);
        assertThat(copy.next()).isNull();
        assertThat(copy.has(Packet.CHECKSUM_VERIFIED)).isTrue();
        filled = 0;
        assertHolds(copy, 384);
        chain.chain(part(1));
        assertThatThrownBy(() -> copy.copyFrom(chain))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(copy.length()).isEqualTo(384);
        chain.release();
        copy.release();
    }

    @Test
    void givesTheRestToWhoeverEndsIt() {
        Packet head = chain(1, 2, 3);
        Packet rest = Objects.requireNonNull(head.unchain());
        assertThat(head.unchain()).isNull();
        assertThat(rest.totalLength()).isEqualTo(5);
        head.release();
        assertThat(rest.totalLength()).isEqualTo(5);
        rest.release();
    }

    @Test
    void forgetsTheRestWhenReset() {
        Packet head = chain(1, 2, 3);
        head.reset();
        assertThat(head.parts()).isEqualTo(1);
        assertThat(pool.available()).isEqualTo(79);
        head.release();
    }

    @Test
    void isLinkedInOneGo() {
        Packet[] parts = new Packet[Packet.PARTS_MAX];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = part(3);
        }
        Packet head = parts[0];
        head.chainAll(parts, 1, parts.length);
        assertThat(head.parts()).isEqualTo(Packet.PARTS_MAX);
        assertHolds(head, 3 * Packet.PARTS_MAX);
        head.release();
    }

    @Test
    void hasNoMorePartsThanTheMost() {
        Packet[] parts = new Packet[Packet.PARTS_MAX + 1];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = part(3);
        }
        Packet head = parts[0];
        assertThatThrownBy(() -> head.chainAll(parts, 1, parts.length))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("64 at most");
        head.chainAll(parts, 1, parts.length - 1);
        Packet last = parts[parts.length - 1];
        assertThatThrownBy(() -> head.chain(last))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("first of 65 packets");
        last.release();
        head.release();
    }

    @Test
    void refusesACircle() {
        Packet head = chain(1, 2);
        Packet second = Objects.requireNonNull(head.next());
        assertThatThrownBy(() -> head.chain(head)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> head.chain(second)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> second.chain(head)).isInstanceOf(IllegalStateException.class);
        head.release();
    }

    @Test
    void freesASharedBodyOnceAfterTheLast() {
        Packet body = chain(5, 6);
        Packet[] clones = new Packet[3];
        for (int i = 0; i < clones.length; i++) {
            clones[i] = part(2);
            body.retain();
            clones[i].chain(body);
        }
        body.release();
        assertThat(body.references()).isEqualTo(3);
        clones[1].release();
        clones[0].release();
        assertThat(clones[2].totalLength()).isEqualTo(13);
        assertThat(pool.available()).isEqualTo(77);
        clones[2].release();
    }

    @Test
    void sharesTheEndOfAChainWithChainsOfAnotherLength() {
        Packet body = chain(5, 6, 7);
        Packet middle = Objects.requireNonNull(body.next());
        Packet other = part(1);
        middle.retain();
        other.chain(middle);
        body.release();
        assertThat(pool.available()).isEqualTo(77);
        assertThat(other.totalLength()).isEqualTo(14);
        other.release();
    }

    @Test
    void keepsASharedChainAsItIs() {
        Packet body = chain(5, 6);
        Packet one = part(2);
        body.retain();
        one.chain(body);
        Packet more = part(1);
        assertThatThrownBy(() -> one.chain(more))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("shared");
        assertThatThrownBy(() -> body.chain(more)).isInstanceOf(IllegalStateException.class);
        one.release();
        body.chain(more);
        body.release();
    }

    @Test
    void trapsAPartThatWasReleasedOnItsOwn() {
        Packet head = chain(5, 6);
        Packet part = Objects.requireNonNull(head.next());
        part.release();
        assertThatThrownBy(head::totalLength)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("used after its release")
                .hasStackTraceContaining("trapsAPartThatWasReleasedOnItsOwn");
        head.unchain();
        head.release();
    }

    @Test
    void sumsAChecksumOverPartsOfOddLengths() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 500; round++) {
            filled = random.nextInt(1000);
            int begin = filled;
            Packet head = part(20 + random.nextInt(5));
            for (int i = random.nextInt(6); i >= 0; i--) {
                head.chain(part(random.nextInt(50)));
            }
            BigEndian.u16(head.segment(), head.offset() + 16, 0);
            byte[] whole = new byte[head.totalLength()];
            head.copyOut(0, whole, 0, whole.length);
            int expected = Checksum.of(MemorySegment.ofArray(whole), 14, whole.length - 14);
            head.requestChecksum(14, 2);
            Offload.completeChecksum(head);
            int found = BigEndian.u16(head.segment(), head.offset() + 16);
            assertThat(found).as("from %d on", begin).isEqualTo(expected == 0 ? 0xFFFF : expected);
            head.release();
        }
    }

    private Packet chain(int... lengths) {
        filled = 0;
        Packet head = part(lengths[0]);
        for (int i = 1; i < lengths.length; i++) {
            head.chain(part(lengths[i]));
        }
        return head;
    }

    private Packet part(int bytes) {
        Packet packet = Objects.requireNonNull(pool.acquire());
        packet.append(bytes);
        packet.copyIn(0, bytes(filled, bytes), 0, bytes);
        filled += bytes;
        return packet;
    }

    private static byte[] bytes(int from, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) ((from + i) * 37 + ((from + i) >> 3));
        }
        return bytes;
    }

    private static void assertHolds(Packet packet, int bytes) {
        byte[] data = new byte[bytes];
        packet.copyOut(0, data, 0, bytes);
        assertThat(data).isEqualTo(bytes(0, bytes));
    }
}
