package dev.ringroad.cli.common;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The end of a command that serves until the process is told to end, by Ctrl-C for one. */
public final class ServingEnd {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private final long secondsMax;

    /**
     * @param secondsMax for how long the process waits for {@link #done}
     */
    public ServingEnd(long secondsMax) {
        this.secondsMax = secondsMax;
    }

    /**
     * Returns when the process is told to end, which then waits until {@link #done}.
     *
     * @param failure why serving has ended by itself, or null
     * @throws IOException when it has
     */
    public void await(Supplier<@Nullable Throwable> failure) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::hold, "end of serving"));
        try {
            while (!asked.await(1, TimeUnit.SECONDS)) {
                Throwable cause = failure.get();
                if (cause != null) {
                    throw new IOException("one of the threads has failed: " + cause, cause);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void hold() {
        asked.countDown();
        try {
            boolean ignored = done.await(secondsMax, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the process end. */
    public void done() {
        done.countDown();
    }
}
