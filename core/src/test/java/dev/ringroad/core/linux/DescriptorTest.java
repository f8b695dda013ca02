package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.Leaks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

@ExtendWith(Leaks.class)
@Timeout(60)
class DescriptorTest {
    @TempDir Path folder;

    @Test
    void readsAndWritesPartsOfSegments() throws Exception {
        Path file = folder.resolve("file");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(16);
            s.setString(4, "ringroad");
            int flags = Descriptor.READ_WRITE | Descriptor.CREATE_NEW;
            try (Descriptor out = Descriptor.open(file.toString(), flags, 0600, "")) {
                assertThat(out.write(s, 4, 8)).isEqualTo(8);
            }
            assertThat(file).hasContent("ringroad");
            s.fill((byte) 0);
            try (Descriptor in = Descriptor.open(file.toString(), Descriptor.READ_ONLY, 0, "")) {
                assertThat(in.read(s, 1, 4)).isEqualTo(4);
                assertThat(in.read(s, 5, 11)).isEqualTo(4);
                assertThat(in.read(s, 9, 7)).isZero();
                assertThat(in.write(s, 0, 1)).isEqualTo(-Errno.EBADF);
            }
            assertThat(s.getString(1)).isEqualTo("ringroad");
        }
    }

    @Test
    void carriesHeadAndBodyInOneCall() throws Exception {
        try (Arena arena = Arena.ofConfined();
                Descriptor memory = Memfd.create("vector", Mappings.ORDINARY_PAGE_BYTES)) {
            MemorySegment body = arena.allocate(8);
            body.set(ValueLayout.JAVA_BYTE, 3, (byte) 'c');
            IoVector vector = new IoVector(2);
            vector.head().set(ValueLayout.JAVA_BYTE, 0, (byte) 'a');
            vector.head().set(ValueLayout.JAVA_BYTE, 1, (byte) 'b');
            vector.body(body, 3, 1);
            assertThat(memory.writev(vector)).isEqualTo(3);
            assertThat(Memfd.byteSize(memory)).isEqualTo(3);
            assertThat(memory.readv(vector)).isZero();
            assertThatThrownBy(() -> vector.body(body, 7, 2))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void staysInsideTheSegment() throws Exception {
        try (Arena arena = Arena.ofConfined();
                EventFd event = EventFd.create()) {
            MemorySegment s = arena.allocate(8);
            Descriptor fd = event.descriptor();
            assertThatThrownBy(() -> fd.read(s, 1, 8))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> fd.write(s, -1, 1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> fd.read(MemorySegment.ofArray(new byte[8]), 0, 8))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesMemoryThatIsFreed() throws Exception {
        MemorySegment s;
        try (Arena arena = Arena.ofShared()) {
            s = arena.allocate(8);
        }
        try (EventFd event = EventFd.create()) {
            assertThatThrownBy(() -> event.descriptor().read(s, 0, 8))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void isClosedOnceAndThenAnswersWithACode() throws Exception {
        Descriptor fd = Memfd.create("closed", Mappings.ORDINARY_PAGE_BYTES);
        fd.close();
        try (Descriptor other = Memfd.create("other", Mappings.ORDINARY_PAGE_BYTES);
                Arena arena = Arena.ofConfined()) {
            fd.close();
            assertThat(fd.isOpen()).isFalse();
            assertThat(fd.number()).isEqualTo(-1);
            assertThat(fd.read(arena.allocate(1), 0, 1)).isEqualTo(-Errno.EBADF);
            assertThat(Memfd.byteSize(other)).isZero();
        }
        assertThatThrownBy(() -> Descriptor.adopt(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesThePathThatItCannotOpen() {
        String path = folder.resolve("nothing").toString();
        assertThatThrownBy(() -> Descriptor.open(path, Descriptor.READ_ONLY, 0, "make it first"))
                .hasMessage(
                        "open("
                                + path
                                + ") failed: ENOENT (2), no such file or directory. Remedy: make it first.");
        assertThat(Files.exists(Path.of(path))).isFalse();
    }

    @Test
    void aPollSetGrowsAndTellsWhatIsClosed() throws Exception {
        try (EventFd event = EventFd.create();
                PollSet set = new PollSet(1)) {
            for (int i = 0; i < 9; i++) {
                set.add(event.descriptor().number(), PollSet.POLLOUT);
            }
            set.add(1_000_000, PollSet.POLLIN);
            assertThat(set.size()).isEqualTo(10);
            assertThat(set.poll(-1)).isEqualTo(10);
            assertThat(set.readyEvents(8)).isEqualTo(PollSet.POLLOUT);
            assertThat(set.readyEvents(9)).isEqualTo(PollSet.POLLNVAL);
            assertThatThrownBy(() -> set.readyEvents(10))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            set.clear();
            assertThat(set.poll(0)).isZero();
        }
    }

    @Test
    void knowsWhoRuns() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        assertThat(Processes.isAlive(child.pid())).isTrue();
        child.destroyForcibly().waitFor();
        assertThat(Processes.isAlive(child.pid())).isFalse();
        assertThat(Processes.isAlive(ProcessHandle.current().pid())).isTrue();
        assertThat(Processes.isAlive(0)).isFalse();
        assertThat(Processes.isAlive(-1)).isFalse();
        assertThat(Processes.isAlive(1L << 40)).isFalse();
    }

    @Test
    void pinsTheCallingThreadOnly() throws Exception {
        BitSet before = Affinity.allowedCpus();
        int cpu = before.nextSetBit(0);
        Thread pinned =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        Affinity.pinCurrentThread(cpu);
                                        assertThat(Affinity.currentCpu()).isEqualTo(cpu);
                                    } catch (SystemCallException e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
        pinned.join();
        assertThat(Affinity.allowedCpus()).isEqualTo(before);
        assertThatThrownBy(() -> Affinity.pinCurrentThread(8000))
                .hasMessageContaining("choose from the allowed CPUs");
        assertThatThrownBy(() -> Affinity.pinCurrentThread(9000))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLockEndsWithItsDescriptorAndWithNoOther() throws Exception {
        String file = Files.createFile(folder.resolve("locked")).toString();
        try (Descriptor second = Descriptor.open(file, Descriptor.READ_WRITE, 0, "")) {
            try (Descriptor first = Descriptor.open(file, Descriptor.READ_ONLY, 0, "")) {
                assertThat(first.lock()).isTrue();
                assertThat(first.lock()).isTrue();
                Descriptor.open(file, Descriptor.READ_ONLY, 0, "").close();
                assertThat(second.lock()).isFalse();
            }
            assertThat(second.lock()).isTrue();
        }
    }
}
