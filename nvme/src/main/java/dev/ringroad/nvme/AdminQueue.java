package dev.ringroad.nvme;

import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

/**
 * The admin queue: commands with a handler of their own each. Under the controller's lock, all of
 * it.
 */
final class AdminQueue implements NvmeCompletion {
    private final QueuePair pair;
    private final @Nullable NvmeCompletion[] handlers;
    private final long[] tokens;

    AdminQueue(NvmeController controller, QueuePairMemory memory, long timeoutNanos) {
        pair = new QueuePair(controller, memory, 0, this, null, timeoutNanos);
        handlers = new NvmeCompletion[memory.depth()];
        tokens = new long[memory.depth()];
    }

    QueuePair pair() {
        return pair;
    }

    /**
     * Accepts a command, which is under way after the next poll.
     *
     * @param dataBytes how many bytes of the queue's room for data it uses; 0 when it uses none
     * @return 0, or a {@link Refusal}
     */
    int submit(AdminCommand command, NvmeCompletion handler, long token, int dataBytes) {
        int slot = 0;
        while (slot < handlers.length && handlers[slot] != null) {
            slot++;
        }
        if (slot == handlers.length) {
            return Refusal.FULL;
        }
        int refusal = send(command, slot, dataBytes);
        if (refusal == 0) {
            handlers[slot] = handler;
            tokens[slot] = token;
            if (command.isUnlimited()) {
                pair.trackers().lastIsAgeless();
            }
        }
        return refusal;
    }

    private int send(AdminCommand command, int slot, int dataBytes) {
        if (dataBytes == 0) {
            return pair.send(
                    slot,
                    command.opcode(),
                    command.namespace(),
                    0,
                    command.first(),
                    command.second(),
                    command.words(10),
                    command.words(12),
                    command.words(14));
        }
        QueuePairMemory memory = pair.memory();
        return pair.submit(
                slot,
                command.opcode(),
                command.namespace(),
                memory.memory(),
                memory.dataAt(),
                dataBytes,
                command.words(10),
                command.words(12),
                command.words(14));
    }

    @Override
    public void completed(long token, int status) {
        int slot = (int) token;
        NvmeCompletion handler = handlers[slot];
        handlers[slot] = null;
        if (handler != null) {
            handler.completed(tokens[slot], status);
        }
    }

    int poll(long nowNanos) {
        return pair.pollRings(nowNanos);
    }

    /** Tells every command once that the controller has been stopped. */
    void abandon(int status) {
        int ignored =
                pair.abandon(status, status == NvmeStatus.RESET ? NvmeStatus.TIMED_OUT : status);
    }
}
