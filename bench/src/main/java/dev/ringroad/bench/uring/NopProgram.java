package dev.ringroad.bench.uring;

import dev.ringroad.bench.machine.FigureJvm;
import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.CompletionHandler;
import dev.ringroad.uring.ControlOperations;
import dev.ringroad.uring.Uring;
import dev.ringroad.uring.UringConfig;

import java.util.concurrent.TimeUnit;

/** No-ops a second of our ring, in batches; a JVM of its own for one size of batch. */
public final class NopProgram {
    private static final int ENTRIES = 64;
    private static final int BATCHES_A_LOOK = 1024;
    private static final int WARM_UPS = 6;

    private final Uring ring;
    private final int batch;
    private final CompletionHandler handler = this::onCompletion;
    private long sum;

    private NopProgram(Uring ring, int batch) {
        this.ring = ring;
        this.batch = batch;
    }

    /**
     * Prints the rate.
     *
     * @param args the processor's number, milliseconds to measure, no-ops in a batch
     */
    public static void main(String[] args) throws SystemCallException {
        Affinity.pinCurrentThread(Integer.parseInt(args[0]));
        long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[1]));
        int batch = Integer.parseInt(args[2]);
        try (Uring ring = Uring.open(UringConfig.of(ENTRIES))) {
            NopProgram program = new NopProgram(ring, batch);
            for (int i = 0; i < WARM_UPS; i++) {
                var _ = program.rate(nanos / 4);
            }
            FigureJvm.print(System.out, batch, program.rate(nanos));
        }
    }

    private double rate(long nanos) {
        long begin = System.nanoTime();
        long count = 0;
        sum = 0;
        long taken;
        do {
            for (int i = 0; i < BATCHES_A_LOOK; i++) {
                batch();
            }
            count += (long) BATCHES_A_LOOK * batch;
            taken = System.nanoTime() - begin;
        } while (taken < nanos);
        if (sum != count / batch * ((long) batch * (batch + 1) / 2)) {
            throw new IllegalStateException("Completions were lost: " + sum);
        }
        return count * 1e9 / taken;
    }

    private void batch() {
        Uring own = ring;
        ControlOperations control = own.control();
        int count = batch;
        for (int i = 1; i <= count; i++) {
            control.prepareNop().token(i);
        }
        if (own.submitAndWait(count) != count || own.poll(handler, count) != count) {
            throw new IllegalStateException("The kernel did not take a whole batch");
        }
    }

    private void onCompletion(long token, int result, int flags) {
        sum += token;
    }
}
