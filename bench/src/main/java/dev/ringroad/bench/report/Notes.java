package dev.ringroad.bench.report;

import java.util.List;

/** What a fair reader has to know about the figures; the same words in every form of report. */
public final class Notes {
    private Notes() {}

    /** One note a paragraph. */
    public static List<String> all() {
        return List.of(
                "The programs are plain java.net and java.nio; nothing in them differs between the two roads. \"kernel"
                        + " blocking\" and \"kernel spinning\" say how the peer's programs wait; beside both stand our"
                        + " figures with the blocking programs, and in the rows \"both spinning\" with the spinning ones.",
                "Over the kernel it matters on which cores the two programs run. So each of its rows is measured in every"
                        + " placement that might suit it (a core for each program, both on one core, wherever the scheduler puts"
                        + " them), and only the best of these figures is compared with ours, whose programs always have a core each."
                        + " With --quick, http over the kernel is measured only where the scheduler puts it.",
                "The stacks leave TCP and UDP checksums undone (checksum=no), because both ends share one memory, as the"
                        + " kernel's loopback does too.",
                "In the latency profile a Ringroad stack polls while a program waits, so it keeps its core busy; kernel"
                        + " blocking sleeps meanwhile, and kernel spinning does not.");
    }
}
