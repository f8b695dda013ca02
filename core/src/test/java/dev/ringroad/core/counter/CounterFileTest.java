package dev.ringroad.core.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.Leaks;
import dev.ringroad.core.counter.CounterFile.Reading;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

@ExtendWith(Leaks.class)
class CounterFileTest {
    @TempDir Path folder;

    private Path path() {
        return folder.resolve("4711.counters");
    }

    /** A file with two counters, and its bytes. */
    private ByteBuffer written() throws IOException {
        try (CounterFile file = CounterFile.create(path(), 3)) {
            file.counter("a", "Apples.").add(7);
            file.counter("b", "Bärenklau.").increment();
        }
        return ByteBuffer.wrap(Files.readAllBytes(path())).order(ByteOrder.nativeOrder());
    }

    private CounterReader reader(ByteBuffer bytes) throws IOException {
        Files.write(path(), bytes.array());
        return CounterFile.open(path());
    }

    @Test
    void countsWhereOthersCanRead() throws Exception {
        try (CounterFile file = CounterFile.create(path(), 8)) {
            Counter a = file.counter("a", "Apples.");
            a.increment();
            a.add(41);
            file.counter("level", "A level.").set(-5);
            assertThat(file.counter("a", "other words")).isSameAs(a);
            try (CounterReader reader = CounterFile.open(path())) {
                Reading first = new Reading("a", "Apples.", 42);
                assertThat(reader.readings())
                        .containsExactly(first, new Reading("level", "A level.", -5));
                assertThat(reader.readings()).isEqualTo(file.readings());
                assertThat(reader.pid()).isEqualTo(ProcessHandle.current().pid());
                a.increment();
                file.counter("late", "Late.");
                assertThat(reader.readings()).hasSize(3).contains(new Reading("a", "Apples.", 43));
            }
            assertThat(a).hasToString("a=43");
        }
    }

    @Test
    void staysReadableAfterItsWriterHasGone() throws Exception {
        written();
        try (CounterReader reader = CounterFile.open(path())) {
            assertThat(reader.readings())
                    .containsExactly(
                            new Reading("a", "Apples.", 7), new Reading("b", "Bärenklau.", 1));
            assertThat(reader.startedEpochMillis()).isPositive();
        }
    }

    @Test
    void countsInMemoryAlone() {
        try (CounterFile file = CounterFile.inMemory(2)) {
            file.counter("a", "A.").increment();
            assertThat(file.readings()).containsExactly(new Reading("a", "A.", 1));
        }
    }

    @Test
    void saysWhenItIsFullOrANameIsImpossible() {
        try (CounterFile file = CounterFile.inMemory(1)) {
            assertThatThrownBy(() -> file.counter("", "x"))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> file.counter("x".repeat(201), "x"))
                    .isInstanceOf(IllegalArgumentException.class);
            file.counter("a", "A.");
            assertThatThrownBy(() -> file.counter("b", "B."))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no room for b");
        }
        assertThatThrownBy(() -> CounterFile.inMemory(0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cutsALongSentenceBetweenCharacters() throws Exception {
        try (CounterFile file = CounterFile.create(path(), 1)) {
            file.counter("n".repeat(199), "\uD83D\uDC3B".repeat(100));
            try (CounterReader reader = CounterFile.open(path())) {
                String sentence = reader.readings().getFirst().sentence();
                assertThat(sentence).isEqualTo("\uD83D\uDC3B".repeat((508 - 199) / 4));
                assertThat(reader.readings()).isEqualTo(file.readings());
            }
        }
    }

    @Test
    void refusesWhatIsNoCounterFile() throws Exception {
        ByteBuffer bytes = written();
        bytes.putLong(0, Long.reverseBytes(bytes.getLong(0)));
        assertThatThrownBy(() -> reader(bytes)).hasMessageContaining("other byte order");
        bytes.putLong(0, 1);
        assertThatThrownBy(() -> reader(bytes)).hasMessageContaining("is not a counter file");
        assertThatThrownBy(() -> reader(ByteBuffer.allocate(10))).hasMessageContaining("is cut");
        assertThatThrownBy(() -> CounterFile.open(folder.resolve("none")))
                .isInstanceOf(IOException.class);
    }

    @Test
    void refusesAHeaderThatLies() throws Exception {
        ByteBuffer bytes = written();
        bytes.putInt((int) CounterLayout.VERSION_OFFSET, 9);
        assertThatThrownBy(() -> reader(bytes)).hasMessageContaining("version 9");
        bytes.putInt((int) CounterLayout.VERSION_OFFSET, 1);
        for (int capacity : new int[] {0, -1, Integer.MAX_VALUE, CounterLayout.COUNTERS_MAX + 1}) {
            bytes.putInt((int) CounterLayout.CAPACITY_OFFSET, capacity);
            assertThatThrownBy(() -> reader(bytes)).hasMessageContaining("claims room for");
        }
        bytes.putInt((int) CounterLayout.CAPACITY_OFFSET, 4);
        assertThatThrownBy(() -> reader(bytes)).hasMessageContaining("is cut");
    }

    @Test
    void refusesCountsAndLengthsThatLie() throws Exception {
        ByteBuffer bytes = written();
        bytes.putInt((int) CounterLayout.COUNT_OFFSET, 4);
        try (CounterReader reader = reader(bytes)) {
            assertThatThrownBy(reader::readings)
                    .hasMessageContaining("claims 4 counters where 3 fit");
        }
        bytes.putInt((int) CounterLayout.COUNT_OFFSET, 3);
        try (CounterReader reader = reader(bytes)) {
            assertThatThrownBy(reader::readings)
                    .hasMessageContaining("bytes of text for counter 2");
        }
        bytes.putInt((int) CounterLayout.COUNT_OFFSET, 1);
        bytes.putShort((int) CounterLayout.labelOffset(3, 0) + 2, (short) 0xFFFF);
        try (CounterReader reader = reader(bytes)) {
            assertThatThrownBy(reader::readings).hasMessageContaining("65535 bytes of text");
        }
    }

    @Test
    void keepsControlCharactersFromTheTerminal() throws Exception {
        ByteBuffer bytes = written();
        bytes.put((int) CounterLayout.labelOffset(3, 0) + 4, (byte) 27);
        try (CounterReader reader = reader(bytes)) {
            assertThat(reader.readings().getFirst().name()).isEqualTo("?");
        }
    }

    @Test
    void aFileThatIsCutWhileOpenIsAnError() throws Exception {
        ByteBuffer bytes = written();
        try (CounterReader reader = reader(bytes)) {
            try (FileChannel channel = FileChannel.open(path(), StandardOpenOption.WRITE)) {
                channel.truncate(70);
            }
            assertThatThrownBy(reader::readings).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anyDamageGivesReadingsOrOneSentence() throws Exception {
        ByteBuffer intact = written();
        Random random = new Random(11);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = intact.array().clone();
            int changes = 1 + random.nextInt(4);
            for (int c = 0; c < changes; c++) {
                int at = random.nextBoolean() ? random.nextInt(64) : random.nextInt(damaged.length);
                damaged[at] = (byte) random.nextInt();
            }
            try (CounterReader reader = reader(ByteBuffer.wrap(damaged))) {
                assertThat(reader.readings()).hasSizeLessThanOrEqualTo(3);
            } catch (IOException e) {
                assertThat(e.getMessage()).startsWith(path().toString());
            }
        }
    }
}
