package dev.ringroad.nvme.block;

import java.io.IOException;
import java.io.Serial;

/** A request that a {@link BlockClient} made and that did not become {@link BlockStatus#OK}. */
public final class BlockException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    private final BlockStatus status;
    private final int detail;

    BlockException(String message, BlockStatus status, int detail) {
        super(message);
        this.status = status;
        this.detail = detail;
    }

    /** What became of it. */
    public BlockStatus status() {
        return status;
    }

    /** As {@link BlockRequest#detail}. */
    public int detail() {
        return detail;
    }
}
