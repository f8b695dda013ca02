package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringroad.core.linux.Errno;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Commands of sockets, against the kernel; those of devices up to a device that knows none. */
final class CommandOperationsTest {
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_REUSEADDR = 2;
    private static final int O_RDWR = 2;

    @Test
    void socketsTellWhatIsThereToRead() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(UringConfig.of(8));
                Pair pair = new Pair(ring)) {
            ring.commands().prepareBytesToRead(pair.socket);
            assertThat(Completions.result(ring)).isZero();
            pair.write("12345");
            ring.sockets()
                    .prepareReceive(pair.socket, arena.allocate(8), 0, 5, 2 | 0x100); // PEEK, ALL
            assertThat(Completions.result(ring)).isEqualTo(5);
            ring.commands().prepareBytesToRead(pair.socket);
            assertThat(Completions.result(ring)).isEqualTo(5);
            ring.commands().prepareBytesUnsent(pair.socket);
            assertThat(Completions.result(ring)).isZero();
        }
    }

    @Test
    void socketsTellAndTakeOptions() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(UringConfig.of(8));
                Pair pair = new Pair(ring)) {
            MemorySegment value = arena.allocate(4, 4);
            CommandOperations commands = ring.commands();
            commands.prepareGetOption(pair.socket, SOL_SOCKET, SO_TYPE, value);
            assertThat(Completions.result(ring)).isEqualTo(4);
            assertThat(value.get(JAVA_INT, 0)).isOne();
            value.set(JAVA_INT, 0, 1);
            commands.prepareSetOption(pair.socket, SOL_SOCKET, SO_REUSEADDR, value);
            assertThat(Completions.result(ring)).isZero();
            value.set(JAVA_INT, 0, 0);
            commands.prepareGetOption(pair.socket, SOL_SOCKET, SO_REUSEADDR, value);
            assertThat(Completions.result(ring)).isEqualTo(4);
            assertThat(value.get(JAVA_INT, 0)).isOne();
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> commands.prepareGetOption(pair.socket, 1, 3, value.asSlice(0, 2)))
                    .withMessageContaining("4 bytes at least");
        }
    }

    @Test
    void deviceThatKnowsNoCommandsRefusesThem() throws Exception {
        UringConfig large = UringConfig.of(8).require(SetupFlag.SQE128).require(SetupFlag.CQE32);
        for (UringConfig config : new UringConfig[] {UringConfig.of(8), large}) {
            int bytes = config.equals(large) ? 80 : 16;
            try (Arena arena = Arena.ofConfined();
                    Uring ring = Uring.open(config)) {
                MemorySegment path = arena.allocateFrom("/dev/zero");
                int directory = FileOperations.WORKING_DIRECTORY;
                ring.files().prepareOpenAt(directory, path, O_RDWR, 0);
                int device = Completions.result(ring);
                ring.commands().prepareDevice(device, 1, arena.allocate(bytes));
                assertThat(Completions.result(ring)).isEqualTo(-Errno.EOPNOTSUPP);
                assertThatIllegalArgumentException()
                        .isThrownBy(
                                () ->
                                        ring.commands()
                                                .prepareDevice(
                                                        device, 1, arena.allocate(bytes + 1)))
                        .withMessageContaining("up to " + bytes + " bytes");
                ring.files().prepareClose(device);
                assertThat(Completions.result(ring)).isZero();
            }
        }
    }
}
