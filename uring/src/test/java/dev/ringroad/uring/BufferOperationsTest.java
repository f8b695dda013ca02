package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ringroad.core.linux.Errno;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Groups that get their buffers by entries. */
final class BufferOperationsTest {

    @Test
    void buffersAreProvidedTakenAndRemoved() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(UringConfig.of(8));
                Pair pair = new Pair(ring)) {
            MemorySegment memory = arena.allocate(32);
            BufferOperations buffers = ring.buffers();
            buffers.prepareProvide(memory, 8, 5, 100);
            assertThat(Completions.result(ring)).isZero();
            pair.write("provided");
            ring.sockets().prepareReceive(pair.socket, 5, 0);
            Completions.One one = Completions.of(ring, 1).getFirst();
            assertThat(one.result()).isEqualTo(8);
            int id = Completion.bufferId(one.flags());
            assertThat(id).isBetween(100, 103);
            assertThat(Segments.text(memory, (id - 100) * 8L, 8)).isEqualTo("provided");
            buffers.prepareRemove(5, 10);
            assertThat(Completions.result(ring)).isEqualTo(3);
            buffers.prepareRemove(6, 1);
            assertThat(Completions.result(ring)).isEqualTo(-Errno.ENOENT);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> buffers.prepareProvide(memory, 33, 5, 0));
        }
    }

    @Test
    void filesAreReadIntoBuffersOfAGroup() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(UringConfig.of(8));
                BufferGroup group = ring.registerBufferGroup(1, 2, 16, false)) {
            MemorySegment path = arena.allocateFrom("/proc/self/comm");
            ring.files().prepareOpenAt(FileOperations.WORKING_DIRECTORY, path, 0, 0);
            int file = Completions.result(ring);
            ring.files().prepareRead(file, 1, 16, 0);
            Completions.One one = Completions.of(ring, 1).getFirst();
            assertThat(one.result()).isPositive();
            assertThat(one.flags() & Completion.BUFFER).isNotZero();
            long at = group.offset(Completion.bufferId(one.flags()));
            assertThat(Segments.text(group.memory(), at, one.result())).endsWith("\n");
            ring.files().prepareClose(file);
            assertThat(Completions.result(ring)).isZero();
        }
    }
}
