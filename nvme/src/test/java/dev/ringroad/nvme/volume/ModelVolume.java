package dev.ringroad.nvme.volume;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What a volume may hold, by sectors of 512 bytes: for each, its content as the last flush has it,
 * and every later one. A content is a number that the sector is filled with.
 */
final class ModelVolume {
    private static final long[] EMPTY = {0};

    final boolean readOnly;

    /** By sector, from the durable content to the newest. */
    private long[][] contents = new long[0][];

    /** By sector, how many contents have been forgotten. */
    private int[] forgotten = new int[0];

    /** Sectors that are being written: the newest content is not completed. */
    private final BitSet writing = new BitSet();

    private final BitSet reading = new BitSet();

    /** Sectors where the newest content may have come to nothing. */
    private final BitSet uncertain = new BitSet();

    ModelVolume(int sectors, boolean readOnly) {
        this.readOnly = readOnly;
        resize(sectors);
    }

    int sectors() {
        return contents.length;
    }

    private void resize(int sectors) {
        int old = contents.length;
        contents = Arrays.copyOf(contents, sectors);
        forgotten = Arrays.copyOf(forgotten, sectors);
        for (int i = old; i < sectors; i++) {
            contents[i] = EMPTY;
        }
    }

    /** What a snapshot or clone of this moment holds. */
    ModelVolume copy(boolean asSnapshot) {
        ModelVolume copy = new ModelVolume(sectors(), asSnapshot);
        for (int i = 0; i < sectors(); i++) {
            copy.contents[i] = new long[] {newest(i)};
        }
        return copy;
    }

    /** The same with another size. */
    ModelVolume resized(int sectors) {
        ModelVolume resized = new ModelVolume(sectors(), readOnly);
        resized.contents = contents.clone();
        resized.resize(sectors);
        return resized;
    }

    boolean isBusy(int first, int count) {
        int written = writing.nextSetBit(first);
        int read = reading.nextSetBit(first);
        return (written >= 0 && written < first + count) || (read >= 0 && read < first + count);
    }

    void beginRead(int first, int count) {
        reading.set(first, first + count);
    }

    void endRead(int first, int count) {
        reading.clear(first, first + count);
    }

    void beginWrite(int first, int count, long content) {
        for (int i = first; i < first + count; i++) {
            append(i, content);
        }
        writing.set(first, first + count);
    }

    private void append(int sector, long content) {
        long[] old = contents[sector];
        long[] more = Arrays.copyOf(old, old.length + 1);
        more[old.length] = content;
        contents[sector] = more;
    }

    void endWrite(int first, int count, boolean isDone, boolean isDurable) {
        writing.clear(first, first + count);
        if (!isDone) {
            uncertain.set(first, first + count);
        } else if (isDurable) {
            for (int i = first; i < first + count; i++) {
                forget(i, contents[i].length - 1);
            }
        }
    }

    private void forget(int sector, int count) {
        contents[sector] = Arrays.copyOfRange(contents[sector], count, contents[sector].length);
        forgotten[sector] += count;
    }

    /** What a flush that is submitted now makes durable: contents, by number. */
    int[] completed() {
        int[] completed = new int[sectors()];
        for (int i = 0; i < completed.length; i++) {
            completed[i] = forgotten[i] + contents[i].length - (writing.get(i) ? 2 : 1);
        }
        return completed;
    }

    /** The flush is completed. */
    void flushed(int[] completed) {
        for (int i = 0; i < completed.length; i++) {
            // What may have come to nothing makes nothing before it obsolete.
            if (completed[i] > forgotten[i] && !uncertain.get(i)) {
                forget(i, completed[i] - forgotten[i]);
            }
        }
    }

    boolean isUncertain() {
        return !uncertain.isEmpty();
    }

    /** With nothing under way, what is read now. */
    void settle(long[] found) {
        for (int i = uncertain.nextSetBit(0); i >= 0; i = uncertain.nextSetBit(i + 1)) {
            append(i, found[i]);
        }
        uncertain.clear();
    }

    private long newest(int sector) {
        long[] history = contents[sector];
        return history[history.length - 1];
    }

    boolean mayRead(int sector, long content) {
        return uncertain.get(sector) ? mayHold(sector, content) : newest(sector) == content;
    }

    /** Whether it may be found after a power cut. */
    boolean mayHold(int sector, long content) {
        for (long possible : contents[sector]) {
            if (possible == content) {
                return true;
            }
        }
        return false;
    }

    /** After a power cut: what was found is what is durable. */
    void found(long[] found) {
        for (int i = 0; i < found.length; i++) {
            contents[i] = new long[] {found[i]};
        }
        writing.clear();
        reading.clear();
        uncertain.clear();
    }

    String history(int sector) {
        return Arrays.toString(contents[sector]);
    }
}
