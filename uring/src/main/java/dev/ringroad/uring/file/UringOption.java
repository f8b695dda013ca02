package dev.ringroad.uring.file;

import java.nio.file.OpenOption;

/** How a file is opened beyond what {@link java.nio.file.StandardOpenOption} can say. */
public enum UringOption implements OpenOption {
    /**
     * Past the page cache ({@code O_DIRECT}), any position and length all the same; where that
     * cannot be, through the page cache, and {@link UringFile#fallback} has the reason.
     */
    DIRECT,

    /** The same, but opening fails where that cannot be. */
    DIRECT_REQUIRED
}
