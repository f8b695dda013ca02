package dev.ringroad.core.counter;

import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named counters in a file that other processes read while they are counted, and still after a
 * crash.
 *
 * <p>The process that counts {@linkplain #create creates} the file; everybody else {@linkplain
 * CounterReader#open reads} it. Registering is for set-up and safe from any thread; see {@link
 * Counter} for counting.
 */
public final class CounterFile implements AutoCloseable {
    private static final VarHandle COUNT = ValueLayout.JAVA_INT.varHandle();

    /**
     * One counter as it was read.
     *
     * @param name unique in its file
     * @param sentence what it counts
     * @param value its value
     */
    public record Reading(String name, String sentence, long value) {}

    private record Entry(Counter counter, String sentence) {}

    private final SharedRegion region;
    private final MemorySegment segment;
    private final int capacity;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private CounterFile(SharedRegion region, int capacity) {
        this.region = region;
        this.capacity = capacity;
        segment = region.segment();
        segment.set(ValueLayout.JAVA_INT, CounterLayout.VERSION_OFFSET, CounterLayout.VERSION);
        segment.set(
                ValueLayout.JAVA_INT,
                CounterLayout.HEADER_BYTES_OFFSET,
                CounterLayout.HEADER_BYTES);
        segment.set(ValueLayout.JAVA_INT, CounterLayout.CAPACITY_OFFSET, capacity);
        segment.set(
                ValueLayout.JAVA_INT, CounterLayout.LABEL_BYTES_OFFSET, CounterLayout.LABEL_BYTES);
        segment.set(ValueLayout.JAVA_LONG, CounterLayout.PID_OFFSET, ProcessHandle.current().pid());
        segment.set(
                ValueLayout.JAVA_LONG, CounterLayout.STARTED_OFFSET, System.currentTimeMillis());
        // Last and released: a reader who finds the magic finds the header whole.
        VarHandle magic = ValueLayout.JAVA_LONG.varHandle();
        magic.setRelease(segment, CounterLayout.MAGIC_OFFSET, CounterLayout.MAGIC);
    }

    /**
     * Makes a new file, replacing an older one of that name. It stays on disk when this object is
     * closed.
     */
    public static CounterFile create(Path file, int maxCounters) throws IOException {
        long bytes = CounterLayout.fileBytes(requireCapacity(maxCounters));
        return new CounterFile(SharedRegion.mapFile(file, bytes, true, true), maxCounters);
    }

    /**
     * Counters without a name in the file system, for tests and for programs that show them to
     * nobody.
     */
    public static CounterFile inMemory(int maxCounters) {
        long bytes = CounterLayout.fileBytes(requireCapacity(maxCounters));
        try {
            SharedRegion region =
                    SharedRegion.allocate("ringroad-counters", bytes, Placement.ordinary());
            return new CounterFile(region, maxCounters);
        } catch (SystemCallException e) {
            throw new IllegalStateException(
                    "No memory for " + maxCounters + " counters. " + e.getMessage(), e);
        }
    }

    private static int requireCapacity(int maxCounters) {
        if (maxCounters < 1 || maxCounters > CounterLayout.COUNTERS_MAX) {
            throw new IllegalArgumentException(
                    "A counter file has 1 to "
                            + CounterLayout.COUNTERS_MAX
                            + " counters, not "
                            + maxCounters);
        }
        return maxCounters;
    }

    /** Opens a file of this or another process for reading. */
    public static CounterReader open(Path file) throws IOException {
        return CounterReader.open(file);
    }

    /**
     * Registers a counter, or gives the one that has this name already.
     *
     * @param name at most 200 bytes in UTF-8
     * @param sentence what it counts, for people; a very long one is cut
     * @throws IllegalStateException when the file is full
     */
    public synchronized Counter counter(String name, String sentence) {
        Entry known = entries.get(name);
        if (known != null) {
            return known.counter();
        }
        int index = entries.size();
        if (index == capacity) {
            throw new IllegalStateException(
                    "The counter file has no room for "
                            + name
                            + "; all "
                            + capacity
                            + " counters are taken. Remedy: create it with more.");
        }
        String kept = writeLabel(index, name, sentence);
        Counter counter = new Counter(name, segment, CounterLayout.valueOffset(index));
        entries.put(name, new Entry(counter, kept));
        COUNT.setRelease(segment, CounterLayout.COUNT_OFFSET, index + 1);
        return counter;
    }

    private String writeLabel(int index, String name, String sentence) {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        if (nameBytes.length == 0 || nameBytes.length > CounterLayout.NAME_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "A counter's name has 1 to "
                            + CounterLayout.NAME_BYTES_MAX
                            + " bytes, not "
                            + nameBytes.length
                            + ": "
                            + name);
        }
        String kept = cut(sentence, CounterLayout.TEXT_BYTES - nameBytes.length);
        byte[] sentenceBytes = kept.getBytes(StandardCharsets.UTF_8);
        long at = CounterLayout.labelOffset(capacity, index);
        segment.set(
                CounterLayout.TEXT_LENGTH,
                at + CounterLayout.NAME_BYTES_OFFSET,
                (short) nameBytes.length);
        segment.set(
                CounterLayout.TEXT_LENGTH,
                at + CounterLayout.SENTENCE_BYTES_OFFSET,
                (short) sentenceBytes.length);
        long text = at + CounterLayout.TEXT_OFFSET;
        MemorySegment.copy(nameBytes, 0, segment, ValueLayout.JAVA_BYTE, text, nameBytes.length);
        text += nameBytes.length;
        MemorySegment.copy(
                sentenceBytes, 0, segment, ValueLayout.JAVA_BYTE, text, sentenceBytes.length);
        return kept;
    }

    /** The longest beginning of a text that has at most so many bytes in UTF-8. */
    private static String cut(String text, int bytesMax) {
        int end = text.length();
        while (text.substring(0, end).getBytes(StandardCharsets.UTF_8).length > bytesMax) {
            end = text.offsetByCodePoints(end, -1);
        }
        return text.substring(0, end);
    }

    /** All counters as they stand, in the order of their registration. */
    public synchronized List<Reading> readings() {
        List<Reading> readings = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            Counter counter = entry.counter();
            readings.add(new Reading(counter.name(), entry.sentence(), counter.value()));
        }
        return readings;
    }

    /** Unmaps the file; its counters must not be used any more. */
    @Override
    public void close() {
        region.close();
    }
}
