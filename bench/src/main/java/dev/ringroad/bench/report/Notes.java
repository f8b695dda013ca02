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
                "Each placement of the programs that might suit the kernel (a core each, both on one core, not pinned) is"
                        + " measured, and the kernel is quoted at the one that suits it best. With --quick, http over the kernel runs"
                        + " not pinned only.",
                "The stacks leave TCP and UDP checksums undone (checksum=no), because both ends share one memory, as the"
                        + " kernel's loopback does too.",
                "In the latency profile a Ringroad stack polls while a program waits, so it keeps its core busy; kernel"
                        + " blocking sleeps meanwhile, and kernel spinning does not.");
    }
}
