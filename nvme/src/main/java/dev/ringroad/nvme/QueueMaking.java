package dev.ringroad.nvme;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.NvmeStatus;

/**
 * Has the controller make the two queues of a pair, at first and after each reset: the completion
 * queue, then the submission queue. Under the controller's lock.
 */
final class QueueMaking implements NvmeCompletion {
    private static final int CONTIGUOUS = 1;
    private static final int INTERRUPTS = 1 << 1;

    private final AdminQueue admin;
    private final QueuePair pair;
    private int busyEpoch = -1;
    private boolean completionsMade;
    private boolean submissionsWait;
    private boolean wasMade;
    private int refusedEpoch = -1;

    QueueMaking(AdminQueue admin, QueuePair pair) {
        this.admin = admin;
        this.pair = pair;
    }

    QueuePair pair() {
        return pair;
    }

    /** Whether the controller has the completion queue but not the submission queue. */
    boolean isHalfMade() {
        return completionsMade;
    }

    /** Whether the controller is about to make them. */
    boolean isUnderWay(int epoch) {
        return busyEpoch == epoch && refusedEpoch != epoch && !pair.watch().isMade(epoch);
    }

    /** Whether the controller does not make again, after a reset, what it has made before. */
    boolean isRefusedAgain(int epoch) {
        return wasMade && refusedEpoch == epoch;
    }

    /** Begins, when the pair's owner wants it. */
    void poll(int epoch) {
        if (busyEpoch == epoch) {
            if (submissionsWait) {
                makeSubmissions(epoch);
            }
            return;
        }
        if (!pair.watch().wantsQueues(epoch)) {
            return;
        }
        completionsMade = false;
        submissionsWait = false;
        QueuePairMemory memory = pair.memory();
        int vector = pair.watch().hasInterrupt() ? pair.id() << 16 | INTERRUPTS : 0;
        AdminCommand command =
                new AdminCommand(AdminOpcode.CREATE_COMPLETION_QUEUE)
                        .doubleWord(10, sizeAndId(memory))
                        .doubleWord(11, vector | CONTIGUOUS)
                        .addresses(memory.completionsAddress(), 0);
        if (admin.submit(command, this, epoch, 0) == 0) {
            busyEpoch = epoch; // a full admin queue is tried again at the next poll
        }
    }

    private int sizeAndId(QueuePairMemory memory) {
        return (memory.entries() - 1) << 16 | pair.id();
    }

    @Override
    public void completed(long token, int status) {
        if (NvmeStatus.isOwn(status)) {
            return; // the next epoch begins anew
        }
        if (status != NvmeStatus.SUCCESS) {
            refusedEpoch = (int) token;
            pair.watch().notMade(status);
            return;
        }
        if (completionsMade) {
            completionsMade = false;
            wasMade = true;
            pair.watch().made((int) token);
            return;
        }
        completionsMade = true;
        makeSubmissions(token);
    }

    private void makeSubmissions(long epoch) {
        QueuePairMemory memory = pair.memory();
        AdminCommand command =
                new AdminCommand(AdminOpcode.CREATE_SUBMISSION_QUEUE)
                        .doubleWord(10, sizeAndId(memory))
                        .doubleWord(11, pair.id() << 16 | CONTIGUOUS)
                        .addresses(memory.submissionsAddress(), 0);
        submissionsWait = admin.submit(command, this, epoch, 0) != 0;
    }
}
