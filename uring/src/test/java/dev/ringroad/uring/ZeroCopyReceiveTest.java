package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.SystemCallException;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.NetworkInterface;

/**
 * The refill ring against memory, and the registration up to the kernel's refusal: no virtual
 * adapter hands its receive queues over.
 */
final class ZeroCopyReceiveTest {
    private static final int HEAD_AT = 0;
    private static final int TAIL_AT = 4;
    private static final int ENTRIES_AT = 64;

    @Test
    void refillRingGivesNoMoreThanItHoldsAndWrapsAround() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(ENTRIES_AT + 4 * RefillRing.ENTRY_BYTES, 64);
            int begin = Integer.MAX_VALUE - 1; // the indices pass the sign
            memory.set(JAVA_INT, HEAD_AT, begin);
            memory.set(JAVA_INT, TAIL_AT, begin);
            RefillRing ring = new RefillRing(memory, HEAD_AT, TAIL_AT, ENTRIES_AT, 4);
            for (int i = 0; i < 4; i++) {
                assertThat(ring.room()).isEqualTo(4 - i);
                assertThat(ring.offer(4096L * i, 100 + i)).isTrue();
            }
            assertThat(ring.offer(1, 1)).isFalse();
            assertThat(memory.get(JAVA_INT, TAIL_AT)).as("not shown yet").isEqualTo(begin);
            ring.publish();
            assertThat(memory.get(JAVA_INT, TAIL_AT)).isEqualTo(begin + 4);
            for (int i = 0; i < 4; i++) {
                long at = ENTRIES_AT + 16L * ((begin + i) & 3);
                assertThat(memory.get(JAVA_LONG, at)).isEqualTo(4096L * i);
                assertThat(memory.get(JAVA_INT, at + 8)).isEqualTo(100 + i);
            }
            memory.set(JAVA_INT, HEAD_AT, begin + 3); // the kernel takes three
            assertThat(ring.room()).isEqualTo(3);
            assertThat(ring.offer(77, 7)).isTrue();
            assertThat(memory.get(JAVA_LONG, ENTRIES_AT + 16L * (begin & 3))).isEqualTo(77);
        }
    }

    @Test
    void offsetsLieInTheLowBits() {
        assertThat(ZeroCopyReceive.offset(3L << 48 | 0x1234_5678_9abcL))
                .isEqualTo(0x1234_5678_9abcL);
    }

    @Test
    void loopbackCannotAndNothingLeaks() throws Exception {
        long mapped = Mappings.mappedBytes();
        int loopback = NetworkInterface.getByName("lo").getIndex();
        UringConfig config = UringConfig.of(8).require(SetupFlag.CQE32);
        try (Uring ring = Uring.open(config);
                Uring small = Uring.open(UringConfig.of(8))) {
            assertThatThrownBy(() -> ZeroCopyReceive.open(ring, loopback, 0, 1 << 20, 256))
                    .isInstanceOfSatisfying(
                            SystemCallException.class,
                            e ->
                                    assertThat(e.errno())
                                            .isIn(Errno.EOPNOTSUPP, Errno.EINVAL, Errno.EPERM))
                    .hasMessageContaining("receive queue 0 of interface " + loopback)
                    .hasMessageContaining("Remedy:");
            assertThatThrownBy(() -> ZeroCopyReceive.open(ring, 999_999, 0, 1 << 20, 256))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("Remedy:");
            assertThatThrownBy(() -> ZeroCopyReceive.open(small, loopback, 0, 1 << 20, 256))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("Remedy:");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ZeroCopyReceive.open(ring, loopback, 0, 1 << 20, 100))
                    .withMessageContaining("power of two");
        }
        assertThat(Mappings.mappedBytes()).isEqualTo(mapped);
    }
}
