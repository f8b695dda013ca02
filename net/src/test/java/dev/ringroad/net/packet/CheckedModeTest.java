package dev.ringroad.net.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.Placement;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Objects;

/** Tests always run with {@code -Dringroad.checked=true}. */
class CheckedModeTest {

    private final PacketPool pool = PacketPool.create("watched", 2, 256, Placement.ordinary());

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void isOnInTests() {
        assertThat(PacketPool.CHECKED).isTrue();
    }

    @Test
    void namesWhoReleasedBeforeASecondRelease() {
        Packet packet = acquire();
        releaseAsTheCulprit(packet);
        assertThatThrownBy(packet::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("released once more")
                .hasMessageContaining("watched")
                .cause()
                .satisfies(cause -> assertNames(cause, "releaseAsTheCulprit"));
        assertThat(pool.available()).isEqualTo(2);
    }

    @Test
    void namesWhoReleasedBeforeAUse() {
        Packet packet = acquire();
        packet.append(10);
        releaseAsTheCulprit(packet);
        ThrowingCallable[] uses = {
            packet::offset,
            packet::length,
            packet::retain,
            packet::reset,
            () -> packet.append(1),
            () -> packet.prepend(1),
            () -> packet.trimFront(1),
            () -> packet.trimTo(1),
            () -> packet.start(1),
            () -> packet.window(packet.startOffset(), 1),
            () -> packet.copyIn(0, new byte[1], 0, 1),
            () -> packet.copyOut(0, new byte[1], 0, 1),
            () -> packet.copyFrom(packet)
        };
        for (ThrowingCallable use : uses) {
            assertThatThrownBy(use)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("used after its release")
                    .cause()
                    .satisfies(cause -> assertNames(cause, "releaseAsTheCulprit"));
        }
    }

    @Test
    void namesWhoAcquiredWhatLeaks() {
        PacketPool leaking = PacketPool.create("leaking", 2, 256, Placement.ordinary());
        Packet packet = acquireAsTheCulprit(leaking);
        assertThat(packet.references()).isEqualTo(1);
        assertThatThrownBy(leaking::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("leaking was closed with 1 packets not released")
                .cause()
                .satisfies(cause -> assertNames(cause, "acquireAsTheCulprit"));
        leaking.close();
    }

    @Test
    void overwritesWhatWasReleased() {
        Packet packet = acquire();
        packet.append(64);
        long offset = packet.offset();
        packet.release();
        assertThat(pool.region().segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, offset))
                .isEqualTo((byte) 0xDB);
    }

    @Test
    void trapsWithoutStacksToo() {
        pool.recordStacks(false);
        Packet packet = acquire();
        packet.release();
        assertThatThrownBy(packet::release).isInstanceOf(IllegalStateException.class).hasNoCause();
    }

    @Test
    void trapsARawReleaseOfWhatIsNotPlain() {
        Packet packet = acquire();
        packet.retain();
        assertTrapsRawRelease(packet);
        packet.release();
        packet.setFlags(Packet.CHECKSUM_VERIFIED);
        assertTrapsRawRelease(packet);
        packet.reset();
        packet.chain(acquire());
        assertTrapsRawRelease(packet);
        packet.reset();
        try (PacketPool other = PacketPool.create("other", 1, 256, Placement.ordinary())) {
            assertThatThrownBy(() -> other.releaseRaw(packet))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("was released raw to other");
        }
        pool.releaseRaw(packet);
        assertThatThrownBy(() -> pool.releaseRaw(packet))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("released once more");
        assertThat(pool.available()).isEqualTo(2);
    }

    private void assertTrapsRawRelease(Packet packet) {
        assertThatThrownBy(() -> pool.releaseRaw(new Packet[] {packet}, 0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was released raw to watched");
    }

    @Test
    void trapsASecondReleaseWithinABurst() {
        Packet packet = acquire();
        Burst burst = new Burst(2);
        burst.add(packet);
        burst.add(packet);
        assertThatThrownBy(burst::releaseAll)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("released once more");
        assertThat(pool.available()).isEqualTo(2);
    }

    @Test
    void trapsReadingBehindABurst() {
        Burst burst = new Burst(2);
        burst.add(acquire());
        burst.releaseAll();
        assertThatThrownBy(() -> burst.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private Packet acquire() {
        return Objects.requireNonNull(pool.acquire());
    }

    private static Packet acquireAsTheCulprit(PacketPool from) {
        return Objects.requireNonNull(from.acquire());
    }

    private static void releaseAsTheCulprit(Packet packet) {
        packet.release();
    }

    private static void assertNames(Throwable trace, String method) {
        assertThat(trace.getStackTrace())
                .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo(method));
    }
}
