package dev.ringroad.nvme;

/** Told what became of a command. */
@FunctionalInterface
public interface NvmeCompletion {
    /**
     * Called once for each command that was accepted, by the poll of its queue. It may submit
     * further commands, but not poll.
     *
     * @param token what the command was submitted with
     * @param status 0 for done, else as in {@link dev.ringroad.nvme.command.NvmeStatus}
     */
    void completed(long token, int status);
}
