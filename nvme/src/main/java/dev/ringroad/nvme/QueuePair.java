package dev.ringroad.nvme;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.worker.Poller;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

/**
 * A submission and a completion queue of one thread, without locks. Commands that were accepted are
 * under way after the next {@link #poll} at the latest, with one doorbell for all of them; each is
 * told once to the handler, by {@link #poll}, in the order in which the controller completes them.
 *
 * <p>Only its owner calls it: the thread that made it, or whom that thread hands it to. Memory that
 * a command names is lent to the controller until the handler is told. No method but {@link #close}
 * allocates, blocks or throws what the controller could cause.
 *
 * <p>Whatever the controller writes is checked: a completion of a command that is not under way, or
 * of another queue, is counted and otherwise of no effect. A command that is not answered in time
 * is aborted, and when that does not help, the controller is reset; then every command under way is
 * told with {@link NvmeStatus#TIMED_OUT} or {@link NvmeStatus#RESET} as soon as the controller can
 * no longer reach memory, and the queues are made anew. Until then {@link Refusal#STOPPED} is the
 * answer to commands. With {@link NvmeStatus#GONE} or {@link NvmeStatus#FAILED} it stays so.
 *
 * <p>Source: NVM Express Base Specification 2.0, section 3.3.
 */
public final class QueuePair implements Poller, AutoCloseable {
    /** A flag of a write that is durable once it is completed. */
    public static final int FORCE_UNIT_ACCESS = 1 << 30;

    /** A flag of a read or write that is not tried again for long. */
    public static final int LIMITED_RETRY = 1 << 31;

    /** A flag of write zeroes: the blocks may be deallocated. */
    public static final int DEALLOCATE = 1 << 25;

    private final NvmeController controller;
    private final QueuePairMemory memory;
    private final NvmeCompletion handler;
    private final int id;
    private final Trackers trackers;
    private final DataPointers pointers;
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    private final @Nullable EventFd interrupt;
    private final QueueWatch watch;
    private final QueuePairCounters counters;

    private boolean polling;
    private boolean accepting;
    private int epoch = -1;

    QueuePair(
            NvmeController controller,
            QueuePairMemory memory,
            int id,
            NvmeCompletion handler,
            @Nullable EventFd interrupt,
            long timeoutNanos) {
        this.controller = controller;
        this.memory = memory;
        this.id = id;
        this.handler = handler;
        this.interrupt = interrupt;
        trackers = new Trackers(memory.depth());
        pointers = memory.pointers();
        submissions = memory.submissions(controller.doorbell(id, false));
        completions = memory.completions(controller.doorbell(id, true));
        counters = new QueuePairCounters(submissions, completions);
        watch = new QueueWatch(controller, this, trackers, interrupt != null, timeoutNanos);
    }

    /** The controller's number for both queues; 0 is the admin queue's. */
    public int id() {
        return id;
    }

    /** How many commands can be under way. */
    public int depth() {
        return trackers.depth();
    }

    /** How many commands are accepted and not told. */
    public int outstanding() {
        return trackers.outstanding();
    }

    /** How many more would be accepted now; 0 while the controller is being reset. */
    public int free() {
        return accepting ? trackers.freeCount : 0;
    }

    /** To be read by its owner. */
    public QueuePairCounters counters() {
        return counters;
    }

    /** Blocks into memory. Answers 0 or a {@link Refusal}, as do all commands. */
    public int read(
            long token,
            NvmeNamespace namespace,
            long block,
            int blockCount,
            DmaMemory data,
            long offset) {
        return transfer(token, IoOpcode.READ, namespace, block, blockCount, data, offset, 0, 0);
    }

    /** Memory into blocks. */
    public int write(
            long token,
            NvmeNamespace namespace,
            long block,
            int blockCount,
            DmaMemory data,
            long offset) {
        return transfer(token, IoOpcode.WRITE, namespace, block, blockCount, data, offset, 0, 0);
    }

    /** Memory against blocks: {@link NvmeStatus#COMPARE_FAILURE} when they differ. */
    public int compare(
            long token,
            NvmeNamespace namespace,
            long block,
            int blockCount,
            DmaMemory data,
            long offset) {
        int compare = IoOpcode.COMPARE;
        return controller.supports(compare)
                ? transfer(token, compare, namespace, block, blockCount, data, offset, 0, 0)
                : Refusal.UNSUPPORTED;
    }

    /**
     * Read, write, compare or zone append with everything that they can have.
     *
     * @param opcode of {@link IoOpcode}
     * @param blockCount 1 to {@link NvmeNamespace#transferBlocksMax}
     * @param data holds the blocks, {@link NvmeNamespace#blockDataBytes} each
     * @param flags {@link #FORCE_UNIT_ACCESS} and other bits of CDW12 above the count
     * @param metadataAddress the device address of {@link NvmeNamespace#metadataBytes} a block,
     *     when they have a buffer of their own, contiguous and a multiple of 4; otherwise 0. Other
     *     methods have no place for it, and refuse such a namespace.
     */
    public int transfer(
            long token,
            int opcode,
            NvmeNamespace namespace,
            long block,
            int blockCount,
            DmaMemory data,
            long offset,
            int flags,
            long metadataAddress) {
        int refusal = namespace.refusesTransfer(block, blockCount, metadataAddress);
        if (refusal != 0) {
            return refusal;
        }
        Trackers all = trackers;
        int free = all.freeCount;
        if (free == 0 || !accepting) {
            return fullOrStopped();
        }
        int index = all.free[free - 1];
        DataPointers where = pointers;
        refusal = where.build(data, offset, (long) blockCount * namespace.blockDataBytes, index);
        if (refusal != 0) {
            return refusal;
        }
        int state = all.states[index];
        all.states[index] = state | Trackers.IN_FLIGHT;
        all.tokens[index] = token;
        all.freeCount = free - 1;
        submissions.write(
                opcode | (long) where.flags << 8 | (long) state << 16 | (long) namespace.id << 32,
                metadataAddress,
                where.first,
                where.second,
                block,
                (blockCount - 1) | Integer.toUnsignedLong(flags),
                0);
        return 0;
    }

    /** The same with data in several pieces; those behind the last block are left alone. */
    public int transfer(
            long token,
            int opcode,
            NvmeNamespace namespace,
            long block,
            int blockCount,
            DataVector data,
            int flags,
            long metadataAddress) {
        int refusal = namespace.refusesTransfer(block, blockCount, metadataAddress);
        if (refusal == 0 && free() == 0) {
            refusal = fullOrStopped();
        }
        if (refusal == 0) {
            long bytes = (long) blockCount * namespace.blockDataBytes;
            refusal = pointers.build(data, bytes, trackers.free[trackers.freeCount - 1]);
        }
        return refusal != 0
                ? refusal
                : send(
                        token,
                        opcode | pointers.flags << 8,
                        namespace.id,
                        metadataAddress,
                        pointers.first,
                        pointers.second,
                        block,
                        (blockCount - 1) | Integer.toUnsignedLong(flags),
                        0);
    }

    int fullOrStopped() {
        return accepting ? Refusal.FULL : Refusal.STOPPED;
    }

    /** Makes every write that was completed before durable. */
    public int flush(long token, NvmeNamespace namespace) {
        return submit(token, IoOpcode.FLUSH, namespace.id, 0, 0, 0);
    }

    /**
     * Zeroes into blocks.
     *
     * @param blockCount 1 to 65536
     * @param flags {@link #DEALLOCATE}, {@link #FORCE_UNIT_ACCESS}
     */
    public int writeZeroes(
            long token, NvmeNamespace namespace, long block, int blockCount, int flags) {
        return ranged(token, IoOpcode.WRITE_ZEROES, namespace, block, blockCount, flags);
    }

    /** Has the controller read up to 65536 blocks, and check them, without a transfer. */
    public int verify(long token, NvmeNamespace namespace, long block, int blockCount) {
        return ranged(token, IoOpcode.VERIFY, namespace, block, blockCount, 0);
    }

    private int ranged(
            long token,
            int opcode,
            NvmeNamespace namespace,
            long block,
            int blockCount,
            int flags) {
        if (!controller.supports(opcode)) {
            return Refusal.UNSUPPORTED;
        }
        int refusal = namespace.refusesRange(block, blockCount);
        long words12 = (blockCount - 1) | Integer.toUnsignedLong(flags);
        return refusal != 0 ? refusal : submit(token, opcode, namespace.id, block, words12, 0);
    }

    /**
     * Tells the controller about ranges of blocks, such as that their content is no longer needed.
     *
     * @param data holds the ranges, {@link DatasetRange}
     * @param rangeCount 1 to {@link DatasetRange#RANGES_MAX}
     * @param attributes {@link DatasetRange#DEALLOCATE} and others
     */
    public int datasetManagement(
            long token,
            NvmeNamespace namespace,
            DmaMemory data,
            long offset,
            int rangeCount,
            int attributes) {
        if (!controller.supports(IoOpcode.DATASET_MANAGEMENT)) {
            return Refusal.UNSUPPORTED;
        }
        if (rangeCount < 1 || rangeCount > DatasetRange.RANGES_MAX) {
            return Refusal.TOO_LONG;
        }
        return submit(
                token,
                IoOpcode.DATASET_MANAGEMENT,
                namespace.id,
                data,
                offset,
                rangeCount * DatasetRange.BYTES,
                rangeCount - 1 | (long) attributes << 32,
                0,
                0);
    }

    /**
     * Compares blocks with memory, and writes other memory into them if they are equal, as one
     * atomic operation of two fused commands. The handler is told once, when both are done, with
     * what the comparison said or else the write.
     *
     * @param blockCount within what the controller does atomically
     * @param compared what the blocks are to be equal to
     * @param written what they become
     */
    public int compareAndWrite(
            long token,
            NvmeNamespace namespace,
            long block,
            int blockCount,
            DmaMemory compared,
            long comparedOffset,
            DmaMemory written,
            long writtenOffset) {
        return FusedWrite.submit(
                this,
                controller,
                token,
                namespace,
                block,
                blockCount,
                compared,
                comparedOffset,
                written,
                writtenOffset);
    }

    /**
     * Any command with data.
     *
     * @param bytes of data, at most the controller's longest transfer
     * @param words10 CDW10, and CDW11 in the upper half; so the others
     */
    public int submit(
            long token,
            int opcode,
            int namespaceId,
            DmaMemory data,
            long offset,
            int bytes,
            long words10,
            long words12,
            long words14) {
        if (bytes <= 0 || bytes > controller.transferBytesMax()) {
            return Refusal.TOO_LONG;
        }
        if (free() == 0) {
            return fullOrStopped();
        }
        int refusal = pointers.build(data, offset, bytes, trackers.free[trackers.freeCount - 1]);
        return refusal != 0
                ? refusal
                : send(
                        token,
                        opcode | pointers.flags << 8,
                        namespaceId,
                        0,
                        pointers.first,
                        pointers.second,
                        words10,
                        words12,
                        words14);
    }

    /** Any command without data. */
    public int submit(
            long token, int opcode, int namespaceId, long words10, long words12, long words14) {
        return send(token, opcode, namespaceId, 0, 0, 0, words10, words12, words14);
    }

    /** Any command, its data told already. */
    int send(
            long token,
            int opcodeAndFlags,
            int namespaceId,
            long metadataAddress,
            long first,
            long second,
            long words10,
            long words12,
            long words14) {
        if (free() == 0) {
            return fullOrStopped();
        }
        int index = trackers.take(token);
        submissions.write(
                opcodeAndFlags | (long) trackers.id(index) << 16 | (long) namespaceId << 32,
                metadataAddress,
                first,
                second,
                words10,
                words12,
                words14);
        return 0;
    }

    /**
     * Asks the controller to give a command up that is under way. The handler is told of it in any
     * case, with {@link NvmeStatus#ABORT_REQUESTED} or what it came to before.
     *
     * @return whether there is one with that token
     */
    public boolean abort(long token) {
        return watch.abort(token);
    }

    /**
     * Takes what is completed, tells the handler, and sets out what was accepted, also from within
     * the handler: with at most one doorbell of either kind. That of completions waits until it is
     * worth it, as there is room for all that is under way.
     *
     * @return how many commands the handler was told of
     */
    @Override
    public int poll(long nowNanos) {
        return controller.epoch() == epoch ? pollRings(nowNanos) : watch.pollStopped(nowNanos);
    }

    /** The same, whatever the controller is about; for the admin queue. */
    int pollRings(long nowNanos) {
        if (polling) {
            throw new IllegalStateException("A handler cannot poll the queue that calls it");
        }
        polling = true;
        try {
            int done = takeCompletions();
            submissions.ring();
            completions.ring();
            if (nowNanos - watch.nextCheckNanos >= 0) {
                watch.check(nowNanos);
            }
            return done;
        } finally {
            polling = false;
        }
    }

    private int takeCompletions() {
        CompletionQueue queue = completions;
        int told = 0;
        // At most one round, so that a controller cannot hold the owner up.
        for (int left = queue.size(); left > 0; left--) {
            long word = queue.peekAcquire();
            if (!queue.isThere(word)) {
                break;
            }
            queue.advance();
            told += complete(word);
        }
        return told;
    }

    private int complete(long word) {
        Trackers all = trackers;
        int commandId = (int) (word >>> 32) & Trackers.ID_MASK;
        int index = commandId & all.indexMask;
        int ours = (int) word >>> 16 ^ id;
        if (all.states[index] != (commandId | Trackers.IN_FLIGHT) || ours != 0) {
            return completeUnusual(word);
        }
        if (completions.isBehindEnd((int) word & 0xffff)) {
            counters.impossibleHeads++;
        }
        long token = all.tokens[index];
        all.states[index] = commandId + all.generation & Trackers.ID_MASK;
        all.ages[index] = 0;
        all.free[all.freeCount++] = index;
        handler.completed(token, (int) (word >>> 49));
        return 1;
    }

    /** Either half of a fused command, or none that is under way. */
    private int completeUnusual(long word) {
        if (((int) word >>> 16 ^ id) != 0) {
            counters.foreignCompletions++;
            return 0;
        }
        int commandId = (int) (word >>> 32) & Trackers.ID_MASK;
        int index = commandId & trackers.indexMask;
        int state = trackers.states[index];
        if (state != (commandId | Trackers.IN_FLIGHT | Trackers.FUSED)) {
            counters.unexpectedCompletions++;
            return 0;
        }
        long token = trackers.tokens[index];
        int both = trackers.completeHalf(index, (int) (word >>> 49));
        if (both < 0) {
            return 0;
        }
        handler.completed(token, both);
        return 1;
    }

    /**
     * Both result words of the completion that the handler is being told of; the first is the lower
     * half. As the controller wrote them.
     */
    public long result() {
        return completions.result();
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        EventFd event = interrupt;
        if (event == null || controller.epoch() != epoch || submissions.hasUnrung()) {
            return false;
        }
        completions.ringAll();
        boolean ignored = event.drain();
        // An entry that comes after this look raises an interrupt after the drain.
        if (completions.isThere(completions.peekAcquire())) {
            return false;
        }
        wake.add(event.descriptor().number(), PollSet.POLLIN);
        controller.wakeWhenRecalled(wake);
        return true;
    }

    @Override
    public long nextDeadlineNanos() {
        return outstanding() == 0 ? Long.MAX_VALUE : watch.nextCheckNanos;
    }

    QueuePairMemory memory() {
        return memory;
    }

    Trackers trackers() {
        return trackers;
    }

    DataPointers pointers() {
        return pointers;
    }

    QueueWatch watch() {
        return watch;
    }

    /** Takes commands from now on. */
    void start(int epochNow, @Nullable ShadowDoorbells shadow) {
        submissions.reset(shadow);
        completions.reset(shadow);
        epoch = epochNow;
        accepting = true;
    }

    /**
     * Tells every command under way once, and begins with empty rings. The controller reaches no
     * memory of it now.
     *
     * @return how many
     */
    int abandon(int status, int statusOfLate) {
        accepting = false;
        counters.resets++;
        boolean before = polling;
        polling = true;
        try {
            int told = 0;
            for (int index = 0; index < trackers.depth(); index++) {
                if (trackers.inFlight(index)) {
                    long token = trackers.tokens[index];
                    int became = watch.isLate(index) ? statusOfLate : status;
                    trackers.releaseWithPartner(index);
                    handler.completed(token, became);
                    told++;
                }
            }
            return told;
        } finally {
            polling = before;
            completions.clear();
        }
    }

    int epoch() {
        return epoch;
    }

    void stop() {
        accepting = false;
    }

    /**
     * Deletes both queues. Commands that are still under way are told with {@link
     * NvmeStatus#ABORTED_QUEUE_DELETED} before it returns. A second call does nothing. Not from
     * within a handler.
     */
    @Override
    public void close() {
        if (polling) {
            throw new IllegalStateException("A handler cannot close the queue that calls it");
        }
        controller.retire(this);
    }

    /** Takes what the deletion of the submission queue has completed, and tells the rest. */
    void drain(int status) {
        accepting = false;
        int ignored = takeCompletions() + abandon(status, status);
    }
}
