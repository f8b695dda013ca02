package dev.ringroad.nvme.block.file;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.FinishedRequests;
import dev.ringroad.nvme.block.RequestQueue;
import dev.ringroad.nvme.block.RequestRules;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.FileOperations;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.Uring;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A file's requests through a ring. Each has a slot while it is under way, whose index is the token
 * of its entries; the rest waits. What is submitted between two polls is handed over in one call.
 */
final class RingFileChannel implements BlockChannel, CompletionHandler {
    private final Uring ring;
    private final FileOperations operations;
    private final int file;
    private final RequestRules rules;
    private final int blockBytes;
    private final RequestQueue waiting = new RequestQueue();
    private final FinishedRequests refused = new FinishedRequests();
    private final Slot[] slots;
    private final int[] free;
    private int freeCount;
    private int completed;
    private final Arena bounceArena = Arena.ofConfined();

    /**
     * @param ring belongs to the calling thread, and is closed with the channel
     */
    RingFileChannel(Uring ring, int file, RequestRules rules, int blockBytes, int depth) {
        this.ring = ring;
        this.operations = ring.files();
        this.file = file;
        this.rules = rules;
        this.blockBytes = blockBytes;
        slots = new Slot[depth];
        free = new int[depth];
        for (int i = 0; i < depth; i++) {
            slots[i] = new Slot();
            free[i] = depth - 1 - i;
        }
        freeCount = depth;
    }

    /** A request that is under way. */
    private static final class Slot {
        @Nullable BlockRequest request;
        MemorySegment memory = MemorySegment.NULL;
        long at;
        long position;
        int bytes;
        int done;
        boolean syncing;
        MemorySegment bounce = MemorySegment.NULL;
    }

    @Override
    public void submit(BlockRequest request) {
        BlockStatus status = rules.check(request);
        if (status == BlockStatus.OK) {
            waiting.add(request);
            begin();
        } else {
            refused.add(request, status);
        }
    }

    private void begin() {
        while (freeCount > 0 && ring.free() > 0) {
            BlockRequest request = waiting.take();
            if (request == null) {
                return;
            }
            int index = free[--freeCount];
            fill(slots[index], request);
            prepare(index);
        }
    }

    private void fill(Slot slot, BlockRequest request) {
        BlockOperation operation = request.operation();
        slot.request = request;
        slot.done = 0;
        slot.syncing = operation == BlockOperation.FLUSH;
        slot.position = request.block() * blockBytes;
        if (operation != BlockOperation.READ && operation != BlockOperation.WRITE) {
            return;
        }
        int bytes = request.blockCount() * blockBytes;
        slot.bytes = bytes;
        slot.memory = request.data();
        slot.at = request.dataOffset();
        if (!request.data().isNative()) {
            bounce(slot, request, operation == BlockOperation.WRITE);
        }
    }

    /** The kernel cannot use the heap. A slot keeps its memory for the next time. */
    private void bounce(Slot slot, BlockRequest request, boolean write) {
        if (slot.bounce.byteSize() < slot.bytes) {
            long bytes = Long.highestOneBit(2L * slot.bytes - 1);
            slot.bounce = bounceArena.allocate(bytes, blockBytes);
        }
        slot.memory = slot.bounce;
        slot.at = 0;
        if (write) {
            MemorySegment.copy(request.data(), request.dataOffset(), slot.bounce, 0, slot.bytes);
        }
    }

    private void prepare(int index) {
        Slot slot = slots[index];
        Submission entry = slot.syncing ? sync() : transfer(slot, requestOf(slot));
        entry.token(index);
    }

    private Submission sync() {
        return operations.prepareSync(file, FileOperations.SYNC_DATA_ONLY);
    }

    private Submission transfer(Slot slot, BlockRequest request) {
        int done = slot.done;
        return switch (request.operation()) {
            case READ ->
                    operations.prepareRead(
                            file,
                            slot.memory,
                            slot.at + done,
                            slot.bytes - done,
                            slot.position + done);
            case WRITE ->
                    operations.prepareWrite(
                            file,
                            slot.memory,
                            slot.at + done,
                            slot.bytes - done,
                            slot.position + done);
            default ->
                    operations.prepareAllocate(
                            file,
                            RingFileDevice.PUNCH_HOLE,
                            slot.position,
                            (long) request.blockCount() * blockBytes);
        };
    }

    private static BlockRequest requestOf(Slot slot) {
        BlockRequest request = slot.request;
        if (request == null) {
            throw new IllegalStateException("The kernel has completed a request twice");
        }
        return request;
    }

    @Override
    public int poll(long nowNanos) {
        int told = refused.complete();
        int before = completed;
        begin();
        int underWay = slots.length - freeCount;
        if (underWay > 0) {
            // What it does not take now, for lack of memory, stays prepared for the next poll.
            int ignored = ring.submit();
            int seen = ring.poll(this, underWay);
            if (seen > 0) {
                begin();
            }
        }
        return told + completed - before;
    }

    @Override
    public void onCompletion(long token, int result, int flags) {
        int index = (int) token;
        Slot slot = slots[index];
        BlockRequest request = requestOf(slot);
        if (result == -Errno.EINTR || result == -Errno.EAGAIN) {
            prepare(index);
        } else if (result < 0) {
            finish(index, FileTroubles.statusOf(-result), -result);
        } else if (slot.syncing || !isTransfer(request)) {
            finishOrSync(index, request);
        } else if (result == 0) {
            finish(index, BlockStatus.FAILED, 0); // the file has become shorter
        } else {
            slot.done += result;
            if (slot.done < slot.bytes) {
                prepare(index);
            } else {
                finishOrSync(index, request);
            }
        }
    }

    private static boolean isTransfer(BlockRequest request) {
        return request.operation() == BlockOperation.READ
                || request.operation() == BlockOperation.WRITE;
    }

    /** What has to be durable at once is followed by a flush. */
    private void finishOrSync(int index, BlockRequest request) {
        Slot slot = slots[index];
        boolean durable =
                request.forceUnitAccess()
                        && request.operation() != BlockOperation.READ
                        && !slot.syncing;
        if (durable) {
            slot.syncing = true;
            prepare(index);
            return;
        }
        boolean bounced = request.operation() == BlockOperation.READ && !request.data().isNative();
        if (bounced) {
            MemorySegment.copy(slot.bounce, 0, request.data(), request.dataOffset(), slot.bytes);
        }
        finish(index, BlockStatus.OK, 0);
    }

    private void finish(int index, BlockStatus status, int detail) {
        Slot slot = slots[index];
        BlockRequest request = requestOf(slot);
        slot.request = null;
        slot.memory = MemorySegment.NULL;
        free[freeCount++] = index;
        completed++;
        request.complete(status, detail);
    }

    @Override
    public int outstanding() {
        return waiting.size() + refused.size() + slots.length - freeCount;
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        if (refused.size() > 0 || ring.available() > 0) {
            return false;
        }
        if (freeCount < slots.length) {
            if (ring.submit() < 0) {
                return false;
            }
            wake.add(ring.descriptor().number(), PollSet.POLLIN);
        }
        return true;
    }

    @Override
    public void close() {
        int outstanding = outstanding();
        if (outstanding > 0) {
            throw new IllegalStateException(
                    "The channel has "
                            + outstanding
                            + " requests that are not completed; poll it until there are none");
        }
        ring.close();
        bounceArena.close();
    }
}
