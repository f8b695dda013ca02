package dev.ringroad.nvme;

import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** One admin command that somebody waits for, under the controller's lock. */
final class AdminCall implements NvmeCompletion {
    private final NvmeController controller;
    private boolean done;
    private int status;
    private long result;

    private AdminCall(NvmeController controller) {
        this.controller = controller;
    }

    static long execute(
            NvmeController controller, AdminCommand command, @Nullable MemorySegment data)
            throws IOException {
        long bytes = data == null ? 0 : data.byteSize();
        if (bytes > controller.adminDataBytesMax()) {
            throw new IOException(
                    bytes
                            + " bytes are too many for "
                            + command
                            + ". Remedy: at most "
                            + controller.adminDataBytesMax()
                            + " at once.");
        }
        QueuePairMemory memory = controller.admin().pair().memory();
        MemorySegment room = memory.memory().segment().asSlice(memory.dataAt(), bytes);
        if (data != null && !command.isDataIn()) {
            room.copyFrom(data);
        } else {
            room.fill((byte) 0);
        }
        AdminCall call = new AdminCall(controller);
        int refusal = controller.admin().submit(command, call, 0, (int) bytes);
        if (refusal != 0) {
            throw new IOException(
                    command + " of " + controller.name() + ": " + Refusal.sentence(refusal));
        }
        call.await();
        if (call.status != NvmeStatus.SUCCESS) {
            throw new NvmeException(command + " of " + controller.name(), call.status);
        }
        if (data != null && command.isDataIn()) {
            data.copyFrom(room);
        }
        return call.result;
    }

    private void await() {
        NvmeConfig config = controller.config();
        while (!done) {
            if (controller.pollLocked(config.nowNanos()) == 0 && !done) {
                config.pause();
            }
        }
    }

    @Override
    public void completed(long token, int statusNow) {
        result = NvmeStatus.isOwn(statusNow) ? 0 : controller.adminResult();
        status = statusNow;
        done = true;
    }
}
