package dev.ringroad.nvme;

import dev.ringroad.nvme.command.NvmeStatus;

import java.io.IOException;

/** A command that a controller did not carry out. */
public final class NvmeException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * @param what was tried, such as "Identify of namespace 3 by 0000:3b:00.0"
     * @param status as in {@link NvmeStatus}
     */
    public NvmeException(String what, int status) {
        super(what + " failed: " + NvmeStatus.sentence(status) + ".");
        this.status = status;
    }

    /** As in {@link NvmeStatus}. */
    public int status() {
        return status;
    }
}
