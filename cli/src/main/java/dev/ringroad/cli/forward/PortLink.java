package dev.ringroad.cli.forward;

import dev.ringroad.net.forward.Port;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tells when a port's link goes, when it comes back, and why it does not come at all; and that a
 * file has come to a bad end.
 */
final class PortLink {

    /** Ends that come once, by the drop that counts them. */
    private static final Map<String, String> ENDS =
            Map.of(
                    "capture-lost",
                    "the capture file cannot be written to any more; frames pass without.",
                    "not-written",
                    "the file cannot be written to any more; frames are dropped.",
                    "file-cut",
                    "the file ends within a record; all before was received.",
                    "file-broken",
                    "the file has a record that describes itself wrongly; all before was received.");

    /** A peer that is there needs less for its handshake; and no line is worth more often. */
    private static final long PATIENCE_NANOS = 1_000_000_000L;

    private final Port port;
    private final long beginNanos;
    private boolean up;
    private boolean seen;
    private final Set<String> toldEnds = new HashSet<>();
    private String told = "";
    private long toldNanos;

    /**
     * @param nowNanos when the ports were opened
     */
    PortLink(Port port, long nowNanos) {
        this.port = port;
        this.beginNanos = nowNanos;
        this.toldNanos = nowNanos;
    }

    /** Prints a line if something has happened since; the first link of all goes without saying. */
    void tellChange(long nowNanos) {
        String said = change(port.linkUp(), port.linkTrouble(), nowNanos);
        if (!said.isEmpty()) {
            print(said);
        }
    }

    private void print(String said) {
        System.out.println("port " + port.number() + " " + port.device().name() + ": " + said);
    }

    /** Prints a line for each end that has come since. */
    void tellEnds() {
        Map<String, Long> drops = port.device().drops();
        ENDS.forEach(
                (reason, sentence) -> {
                    if (drops.getOrDefault(reason, 0L) > 0 && toldEnds.add(reason)) {
                        print(sentence);
                    }
                });
    }

    /** What there is to say; mostly nothing. */
    String change(boolean now, String trouble, long nowNanos) {
        if (now != up) {
            up = now;
            told = trouble;
            toldNanos = nowNanos;
            boolean first = !seen;
            seen = true;
            if (now) {
                return first ? "" : "the link is up again.";
            }
            return "the link is down; what is to leave here is dropped meanwhile" + why(trouble);
        }
        boolean due = nowNanos - toldNanos >= PATIENCE_NANOS;
        boolean news = !trouble.equals(told) || (told.isEmpty() && toldNanos == beginNanos);
        if (now || !due || !news) {
            return "";
        }
        told = trouble;
        toldNanos = nowNanos;
        return (seen ? "the link is still down" : "the link is not up yet") + why(trouble);
    }

    private static String why(String trouble) {
        if (trouble.isEmpty()) {
            return ".";
        }
        return " ("
                + (trouble.endsWith(".") ? trouble.substring(0, trouble.length() - 1) : trouble)
                + ").";
    }
}
