package dev.ringroad.bench.nvme;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.SubmissionEntry;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How fast the model goes when commands are always there, on one processor without a driver: what
 * no driver can get beyond. Its cache lines never travel.
 */
final class ModelAlone {
    private static final VarHandle INTS = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final int MEMORY_BYTES = 1 << 20;
    private static final int BATCHES_A_LOOK = 1024;
    private static final int SUBMISSION_DOORBELL = 0x1000;
    private static final int COMPLETION_DOORBELL = 0x1080;

    private ModelAlone() {}

    /** Commands a second in batches of the depth; the last of several runs counts. */
    static double rate(int depth, int cpu, long nanos, int runs) throws IOException {
        Affinity.pinCurrentThread(cpu);
        ModelDevice device = new ModelDevice(InstantController.registerBytes(), MEMORY_BYTES);
        try {
            int entries = Integer.highestOneBit(depth) * 2;
            long submissionBytes = (long) entries * SubmissionEntry.BYTES;
            MemorySegment memory = device.memory();
            ModelQueue queue =
                    new ModelQueue(
                            1,
                            -1,
                            device.registers(),
                            SUBMISSION_DOORBELL,
                            COMPLETION_DOORBELL,
                            memory.asSlice(0, submissionBytes),
                            memory.asSlice(
                                    submissionBytes, (long) entries * CompletionEntry.BYTES));
            double rate = 0;
            int at = 0;
            for (int i = 0; i < runs; i++) {
                long begin = System.nanoTime();
                long count = 0;
                long taken;
                do {
                    for (int batch = 0; batch < BATCHES_A_LOOK; batch++) {
                        at = at + depth & entries - 1;
                        INTS.setRelease(device.registers(), SUBMISSION_DOORBELL, at);
                        count += queue.completeAll();
                        INTS.setRelease(device.registers(), COMPLETION_DOORBELL, at);
                    }
                    taken = System.nanoTime() - begin;
                } while (taken < nanos);
                rate = count * 1e9 / taken;
            }
            return rate;
        } finally {
            device.free();
        }
    }
}
