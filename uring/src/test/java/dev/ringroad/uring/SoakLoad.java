package dev.ringroad.uring;

import org.jspecify.annotations.Nullable;

/** One kind of work of a soak, which goes on until it is stopped; on its loop's thread. */
abstract class SoakLoad {
    final UringLoop loop;
    private @Nullable String failure;
    private long rounds;
    private boolean stopping;
    private int pending;

    SoakLoad(UringLoop loop) {
        this.loop = loop;
    }

    /** Begins one round; {@link #done} ends it. */
    abstract void begin();

    /** Releases what it holds, once it is over. */
    abstract void close();

    final void start() {
        pending++;
        begin();
    }

    final void stop() {
        stopping = true;
    }

    /** A round is done; the next one begins. */
    final void done() {
        rounds++;
        pending--;
        if (!stopping && failure == null) {
            start();
        }
    }

    /** The rest of it is given up. */
    final void fail(String what) {
        if (failure == null) {
            failure = what;
        }
        pending--;
    }

    final boolean isOver() {
        return pending == 0;
    }

    final long rounds() {
        return rounds;
    }

    final @Nullable String failure() {
        return failure;
    }

    /** There is always room: the loop is asked for it, and requests are fewer than it has. */
    final void room(int entries) {
        while (!loop.makeRoom(entries)) {
            Thread.onSpinWait();
        }
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + " after " + rounds + " rounds";
    }
}
