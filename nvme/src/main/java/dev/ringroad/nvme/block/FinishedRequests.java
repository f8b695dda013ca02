package dev.ringroad.nvme.block;

/**
 * Requests of which a channel knows what became, until a poll tells their owners: no request is
 * completed within {@link BlockChannel#submit}. One thread at a time.
 */
public final class FinishedRequests {
    private final RequestQueue queue = new RequestQueue();

    /** With none. */
    public FinishedRequests() {}

    /** Takes a request in. */
    public void add(BlockRequest request, BlockStatus status) {
        request.verdict = status;
        queue.add(request);
    }

    /** How many there are. */
    public int size() {
        return queue.size();
    }

    /**
     * Tells owners, but of none that is added meanwhile.
     *
     * @return how many it has told
     */
    public int complete() {
        return complete(queue.size());
    }

    /** The same for no more than so many. */
    public int complete(int most) {
        int count = Math.min(most, queue.size());
        for (int left = count; left > 0; left--) {
            BlockRequest request = queue.take();
            if (request == null) {
                throw new IllegalStateException("A completion polled the channel that called it");
            }
            request.complete(request.verdict, 0);
        }
        return count;
    }
}
