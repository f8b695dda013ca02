package dev.ringroad.cli.uring;

import dev.ringroad.uring.copy.CopyProgress;

import org.jspecify.annotations.Nullable;

import java.io.PrintStream;
import java.util.Locale;

/** How far a copy is, each second on one line of a terminal, and nowhere else. */
final class ProgressLine implements AutoCloseable {
    private static final long PERIOD_MILLIS = 1000;
    private static final double MIB = 1 << 20;
    private static final int WIDTH = 78;

    private final PrintStream out;
    private final CopyProgress progress;
    private final long begin;
    private final @Nullable Thread thread;

    private ProgressLine(PrintStream out, CopyProgress progress, long begin, boolean shown) {
        this.out = out;
        this.progress = progress;
        this.begin = begin;
        thread = shown ? Thread.ofPlatform().daemon(true).unstarted(this::show) : null;
    }

    static ProgressLine start(PrintStream out, CopyProgress progress, long begin) {
        boolean terminal = System.console() != null && System.console().isTerminal();
        ProgressLine line = new ProgressLine(out, progress, begin, terminal);
        if (line.thread != null) {
            line.thread.start();
        }
        return line;
    }

    private void show() {
        long bytesBefore = 0;
        try {
            while (true) {
                Thread.sleep(PERIOD_MILLIS);
                long bytes = progress.bytes();
                double seconds = (System.nanoTime() - begin) / 1e9;
                String text =
                        String.format(
                                Locale.ROOT,
                                "%.0f s: %d files, %.1f MiB, now %.1f MiB/s, %d not copied",
                                seconds,
                                progress.files(),
                                bytes / MIB,
                                (bytes - bytesBefore) / MIB / (PERIOD_MILLIS / 1e3),
                                progress.failures());
                bytesBefore = bytes;
                out.print('\r' + pad(text));
                out.flush();
            }
        } catch (InterruptedException _) {
            out.print('\r' + pad("") + '\r');
            out.flush();
        }
    }

    private static String pad(String text) {
        return text + " ".repeat(Math.max(0, WIDTH - text.length()));
    }

    @Override
    public void close() {
        if (thread == null) {
            return;
        }
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
