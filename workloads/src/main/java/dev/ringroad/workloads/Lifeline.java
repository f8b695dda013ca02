package dev.ringroad.workloads;

import java.io.IOException;

/**
 * Ends the program when whoever started it is gone: {@code lifeline=stdin} watches for the end of
 * standard input.
 */
final class Lifeline {
    private Lifeline() {}

    /**
     * The port on a line of standard input, for which it waits. Ends the program when whoever
     * started it is gone; {@link #watch} only afterwards, as it reads on.
     */
    static int port() {
        int port = 0;
        try {
            for (int c = System.in.read(); c != '\n'; c = System.in.read()) {
                if (c < 0) {
                    Runtime.getRuntime().halt(0);
                }
                port = 10 * port + Character.digit(c, 10);
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(0);
        }
        return port;
    }

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
