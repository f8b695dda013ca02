package dev.ringroad.nvme.block;

/** Told what became of a request. */
@FunctionalInterface
public interface BlockCompletion {
    /**
     * Called once for each request, from {@link BlockChannel#poll}, in any order. The request and
     * its memory are the caller's again; it may be filled anew and submitted from here.
     */
    void completed(BlockRequest request, BlockStatus status);
}
