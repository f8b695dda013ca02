package dev.ringroad.core.ring;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.nio.file.Path;

/** A process of its own that maps its parent's region and sends back what it gets. */
final class EchoProcess {
    /** Where the way back begins in the region; the way there is at its beginning. */
    static final long BACK_AT = 8192;

    private EchoProcess() {}

    static Process start(SharedRegion region, int total) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EchoProcess.class.getName(),
                        "/proc/"
                                + ProcessHandle.current().pid()
                                + "/fd/"
                                + region.descriptor().number(),
                        Long.toString(region.byteSize()),
                        Integer.toString(total))
                .inheritIO()
                .start();
    }

    /** The path of the region, its size, and how many elements to send back. */
    public static void main(String[] args) throws IOException {
        Descriptor file = Descriptor.open(args[0], Descriptor.READ_WRITE, 0, "");
        long bytes = Long.parseLong(args[1]);
        try (SharedRegion region = SharedRegion.mapSealed(file, bytes, bytes)) {
            LongRing there = LongRing.open(region, 0);
            LongRing back = LongRing.open(region, BACK_AT);
            echo(there, back, Integer.parseInt(args[2]));
        }
    }

    private static void echo(LongRing there, LongRing back, int total) {
        long[] bulk = new long[7];
        for (int echoed = 0; echoed < total; ) {
            int count = there.pollBurst(bulk, 0, bulk.length);
            for (int sent = 0; sent < count; ) {
                int accepted = back.offerBurst(bulk, sent, count - sent);
                sent += accepted;
                if (accepted == 0) {
                    Thread.yield();
                }
            }
            echoed += count;
            if (count == 0) {
                Thread.yield();
            }
        }
    }
}
