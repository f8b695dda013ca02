package dev.ringroad.uring;

import java.util.ArrayList;
import java.util.List;

/** Collects what a ring completes. */
final class Completions implements CompletionHandler {

    record One(long token, int result, int flags) {}

    final List<One> all = new ArrayList<>();

    @Override
    public void onCompletion(long token, int result, int flags) {
        all.add(new One(token, result, flags));
    }

    /** Submits what is prepared and waits for so many completions, which it forgets afterwards. */
    static List<One> of(Uring ring, int count) {
        Completions completions = new Completions();
        int submitted = ring.submit();
        if (submitted < 0) {
            throw new AssertionError("submit() answered " + submitted);
        }
        long end = System.nanoTime() + 10_000_000_000L;
        while (completions.all.size() < count) {
            if (ring.poll(completions, Integer.MAX_VALUE) == 0) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("Only " + completions.all + " in ten seconds");
                }
                int ignored = ring.submitAndWait(1, 1_000_000_000L);
            }
        }
        return completions.all;
    }

    /** The result of the only completion of what is prepared. */
    static int result(Uring ring) {
        List<One> all = of(ring, 1);
        if (all.size() != 1) {
            throw new AssertionError("More than one completion: " + all);
        }
        return all.getFirst().result();
    }
}
