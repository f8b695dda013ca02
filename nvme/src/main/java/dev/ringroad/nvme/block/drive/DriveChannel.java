package dev.ringroad.nvme.block.drive;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.ControllerState;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.FinishedRequests;
import dev.ringroad.nvme.block.RequestQueue;
import dev.ringroad.nvme.block.RequestRules;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.IoOpcode;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * A queue pair as a channel. Requests go into the submission ring as they are submitted, as long as
 * there is room and nothing waits; the doorbell follows with the next poll.
 */
final class DriveChannel implements BlockChannel {
    private static final int SLOTS_MAX = 16;
    private static final int DEPTH_MAX = 4095;

    private final NvmeController controller;
    private final NvmeNamespace namespace;
    private final DriveRegions regions;
    private final RequestRules rules;
    private final int blocksMax;
    private final QueuePair pair;
    private final BounceSlots slots;
    private final DmaMemory ranges;
    private final RequestQueue waiting = new RequestQueue();
    private final FinishedRequests finished = new FinishedRequests();
    private final @Nullable BlockRequest[] underWay;
    private final int[] slotOf;
    private final int[] freeTokens;
    private int freeCount;

    private DriveChannel(NvmeDrive drive, int depth, BounceSlots slots, DmaMemory ranges)
            throws IOException {
        controller = drive.controller();
        namespace = drive.namespace();
        regions = drive.regions();
        rules = RequestRules.of(drive);
        blocksMax = drive.geometry().requestBlocksMax();
        this.slots = slots;
        this.ranges = ranges;
        pair = controller.createQueuePair(new QueuePairConfig(depth, true, false), this::completed);
        underWay = new BlockRequest[depth];
        slotOf = new int[depth];
        freeTokens = new int[depth];
        for (int i = 0; i < depth; i++) {
            freeTokens[i] = i;
        }
        freeCount = depth;
    }

    static DriveChannel open(NvmeDrive drive, int depthWanted) throws IOException {
        // A compare-and-write takes two places.
        int depth = Math.clamp(depthWanted, 2, DEPTH_MAX);
        int count = Math.min(depth, SLOTS_MAX);
        int blocks = drive.geometry().requestBlocksMax();
        long bytes = count * BounceSlots.slotBytes(drive.namespace(), blocks);
        DmaMemory memory = drive.controller().dma().allocate("nvme bounce", bytes);
        BounceSlots slots = new BounceSlots(memory, drive.namespace(), count, blocks);
        try {
            DmaMemory ranges =
                    drive.controller()
                            .dma()
                            .allocate("nvme ranges", (long) depth * DatasetRange.BYTES);
            try {
                return new DriveChannel(drive, depth, slots, ranges);
            } catch (Throwable t) {
                ranges.close();
                throw t;
            }
        } catch (Throwable t) {
            slots.close();
            throw t;
        }
    }

    @Override
    public void submit(BlockRequest request) {
        if (!waiting.isEmpty() || !start(request)) {
            waiting.add(request);
        }
    }

    @Override
    public int poll(long nowNanos) {
        int told = finished.complete();
        startWaiting();
        return told + pair.poll(nowNanos);
    }

    private void startWaiting() {
        for (BlockRequest next = waiting.take(); next != null; next = waiting.take()) {
            if (!start(next)) {
                waiting.addFirst(next);
                return;
            }
        }
    }

    /**
     * Sends a request, or knows what becomes of it.
     *
     * @return false when it has to wait
     */
    private boolean start(BlockRequest request) {
        BlockStatus status = rules.check(request);
        if (status != BlockStatus.OK) {
            finished.add(request, status);
            return true;
        }
        if (freeCount == 0) {
            return false;
        }
        int token = freeTokens[freeCount - 1];
        slotOf[token] = BounceSlots.NONE;
        int refusal = send(token, request);
        if (refusal == 0) {
            freeCount--;
            underWay[token] = request;
            return true;
        }
        if (slotOf[token] != BounceSlots.NONE) {
            slots.giveBack(slotOf[token]);
        }
        return refused(request, refusal);
    }

    private boolean refused(BlockRequest request, int refusal) {
        if (refusal == Refusal.FULL) {
            return false;
        }
        if (refusal != Refusal.STOPPED) {
            finished.add(request, DriveStatus.ofRefusal(refusal));
            return true;
        }
        ControllerState state = controller.state();
        if (state == ControllerState.GONE || state == ControllerState.FAILED) {
            BlockStatus status =
                    state == ControllerState.GONE ? BlockStatus.GONE : BlockStatus.FAILED;
            finished.add(request, status);
            return true;
        }
        return false;
    }

    private int send(int token, BlockRequest request) {
        BlockOperation operation = request.operation();
        return switch (operation) {
            case READ -> transfer(token, IoOpcode.READ, request);
            case WRITE -> transfer(token, IoOpcode.WRITE, request);
            case COMPARE -> transfer(token, IoOpcode.COMPARE, request);
            case FLUSH -> pair.flush(token, namespace);
            case WRITE_ZEROES ->
                    pair.writeZeroes(
                            token,
                            namespace,
                            request.block(),
                            request.blockCount(),
                            flags(request));
            case UNMAP -> unmap(token, request);
            case COMPARE_AND_WRITE -> compareAndWrite(token, request);
        };
    }

    private static int flags(BlockRequest request) {
        return request.forceUnitAccess() ? QueuePair.FORCE_UNIT_ACCESS : 0;
    }

    private int transfer(int token, int opcode, BlockRequest request) {
        int count = request.blockCount();
        if (namespace.metadataBytes() == 0) {
            long bytes = (long) count * namespace.blockBytes();
            DriveRegions.Registered region =
                    regions.find(request.data(), request.dataOffset(), bytes);
            if (region != null) {
                long offset = request.data().address() + request.dataOffset() - region.address();
                int refusal =
                        pair.transfer(
                                token,
                                opcode,
                                namespace,
                                request.block(),
                                count,
                                region.memory(),
                                offset,
                                flags(request),
                                0);
                if (refusal != Refusal.MISALIGNED && refusal != Refusal.TOO_SCATTERED) {
                    return refusal;
                }
            }
        }
        return transferByCopy(token, opcode, request);
    }

    private int transferByCopy(int token, int opcode, BlockRequest request) {
        int slot = slots.take();
        if (slot == BounceSlots.NONE) {
            return Refusal.FULL;
        }
        slotOf[token] = slot;
        if (opcode != IoOpcode.READ) {
            slots.fill(slot, request, 0, 0, request.blockCount());
        }
        return pair.transfer(
                token,
                opcode,
                namespace,
                request.block(),
                request.blockCount(),
                slots.memory(),
                slots.at(slot),
                flags(request),
                slots.metadataAddress(slot));
    }

    private int unmap(int token, BlockRequest request) {
        long at = (long) token * DatasetRange.BYTES;
        DatasetRange.encode(ranges.segment(), at, 0, request.blockCount(), request.block());
        return pair.datasetManagement(token, namespace, ranges, at, 1, DatasetRange.DEALLOCATE);
    }

    private int compareAndWrite(int token, BlockRequest request) {
        int count = request.blockCount();
        if (2L * count > blocksMax) {
            return Refusal.TOO_LONG;
        }
        int slot = slots.take();
        if (slot == BounceSlots.NONE) {
            return Refusal.FULL;
        }
        slotOf[token] = slot;
        slots.fill(slot, request, 0, 0, 2 * count);
        long written = slots.at(slot) + (long) count * namespace.blockDataBytes();
        return pair.compareAndWrite(
                token,
                namespace,
                request.block(),
                count,
                slots.memory(),
                slots.at(slot),
                slots.memory(),
                written);
    }

    private void completed(long tokenGiven, int status) {
        int token = (int) tokenGiven;
        BlockRequest request = underWay[token];
        if (request == null) {
            return;
        }
        underWay[token] = null;
        freeTokens[freeCount++] = token;
        int slot = slotOf[token];
        if (slot != BounceSlots.NONE) {
            if (status == 0 && request.operation() == BlockOperation.READ) {
                slots.empty(slot, request);
            }
            slots.giveBack(slot);
        }
        request.complete(DriveStatus.of(status), -status);
    }

    @Override
    public int outstanding() {
        return waiting.size() + finished.size() + (underWay.length - freeCount);
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        return waiting.isEmpty() && finished.size() == 0 && pair.prepareSleep(wake);
    }

    @Override
    public long nextDeadlineNanos() {
        return pair.nextDeadlineNanos();
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
        pair.close();
        ranges.close();
        slots.close();
    }
}
