package dev.ringroad.net.packet;

import java.util.List;

/**
 * Who has a pool's packets.
 *
 * @param pool its name
 * @param lent how many packets are lent
 * @param holders in checked mode, where they were acquired, most packets first; else empty
 */
public record LeakReport(String pool, int lent, List<Holder> holders) {

    private static final int FRAMES_SHOWN = 6;

    /**
     * A place in the program.
     *
     * @param packets that were acquired there and not released
     * @param stack from the call that acquired the last of them outwards; empty when none was kept
     */
    public record Holder(int packets, List<StackTraceElement> stack) {}

    /** Keeps a copy of the list. */
    public LeakReport {
        holders = List.copyOf(holders);
    }

    /** One line, and in checked mode a few for each holder. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(lent).append(" packets of ").append(pool).append(" are lent");
        if (lent > 0 && holders.isEmpty()) {
            text.append("; -Dringroad.checked=true tells by whom they were acquired");
        }
        for (Holder holder : holders) {
            text.append(System.lineSeparator()).append("  ").append(holder.packets());
            text.append(" acquired");
            holder.stack().stream()
                    .limit(FRAMES_SHOWN)
                    .forEach(
                            frame ->
                                    text.append(System.lineSeparator())
                                            .append("    at ")
                                            .append(frame));
        }
        return text.toString();
    }
}
