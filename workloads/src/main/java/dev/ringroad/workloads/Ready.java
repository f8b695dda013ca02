package dev.ringroad.workloads;

/** The line by which a server says that clients may come. */
public final class Ready {
    private static final String PREFIX = "READY port=";

    private Ready() {}

    static void say(int port) {
        System.out.println(PREFIX + port);
        System.out.flush();
    }

    /** The port in such a line, or -1 when it is another line. */
    public static int port(String line) {
        return line.startsWith(PREFIX) ? Integer.parseInt(line.substring(PREFIX.length())) : -1;
    }
}
