package dev.ringroad.uring;

import dev.ringroad.core.linux.Errno;

import java.util.SplittableRandom;

/** Time-outs, of which every second one is cancelled as it may be ending. */
final class TimerLoad extends SoakLoad {
    private final SplittableRandom random;
    private int outstanding;

    TimerLoad(UringLoop loop, int seed) {
        super(loop);
        random = new SplittableRandom(seed);
    }

    @Override
    void begin() {
        boolean cancelled = random.nextBoolean();
        outstanding = cancelled ? 2 : 1;
        room(2);
        ControlOperations control = loop.ring().control();
        long timeout = loop.begin((token, result, flags) -> ended(result), 0, null);
        control.prepareTimeout(random.nextInt(300_000), 0, 0).token(timeout);
        if (cancelled) {
            long cancel = loop.begin((token, result, flags) -> cancelled(result), 0, null);
            control.prepareCancel(timeout, 0).token(cancel);
        }
    }

    private void ended(int result) {
        if (result != -Errno.ETIME && result != -Errno.ECANCELED) {
            fail("time-out answers " + result);
        } else {
            partDone();
        }
    }

    private void cancelled(int result) {
        if (result != 0 && result != -Errno.ENOENT && result != -Errno.EALREADY) {
            fail("cancel answers " + result);
        } else {
            partDone();
        }
    }

    private void partDone() {
        if (--outstanding == 0) {
            done();
        }
    }

    @Override
    void close() {
        // It holds nothing.
    }
}
