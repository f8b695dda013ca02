package dev.ringroad.workloads;

import java.io.IOException;

/**
 * Ends the program when whoever started it is gone: {@code lifeline=stdin} watches for the end of
 * standard input.
 */
final class Lifeline {
    private Lifeline() {}

    static void watch(Arguments arguments) {
        if (!arguments.text("lifeline", "none").equals("stdin")) {
            return;
        }
        Thread watcher = new Thread(Lifeline::untilEnd, "lifeline");
        watcher.setDaemon(true);
        watcher.start();
    }

    private static void untilEnd() {
        try {
            while (System.in.read() >= 0) {
                // what arrives says only that somebody is there
            }
        } catch (IOException e) {
            // as good as the end
        }
        Runtime.getRuntime().halt(0);
    }
}
