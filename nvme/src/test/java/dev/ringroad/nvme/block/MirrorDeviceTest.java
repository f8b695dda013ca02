package dev.ringroad.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;

class MirrorDeviceTest {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(4096);
    private MemoryDevice left;
    private MemoryDevice right;
    private FaultDevice leftFaults;
    private FaultDevice rightFaults;
    private MirrorDevice mirror;

    @BeforeEach
    void open() throws IOException {
        left = MemoryDevice.create("left", 512, 64);
        right = MemoryDevice.create("right", 512, 64);
        leftFaults = new FaultDevice("left faults", left);
        rightFaults = new FaultDevice("right faults", right);
        mirror = MirrorDevice.of("mirror", List.of(leftFaults, rightFaults));
    }

    @AfterEach
    void close() {
        arena.close();
        left.close();
        right.close();
    }

    private BlockRequest write(Exchange exchange, long block, int value) {
        memory.fill((byte) value);
        return exchange.request().fill(BlockOperation.WRITE, block, 1, memory, 0);
    }

    private BlockRequest read(Exchange exchange, long block) {
        return exchange.request().fill(BlockOperation.READ, block, 1, memory, 0);
    }

    @Test
    void writesToAllLegs() throws Exception {
        try (Exchange exchange = new Exchange(mirror.openChannel(4))) {
            assertThat(exchange.perform(write(exchange, 3, 7))).isEqualTo(BlockStatus.OK);
        }
        assertThat(left.content().get(ValueLayout.JAVA_BYTE, 3 * 512)).isEqualTo((byte) 7);
        assertThat(right.content().get(ValueLayout.JAVA_BYTE, 3 * 512)).isEqualTo((byte) 7);
    }

    @Test
    void sharesReadsAmongTheLegs() throws Exception {
        StatisticsDevice one = new StatisticsDevice("one", left);
        StatisticsDevice other = new StatisticsDevice("other", right);
        MirrorDevice counted = MirrorDevice.of("counted", List.of(one, other));
        try (Exchange exchange = new Exchange(counted.openChannel(16))) {
            for (int i = 0; i < 64; i++) {
                exchange.submit(read(exchange, i));
            }
        }
        assertThat(one.counts().requests(BlockOperation.READ)).isEqualTo(32);
        assertThat(other.counts().requests(BlockOperation.READ)).isEqualTo(32);
    }

    @Test
    void dropsALegThatFailsAWriteAndNeverReadsItAgain() throws Exception {
        rightFaults.set(Fault.fail(BlockStatus.MEDIA_ERROR).on(BlockOperation.WRITE).times(1));
        try (Exchange exchange = new Exchange(mirror.openChannel(4))) {
            assertThat(exchange.perform(write(exchange, 0, 5))).isEqualTo(BlockStatus.OK);
            for (int i = 0; i < 10; i++) {
                memory.fill((byte) 0);
                assertThat(exchange.perform(read(exchange, 0))).isEqualTo(BlockStatus.OK);
                assertThat(memory.get(ValueLayout.JAVA_BYTE, 100)).isEqualTo((byte) 5);
            }
        }
        assertThat(mirror.drops()).isEqualTo(1);
        MirrorLeg dropped = mirror.state().get(1);
        assertThat(dropped.inSync()).isFalse();
        assertThat(dropped.reason()).contains("write").contains("medium");
        assertThat(mirror.state().get(0).inSync()).isTrue();
    }

    @Test
    void dropsALegThatFailsAFlush() throws Exception {
        leftFaults.set(Fault.fail(BlockStatus.GONE).on(BlockOperation.FLUSH));
        try (Exchange exchange = new Exchange(mirror.openChannel(4))) {
            assertThat(exchange.perform(exchange.request().flush())).isEqualTo(BlockStatus.OK);
        }
        assertThat(mirror.state().get(0).inSync()).isFalse();
    }

    @Test
    void neverDropsTheLastLegAndTellsThatAWriteFailedEverywhere() throws Exception {
        leftFaults.set(Fault.fail(BlockStatus.MEDIA_ERROR).on(BlockOperation.WRITE));
        rightFaults.set(Fault.fail(BlockStatus.NO_SPACE).on(BlockOperation.WRITE));
        try (Exchange exchange = new Exchange(mirror.openChannel(4))) {
            assertThat(exchange.perform(write(exchange, 0, 5))).isEqualTo(BlockStatus.MEDIA_ERROR);
            assertThat(mirror.drops()).isZero();
            leftFaults.set();
            assertThat(exchange.perform(write(exchange, 0, 6))).isEqualTo(BlockStatus.OK);
            leftFaults.set(Fault.fail(BlockStatus.GONE));
            assertThat(exchange.perform(write(exchange, 0, 7))).isEqualTo(BlockStatus.GONE);
            assertThat(exchange.perform(read(exchange, 0))).isEqualTo(BlockStatus.GONE);
        }
        assertThat(mirror.state().get(0).inSync()).isTrue();
    }

    @Test
    void readsElsewhereWhatOneLegCannotRead() throws Exception {
        leftFaults.set(Fault.fail(BlockStatus.MEDIA_ERROR).on(BlockOperation.READ));
        try (Exchange exchange = new Exchange(mirror.openChannel(4))) {
            for (int i = 0; i < 10; i++) {
                assertThat(exchange.perform(read(exchange, i))).isEqualTo(BlockStatus.OK);
            }
        }
        assertThat(mirror.state().get(0).inSync()).isTrue();
        assertThat(mirror.state().get(0).readErrors()).isPositive();
        assertThat(mirror.drops()).isZero();
    }

    @Test
    void dropsALegThatIsGoneWhenItIsRead() throws Exception {
        leftFaults.set(Fault.fail(BlockStatus.GONE));
        try (Exchange exchange = new Exchange(mirror.openChannel(4))) {
            for (int i = 0; i < 4; i++) {
                assertThat(exchange.perform(read(exchange, i))).isEqualTo(BlockStatus.OK);
            }
        }
        assertThat(mirror.state().get(0).reason()).contains("read").contains("gone");
    }

    @Test
    void takesALegInAgainThatWasRebuilt() throws Exception {
        rightFaults.set(Fault.fail(BlockStatus.MEDIA_ERROR).on(BlockOperation.WRITE));
        try (Exchange exchange = new Exchange(mirror.openChannel(4))) {
            for (int i = 0; i < 64; i++) {
                assertThat(exchange.perform(write(exchange, i, i + 1))).isEqualTo(BlockStatus.OK);
            }
        }
        assertThatThrownBy(() -> mirror.rebuild(1, (_, _) -> {}))
                .isInstanceOf(BlockException.class);
        assertThat(mirror.warnings())
                .singleElement()
                .asString()
                .contains("Leg 1 of mirror, right faults", "rebuilding it failed", "medium failed");
        assertThat(mirror.state().get(1).inSync()).isFalse();
        rightFaults.set();
        long[] copied = {0};
        mirror.rebuild(1, (blocks, _) -> copied[0] = blocks);
        assertThat(copied[0]).isEqualTo(64);
        assertThat(mirror.state().get(1).inSync()).isTrue();
        assertThat(mirror.warnings()).isEmpty();
        assertThat(left.content().mismatch(right.content())).isEqualTo(-1);
    }

    @Test
    void leavesAStaleLegAloneUntilItIsRebuilt() throws Exception {
        left.content().fill((byte) 9);
        MirrorDevice stale = MirrorDevice.of("stale", List.of(left, right), Set.of(1));
        try (Exchange exchange = new Exchange(stale.openChannel(4))) {
            for (int i = 0; i < 6; i++) {
                assertThat(exchange.perform(read(exchange, i))).isEqualTo(BlockStatus.OK);
                assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 9);
            }
        }
        stale.rebuild(1, (_, _) -> {});
        assertThat(right.content().get(ValueLayout.JAVA_BYTE, 511)).isEqualTo((byte) 9);
        assertThatThrownBy(() -> MirrorDevice.of("none", List.of(left, right), Set.of(0, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void completesAWriteOnceWhenALegIsSlow() throws Exception {
        rightFaults.set(Fault.hold());
        try (Exchange exchange = new Exchange(mirror.openChannel(4))) {
            exchange.submit(write(exchange, 0, 1));
            for (int i = 0; i < 5; i++) {
                exchange.pollAt(i);
            }
            assertThat(exchange.statuses).isEmpty();
            assertThat(exchange.channel.outstanding()).isEqualTo(1);
            assertThatThrownBy(exchange.channel::close).isInstanceOf(IllegalStateException.class);
            rightFaults.release();
            exchange.drain();
            assertThat(exchange.statuses).containsExactly(BlockStatus.OK);
        }
    }
}
