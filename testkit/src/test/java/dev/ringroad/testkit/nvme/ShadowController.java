package dev.ringroad.testkit.nvme;

import dev.ringroad.bench.nvme.InstantController;
import dev.ringroad.bench.nvme.ModelDevice;
import dev.ringroad.bench.nvme.ModelQueue;
import dev.ringroad.nvme.command.AdminCapabilities;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * An instant controller with doorbells in memory (NVM Express Base Specification 2.0, annex B.5)
 * which goes by its word: it looks at a queue when the register is written, and says after each
 * look how far it has seen.
 */
final class ShadowController extends InstantController {
    private static final int PAGE = 4096;

    /** What stood in memory for the doorbells of each queue when it was made: four words each. */
    final List<Integer> found = new ArrayList<>();

    private @Nullable MemorySegment values;
    private @Nullable MemorySegment events;

    ShadowController(ModelDevice device) {
        super(device);
    }

    @Override
    protected void identify(IdentifyController identity) {
        super.identify(identity);
        identity.admin().optionalCommands(AdminCapabilities.DOORBELL_BUFFER_SUPPORTED);
    }

    @Override
    protected int administer(int opcode, MemorySegment entries, long at) {
        if (opcode == AdminOpcode.DOORBELL_BUFFER_CONFIG) {
            values = memory(SubmissionEntry.prp1(entries, at), PAGE);
            events = memory(SubmissionEntry.prp2(entries, at), PAGE);
            return NvmeStatus.SUCCESS;
        }
        if (opcode == AdminOpcode.CREATE_SUBMISSION_QUEUE) {
            lookAt(SubmissionEntry.doubleWord(entries, at, 10) & 0xffff);
        }
        return super.administer(opcode, entries, at);
    }

    private void lookAt(int queueId) {
        for (@Nullable MemorySegment page : new MemorySegment[] {values, events}) {
            if (page != null) {
                found.add(page.get(ValueLayout.JAVA_INT, submissionAt(queueId)));
                found.add(page.get(ValueLayout.JAVA_INT, completionAt(queueId)));
            }
        }
    }

    @Override
    protected int serve(ModelQueue queue) {
        int done = super.serve(queue);
        if (done > 0) {
            seen(submissionAt(queue.id()));
            seen(completionAt(queue.id()));
        }
        return done;
    }

    /** From here on it wants the register written, and what memory says by then it takes over. */
    private void seen(long at) {
        if (values != null && events != null) {
            int value = values.get(ValueLayout.JAVA_INT, at);
            events.set(ValueLayout.JAVA_INT, at, value);
            put((int) (ControllerRegister.DOORBELLS + at), value);
        }
    }

    private static long submissionAt(int queueId) {
        return ControllerRegister.submissionDoorbell(queueId, DOORBELL_STRIDE)
                - ControllerRegister.DOORBELLS;
    }

    private static long completionAt(int queueId) {
        return ControllerRegister.completionDoorbell(queueId, DOORBELL_STRIDE)
                - ControllerRegister.DOORBELLS;
    }
}
