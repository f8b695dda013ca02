package dev.ringroad.nvme;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.IoCapabilities;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The I/O queue pairs of a controller: making them and giving them back, under its lock. */
final class QueuePairs {
    private final NvmeController controller;
    private final AdminQueue admin;
    private final Lifecycle lifecycle;
    private final List<QueueMaking> pairs = new ArrayList<>();

    QueuePairs(NvmeController controller, AdminQueue admin, Lifecycle lifecycle) {
        this.controller = controller;
        this.admin = admin;
        this.lifecycle = lifecycle;
    }

    boolean isEmpty() {
        return pairs.isEmpty();
    }

    /** Has the controller make what owners want. */
    void poll() {
        // By index: it is part of the path without allocation.
        for (int i = 0; i < pairs.size(); i++) {
            QueueMaking making = pairs.get(i);
            making.poll(lifecycle.epoch());
            if (making.isRefusedAgain(lifecycle.epoch())) {
                giveUp(making.pair());
            }
        }
    }

    private void giveUp(QueuePair pair) {
        lifecycle.giveUp(
                "after its reset it does not make queue pair "
                        + pair.id()
                        + " again: "
                        + NvmeStatus.sentence(pair.watch().makingStatus()));
    }

    QueuePair create(QueuePairConfig wanted, NvmeCompletion handler) throws IOException {
        int id = freeId();
        QueuePairMemory memory =
                QueuePairMemory.allocate(
                        controller.dma(),
                        "nvme queue " + id,
                        shape(wanted.depth()),
                        wanted.controllerMemory() ? controller.controllerMemory() : null);
        EventFd interrupt = wanted.interrupts() ? controller.interrupt(id) : null;
        QueuePair pair =
                new QueuePair(
                        controller,
                        memory,
                        id,
                        handler,
                        interrupt,
                        controller.config().commandTimeoutNanos());
        // What the controller wished for an earlier queue would keep the first commands from it.
        controller.clearShadowDoorbells(id);
        QueueMaking making = new QueueMaking(admin, pair);
        pairs.add(making);
        awaitMade(making);
        return pair;
    }

    private int freeId() throws IOException {
        int stride = ControllerRegister.doorbellStride(controller.capabilities());
        for (int id = 1; id <= controller.queuePairsMax(); id++) {
            long end = ControllerRegister.completionDoorbell(id, stride) + Integer.BYTES;
            if (end <= controller.registerBytes() && isFree(id)) {
                return id;
            }
        }
        throw new IOException(
                "The NVMe controller "
                        + controller.name()
                        + " has no queue pair left: it grants "
                        + controller.queuePairsMax()
                        + ". Remedy: close one, or ask for more when it is opened.");
    }

    private boolean isFree(int id) {
        return pairs.stream().noneMatch(making -> making.pair().id() == id);
    }

    private QueuePairMemory.Shape shape(int depthWanted) {
        int most =
                Integer.highestOneBit(
                        ControllerRegister.queueEntriesMax(controller.capabilities()));
        int entries = Math.min(Integer.highestOneBit(depthWanted) * 2, most);
        return new QueuePairMemory.Shape(
                Math.min(depthWanted, entries - 1),
                entries,
                controller.pageBytes(),
                controller.transferBytesMax(),
                sgl(),
                0);
    }

    private int sgl() {
        if (!controller.config().scatterGatherLists()) {
            return DataPointers.NO_SGL;
        }
        return switch (controller.identity().io().sglSupport() & 3) {
            case IoCapabilities.SGL_BYTE_ALIGNED -> DataPointers.SGL_ANY;
            case IoCapabilities.SGL_DWORD_ALIGNED -> DataPointers.SGL_ALIGNED;
            default -> DataPointers.NO_SGL;
        };
    }

    private void awaitMade(QueueMaking making) throws IOException {
        QueuePair pair = making.pair();
        while (!pair.watch().isMade(lifecycle.epoch())) {
            int status = pair.watch().makingStatus();
            ControllerState state = lifecycle.state();
            if (state != ControllerState.READY && state != ControllerState.RESETTING) {
                status = lifecycle.statusOfStopped();
            }
            if (status != 0) {
                forget(making);
                throw new NvmeException(
                        "Making queue pair " + pair.id() + " of " + controller.name(), status);
            }
            step();
            if (pair.epoch() != lifecycle.epoch()) {
                pair.watch().acknowledgeUnused(lifecycle.quiescedEpoch());
            }
        }
        pair.start(lifecycle.epoch(), controller.shadowDoorbells(pair.id()));
    }

    private void step() {
        NvmeConfig config = controller.config();
        if (controller.pollLocked(config.nowNanos()) == 0) {
            config.pause();
        }
    }

    /** Gives back what the controller may know of; it is reset if that has to be. */
    private void forget(QueueMaking making) {
        pairs.remove(making);
        if (making.isHalfMade() && lifecycle.state() == ControllerState.READY) {
            delete(AdminOpcode.DELETE_COMPLETION_QUEUE, making.pair().id());
        }
        making.pair().memory().close();
    }

    private void delete(int opcode, int id) {
        try {
            long ignored = controller.execute(new AdminCommand(opcode).doubleWord(10, id));
        } catch (IOException e) {
            // A controller that keeps a queue would go on using its memory.
            lifecycle.requestReset(lifecycle.epoch());
            settle();
        }
    }

    /** Waits until a reset that was asked for, or is going on, is over. */
    private void settle() {
        do {
            step();
        } while (lifecycle.state() == ControllerState.RESETTING);
    }

    /** The same, and until the controller makes nothing any more in the memory of a pair. */
    private void settle(QueueMaking making) {
        while (lifecycle.state() == ControllerState.RESETTING
                || (lifecycle.state() == ControllerState.READY
                        && making.isUnderWay(lifecycle.epoch()))) {
            step();
        }
    }

    /** Deletes both queues of a pair, and tells the owner of what is under way. */
    void retire(QueuePair pair) {
        QueueMaking making = find(pair);
        if (making == null) {
            return;
        }
        settle(making);
        pairs.remove(making);
        int status = NvmeStatus.ABORTED_QUEUE_DELETED;
        if (lifecycle.state() != ControllerState.READY) {
            status = lifecycle.statusOfStopped();
        } else {
            deleteIfMade(pair, AdminOpcode.DELETE_SUBMISSION_QUEUE);
            deleteIfMade(pair, AdminOpcode.DELETE_COMPLETION_QUEUE);
        }
        try {
            pair.drain(status);
        } finally {
            pair.memory().close();
        }
    }

    private @Nullable QueueMaking find(QueuePair pair) {
        for (QueueMaking making : pairs) {
            if (making.pair() == pair) {
                return making;
            }
        }
        return null;
    }

    private void deleteIfMade(QueuePair pair, int opcode) {
        if (lifecycle.state() == ControllerState.READY && pair.watch().isMade(lifecycle.epoch())) {
            delete(opcode, pair.id());
        }
    }
}
