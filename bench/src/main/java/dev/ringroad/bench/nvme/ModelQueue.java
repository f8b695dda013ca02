package dev.ringroad.bench.nvme;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.SubmissionEntry;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A model's side of a submission queue and its completion queue: commands come out, completions go
 * in, both in the memory that they share with the driver. One thread.
 */
public final class ModelQueue {
    private static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = LONG.varHandle();
    private static final VarHandle INTS = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final int id;
    private final int vector;
    private final MemorySegment registers;
    private final long submissionDoorbell;
    private final long completionDoorbell;
    private final MemorySegment submissions;
    private final MemorySegment completions;
    private final int entries;
    private int head;
    private int tail;
    private int completionTail;
    private int completionHead;
    private int phase = 1;

    /**
     * @param vector of its interrupt, -1 for none
     * @param registers has the doorbells, at the offsets that follow
     * @param submissions exactly the ring
     * @param completions exactly the ring, with as many entries
     */
    ModelQueue(
            int id,
            int vector,
            MemorySegment registers,
            long submissionDoorbell,
            long completionDoorbell,
            MemorySegment submissions,
            MemorySegment completions) {
        this.id = id;
        this.vector = vector;
        this.registers = registers;
        this.submissionDoorbell = submissionDoorbell;
        this.completionDoorbell = completionDoorbell;
        this.submissions = submissions;
        this.completions = completions;
        entries = (int) (submissions.byteSize() >>> SubmissionEntry.BYTES_SHIFT);
        INTS.setRelease(registers, submissionDoorbell, 0);
        INTS.setRelease(registers, completionDoorbell, 0);
    }

    /** The queue's number; 0 for the admin queue. */
    public int id() {
        return id;
    }

    /** Of its interrupt; -1 for none. */
    public int vector() {
        return vector;
    }

    /** The ring of commands. */
    public MemorySegment submissions() {
        return submissions;
    }

    /** Whether a command is there that was not taken, and room for its completion. */
    public boolean hasCommand() {
        if (head == tail) {
            int rung = (int) INTS.getAcquire(registers, submissionDoorbell);
            if (rung == tail || rung < 0 || rung >= entries) {
                return false;
            }
            tail = rung;
        }
        return hasRoom();
    }

    /** The completion doorbell is looked at only when the room that is known of is used up. */
    private boolean hasRoom() {
        int next = completionTail + 1 == entries ? 0 : completionTail + 1;
        if (next != completionHead) {
            return true;
        }
        completionHead = (int) INTS.getAcquire(registers, completionDoorbell);
        return next != completionHead;
    }

    /** Where the next command is; it is taken with this. */
    public long take() {
        long at = (long) head << SubmissionEntry.BYTES_SHIFT;
        head = head + 1 == entries ? 0 : head + 1;
        return at;
    }

    /**
     * Puts a completion into the ring, visible when it is whole.
     *
     * @param status as in {@link dev.ringroad.nvme.command.NvmeStatus}
     */
    public void complete(long result, int commandId, int status) {
        post(result, CompletionEntry.lastWord(head, id, commandId, status, phase));
    }

    /**
     * Puts a completion into the ring as it is.
     *
     * @param lastWord with whatever phase
     */
    public void post(long result, long lastWord) {
        long at = (long) completionTail << CompletionEntry.BYTES_SHIFT;
        completions.set(LONG, at, result);
        LONGS.setRelease(completions, at + CompletionEntry.SQ_HEAD_AT, lastWord);
        if (++completionTail == entries) {
            completionTail = 0;
            phase ^= 1;
        }
    }

    /** The phase of the next completion. */
    public int phase() {
        return phase;
    }

    /** The next command that is to be taken. */
    public int head() {
        return head;
    }

    /**
     * As {@link #hasCommand}, {@link #take} and {@link #complete} until nothing is left.
     *
     * @return how many commands there were
     */
    public int completeAll() {
        int begin = head;
        int count = 0;
        while (hasCommand()) {
            long at = take();
            // The whole line travels from the driver's processor for it.
            long command = submissions.get(LONG, at);
            complete(0, (int) (command >>> 16) & 0xffff, 0);
            count++;
            if (head == begin) {
                break;
            }
        }
        return count;
    }
}
