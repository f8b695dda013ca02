package dev.ringroad.cli;

import dev.ringroad.bench.compare.Progress;

import java.io.PrintStream;

/** Progress as lines: what runs, and on the same line its figure when it is there. */
final class PrintedProgress implements Progress {
    private static final int WIDTH = 76;

    private final PrintStream out;

    PrintedProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void begins(int number, int of, String what) {
        String count = String.format("%" + Integer.toString(of).length() + "d/%d", number, of);
        out.print(String.format("%-" + WIDTH + "s ", count + "  " + what + " ..."));
        out.flush();
    }

    @Override
    public void ended(String figure) {
        out.println(figure);
    }

    @Override
    public void repeats(String why) {
        out.println("... once more, because " + why);
    }
}
