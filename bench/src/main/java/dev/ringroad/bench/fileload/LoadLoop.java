package dev.ringroad.bench.fileload;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.FileOperations;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.Uring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * The loop of one thread: fills its ring, hands over and waits in one call, takes what is done, and
 * fills again. The clock is read once a round: what is begun in a round began when the round before
 * ended, and what a call brings back has ended when the call returns. Nothing here allocates until
 * something fails.
 */
final class LoadLoop implements CompletionHandler {
    private static final long NOT_A_SLOT = -1;
    private static final int ADVICE_DONT_NEED = 4; // POSIX_FADV_DONTNEED, linux/fadvise.h
    private static final int PERCENT = 100;
    private static final int SPINS = 10_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long PAUSE_NANOS_MAX = 100_000_000;

    private final Uring ring;
    private final FileOperations operations;
    private final Slots slots;
    private final Region[] regions;
    private final LoadControl control;
    private final ThreadCounts counts;
    private final RandomNumbers random;
    private final BlockMark mark;
    private final AccessMode mode;
    private final RingUse use;
    private final int readPercent;
    private final int blockBytes;
    private final boolean verified;
    private final long runtimeNanos;
    private final double perNano;

    private int regionIndex;
    private long now;
    private long beginNanos;
    private long begun;
    private long remaining;
    private boolean readingBack;
    private boolean settled;

    /**
     * @param ios how many reads and writes there shall be
     */
    LoadLoop(
            LoadPlan plan,
            int thread,
            Uring ring,
            Slots slots,
            Region[] regions,
            long ios,
            LoadControl control,
            ThreadCounts counts) {
        this.ring = ring;
        this.slots = slots;
        this.regions = regions;
        this.control = control;
        this.counts = counts;
        Workload workload = plan.workload();
        operations = ring.files();
        mode = workload.mode();
        readPercent = mode.writes() ? mode.reads() ? workload.readPercent() : 0 : PERCENT;
        blockBytes = workload.blockBytes();
        verified = workload.verified();
        mark = new BlockMark(blockBytes, workload.seed());
        random = new RandomNumbers(workload.seed() + thread);
        use = plan.ring();
        long runtime = plan.limits().runtimeNanos();
        runtimeNanos = runtime == 0 ? Long.MAX_VALUE : runtime;
        perNano = (double) plan.limits().perSecond() / plan.threads() / NANOS_PER_SECOND;
        remaining = ios;
    }

    /** Does all reads and writes, until there are enough of them or it is told to stop. */
    void run() throws IOException {
        now = System.nanoTime();
        beginNanos = now;
        counts.begin(now);
        rounds();
    }

    /** Reads all that was written, and looks whether it is right. */
    void readBack() throws IOException {
        if (!verified || !mode.writes() || control.isStopping()) {
            return;
        }
        if (!use.direct() && !use.devicesPolled()) {
            settle();
        }
        readingBack = true;
        remaining = Long.MAX_VALUE;
        rounds();
    }

    private void rounds() throws IOException {
        while (true) {
            int count = begin();
            if (slots.inFlight() == 0 && remaining == 0) {
                return;
            }
            handOver(count);
            now = System.nanoTime();
            int ignored = ring.poll(this, use.depth());
            counts.calls(ring.calls());
        }
    }

    private int begin() {
        if (control.isStopping() || (!readingBack && now - beginNanos >= runtimeNanos)) {
            remaining = 0;
        }
        int room = Math.min(Math.min(slots.freeCount(), use.batch()), ring.free());
        long most = Math.min(room, isPaced() ? Math.min(due(), remaining) : remaining);
        if (verified && most > 0) {
            now = System.nanoTime(); // looking at what came back took time
        }
        int count = 0;
        while (count < most && beginOne()) {
            count++;
        }
        return count;
    }

    private boolean isPaced() {
        return perNano > 0 && !readingBack;
    }

    /** How many more may have begun by now. */
    private long due() {
        return Math.max(0, 1 + (long) ((now - beginNanos) * perNano) - begun);
    }

    /** Prepares a read or a write; false when none can be for now. */
    private boolean beginOne() {
        Region region = regions[regionIndex];
        boolean write = !readingBack && isWrite();
        long position;
        if (readingBack) {
            position = region.nextWrittenPosition();
            if (position == Region.NONE) {
                return beginInNextRegion();
            }
        } else {
            position = mode.isRandom() ? region.randomPosition(random) : region.nextPosition();
            if (position == Region.NONE) {
                return false;
            }
            regionIndex = regionIndex + 1 == regions.length ? 0 : regionIndex + 1;
        }
        remaining--;
        begun++;
        int slot = slots.next();
        slots.take(region, position, write, now);
        prepare(slot, region, position, write);
        return true;
    }

    private boolean beginInNextRegion() {
        if (regionIndex + 1 == regions.length) {
            remaining = 0;
            return false;
        }
        regionIndex++;
        return beginOne();
    }

    private boolean isWrite() {
        return readPercent < PERCENT && random.below(PERCENT) >= readPercent;
    }

    private void prepare(int slot, Region region, long position, boolean write) {
        MemorySegment block = slots.block(slot);
        if (write && verified) {
            mark.write(block, slots.view(slot), position, region.nextVersion(position));
        }
        int file = region.descriptor();
        Submission entry;
        if (use.fixed()) {
            entry =
                    write
                            ? operations.prepareWriteFixed(
                                    file, block, 0, blockBytes, position, slot)
                            : operations.prepareReadFixed(
                                    file, block, 0, blockBytes, position, slot);
            entry.fixedFile();
        } else {
            entry =
                    write
                            ? operations.prepareWrite(file, block, 0, blockBytes, position)
                            : operations.prepareRead(file, block, 0, blockBytes, position);
        }
        entry.token(slot);
    }

    private void handOver(int count) throws IOException {
        int taken;
        int awaited = Math.min(use.awaited(), slots.inFlight());
        if (count == use.batch() && slots.freeCount() > 0 && remaining > 0) {
            taken = ring.submit(); // there is room for another batch
        } else if (isPaced() && slots.freeCount() > 0 && remaining > 0) {
            taken = ring.submitAndWait(Math.max(1, awaited), pauseNanos());
        } else if (use.kernelPolls()) {
            taken = spin(awaited);
        } else {
            taken = ring.submitAndWait(awaited);
        }
        // Both pass: the one when completions were polled, the other when there is memory again.
        if (taken < 0 && taken != -Errno.EBUSY && taken != -Errno.EAGAIN) {
            throw new IOException(
                    "io_uring_enter failed: "
                            + Errno.nameOf(-taken)
                            + ", "
                            + Errno.describe(-taken));
        }
    }

    private long pauseNanos() {
        long next = beginNanos + (long) (begun / perNano);
        return Math.clamp(next - System.nanoTime(), 0, PAUSE_NANOS_MAX);
    }

    /** The kernel's thread does all; a call only when it takes long. */
    private int spin(int awaited) {
        int taken = ring.submit();
        for (int i = 0; i < SPINS && ring.available() < awaited; i++) {
            Thread.onSpinWait();
        }
        return taken < 0 || ring.available() >= awaited ? taken : ring.submitAndWait(awaited);
    }

    @Override
    public void onCompletion(long token, int result, int flags) {
        if (token == NOT_A_SLOT) {
            settled(result);
            return;
        }
        int slot = (int) token;
        if (result != blockBytes) {
            failed(slot, result);
        } else if (readingBack) {
            if (verify(slot)) {
                counts.readBackOne();
            }
        } else if (slots.isWriting(slot)) {
            counts.writes().record(now - slots.begunNanos(slot));
        } else {
            counts.reads().record(now - slots.begunNanos(slot));
            if (verified) {
                boolean ignored = verify(slot);
            }
        }
        slots.region(slot).done(slots.position(slot));
        slots.giveBack(slot);
    }

    private boolean verify(int slot) {
        Region region = slots.region(slot);
        long position = slots.position(slot);
        int version = region.version(position);
        if (mark.isRight(slots.block(slot), slots.view(slot), position, version)) {
            return true;
        }
        control.fail(
                new IOException(
                        region.file().path()
                                + " is wrong at position "
                                + position
                                + ": found "
                                + mark.found(
                                        slots.block(slot), slots.view(slot), position, version)));
        return false;
    }

    private void failed(int slot, int result) {
        control.fail(
                new IOException(
                        IoTrouble.words(
                                slots.isWriting(slot),
                                slots.region(slot).file().path(),
                                slots.position(slot),
                                blockBytes,
                                result)));
    }

    /** Has what was written on the disk and out of the page cache, so that it is the disk's. */
    private void settle() throws IOException {
        for (Region region : regions) {
            control(region, operations.prepareSync(region.descriptor(), 0));
            control(region, operations.prepareAdvise(region.descriptor(), 0, 0, ADVICE_DONT_NEED));
        }
    }

    private void control(Region region, Submission entry) throws IOException {
        if (use.fixed()) {
            entry.fixedFile();
        }
        entry.token(NOT_A_SLOT);
        settled = false;
        while (!settled) {
            int taken = ring.submitAndWait(1);
            if (taken < 0) {
                throw new IOException(
                        "Bringing "
                                + region.file().path()
                                + " to the disk failed: "
                                + Errno.describe(-taken));
            }
            int ignored = ring.poll(this, 1);
        }
    }

    private void settled(int result) {
        settled = true;
        if (result < 0) {
            control.fail(
                    new IOException(
                            "Bringing what was written to the disk failed: "
                                    + Errno.nameOf(-result)
                                    + ", "
                                    + Errno.describe(-result)));
        }
    }
}
