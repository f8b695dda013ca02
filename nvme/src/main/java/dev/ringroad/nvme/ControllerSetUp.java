package dev.ringroad.nvme;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.FeatureId;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

/**
 * What a controller is asked each time it has become ready, one command after the other: how many
 * queues, and to use shadow doorbells once it is known to have them. Under the controller's lock.
 */
final class ControllerSetUp implements NvmeCompletion {
    private final AdminQueue admin;
    private final Lifecycle lifecycle;
    private final int queuePairsWanted;
    private @Nullable ShadowDoorbells shadow;
    private boolean shadowTried;
    private int epoch;
    private int queuePairs;

    ControllerSetUp(AdminQueue admin, Lifecycle lifecycle, int queuePairsWanted) {
        this.admin = admin;
        this.lifecycle = lifecycle;
        this.queuePairsWanted = queuePairsWanted;
    }

    void shadow(@Nullable ShadowDoorbells doorbells) {
        shadow = doorbells;
    }

    /** How many I/O queue pairs the controller has granted. */
    int queuePairs() {
        return queuePairs;
    }

    void begin(int ofEpoch) {
        epoch = ofEpoch;
        shadowTried = false;
        int last = queuePairsWanted - 1;
        submit(
                new AdminCommand(AdminOpcode.SET_FEATURES)
                        .doubleWord(10, FeatureId.NUMBER_OF_QUEUES)
                        .doubleWord(11, last << 16 | last));
    }

    private void submit(AdminCommand command) {
        int refusal = admin.submit(command, this, epoch, 0);
        if (refusal != 0) {
            lifecycle.setUpDone(epoch, command + " was refused: " + Refusal.sentence(refusal));
        }
    }

    static AdminCommand doorbellBuffer(ShadowDoorbells doorbells) {
        return new AdminCommand(AdminOpcode.DOORBELL_BUFFER_CONFIG)
                .addresses(doorbells.valuesAddress(), doorbells.eventsAddress());
    }

    @Override
    public void completed(long token, int status) {
        if (token != epoch || NvmeStatus.isOwn(status)) {
            return;
        }
        if (status != NvmeStatus.SUCCESS) {
            String what = shadowTried ? "doorbell buffer config" : "number of queues";
            lifecycle.setUpDone(epoch, what + " failed: " + NvmeStatus.sentence(status));
            return;
        }
        ShadowDoorbells doorbells = shadow;
        if (!shadowTried) {
            int granted = (int) admin.pair().result();
            queuePairs = Math.min((granted & 0xffff) + 1, (granted >>> 16) + 1);
            queuePairs = Math.min(queuePairs, queuePairsWanted);
            if (doorbells != null) {
                shadowTried = true;
                submit(doorbellBuffer(doorbells));
                return;
            }
        }
        lifecycle.setUpDone(epoch, null);
    }
}
