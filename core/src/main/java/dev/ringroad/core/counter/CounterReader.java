package dev.ringroad.core.counter;

import dev.ringroad.core.counter.CounterFile.Reading;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a counter file that another process may be writing.
 *
 * <p>Whoever wrote the file is not trusted: everything is checked, and the file is copied by reads,
 * not mapped, so that one that is cut while we look gives an error and not a fault.
 */
public final class CounterReader implements AutoCloseable {
    private static final int FILE_BYTES_MAX = 1 << 30;

    private final Path path;
    private final FileChannel channel;
    private final int capacity;
    private final long pid;
    private final long startedEpochMillis;

    private CounterReader(Path path, FileChannel channel, MemorySegment header) throws IOException {
        this.path = path;
        this.channel = channel;
        long magic = header.get(ValueLayout.JAVA_LONG_UNALIGNED, CounterLayout.MAGIC_OFFSET);
        check(
                magic != Long.reverseBytes(CounterLayout.MAGIC),
                "was written by a machine of the other byte order");
        check(
                magic == CounterLayout.MAGIC,
                "is not a counter file: it does not begin with the letters RRCOUNT1");
        int version = number(header, CounterLayout.VERSION_OFFSET);
        check(
                version == CounterLayout.VERSION,
                "has version "
                        + version
                        + " of the format, and this Ringroad reads "
                        + CounterLayout.VERSION);
        int headerBytes = number(header, CounterLayout.HEADER_BYTES_OFFSET);
        check(
                headerBytes == CounterLayout.HEADER_BYTES,
                "claims a header of " + headerBytes + " bytes");
        int labelBytes = number(header, CounterLayout.LABEL_BYTES_OFFSET);
        check(labelBytes == CounterLayout.LABEL_BYTES, "claims labels of " + labelBytes + " bytes");
        capacity = number(header, CounterLayout.CAPACITY_OFFSET);
        check(
                capacity >= 1 && capacity <= CounterLayout.COUNTERS_MAX,
                "claims room for " + capacity + " counters");
        long bytes = CounterLayout.fileBytes(capacity);
        check(
                channel.size() >= bytes,
                "is cut: it has " + channel.size() + " of " + bytes + " bytes");
        check(bytes <= FILE_BYTES_MAX, "claims " + bytes + " bytes");
        pid = header.get(ValueLayout.JAVA_LONG_UNALIGNED, CounterLayout.PID_OFFSET);
        startedEpochMillis =
                header.get(ValueLayout.JAVA_LONG_UNALIGNED, CounterLayout.STARTED_OFFSET);
    }

    /**
     * Opens and checks a file.
     *
     * @throws IOException one sentence that says what is wrong with the file
     */
    public static CounterReader open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            ByteBuffer header = read(path, channel, 0, CounterLayout.HEADER_BYTES);
            return new CounterReader(path, channel, MemorySegment.ofBuffer(header));
        } catch (Throwable t) {
            channel.close();
            throw t;
        }
    }

    /** The process that created the file. */
    public long pid() {
        return pid;
    }

    /** When the file was created, in milliseconds since 1970. */
    public long startedEpochMillis() {
        return startedEpochMillis;
    }

    /** All counters as they stand now, in the order of their registration. */
    public List<Reading> readings() throws IOException {
        ByteBuffer header = read(path, channel, 0, CounterLayout.HEADER_BYTES);
        int count = header.getInt((int) CounterLayout.COUNT_OFFSET);
        check(
                count >= 0 && count <= capacity,
                "claims " + count + " counters where " + capacity + " fit");
        ByteBuffer values =
                read(
                        path,
                        channel,
                        CounterLayout.valueOffset(0),
                        count * CounterLayout.VALUE_BYTES);
        long labelsAt = CounterLayout.labelOffset(capacity, 0);
        ByteBuffer labels = read(path, channel, labelsAt, count * CounterLayout.LABEL_BYTES);
        List<Reading> readings = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            readings.add(reading(labels, i, values.getLong(i * CounterLayout.VALUE_BYTES)));
        }
        return readings;
    }

    private Reading reading(ByteBuffer labels, int index, long value) throws IOException {
        int at = index * CounterLayout.LABEL_BYTES;
        int nameBytes = labels.getShort(at + (int) CounterLayout.NAME_BYTES_OFFSET) & 0xFFFF;
        int sentenceBytes =
                labels.getShort(at + (int) CounterLayout.SENTENCE_BYTES_OFFSET) & 0xFFFF;
        boolean fits =
                nameBytes > 0
                        && nameBytes <= CounterLayout.NAME_BYTES_MAX
                        && nameBytes + sentenceBytes <= CounterLayout.TEXT_BYTES;
        check(
                fits,
                "claims "
                        + nameBytes
                        + " and "
                        + sentenceBytes
                        + " bytes of text for counter "
                        + index);
        int text = at + (int) CounterLayout.TEXT_OFFSET;
        String name = text(labels, text, nameBytes);
        return new Reading(name, text(labels, text + nameBytes, sentenceBytes), value);
    }

    // Control characters of a hostile file must not reach somebody's terminal.
    private static String text(ByteBuffer from, int at, int bytes) {
        byte[] copy = new byte[bytes];
        from.get(at, copy);
        String decoded = new String(copy, StandardCharsets.UTF_8);
        return decoded.codePoints().anyMatch(Character::isISOControl)
                ? decoded.replaceAll("\\p{Cntrl}", "?")
                : decoded;
    }

    private void check(boolean fact, String otherwise) throws IOException {
        if (!fact) {
            throw new IOException(path + " " + otherwise);
        }
    }

    private static int number(MemorySegment header, long offset) {
        return header.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    }

    private static ByteBuffer read(Path path, FileChannel channel, long at, int bytes)
            throws IOException {
        ByteBuffer into = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        while (into.hasRemaining()) {
            if (channel.read(into, at + into.position()) < 0) {
                throw new IOException(
                        path
                                + " is cut: it ends at "
                                + (at + into.position())
                                + ", before byte "
                                + (at + bytes));
            }
        }
        return into.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
