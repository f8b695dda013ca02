package dev.ringroad.nvme;

/** What has happened to a queue pair since it was made. Belongs to the pair's owner. */
public final class QueuePairCounters {
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    long unexpectedCompletions;
    long foreignCompletions;
    long impossibleHeads;
    long aborts;
    long resets;

    QueuePairCounters(SubmissionQueue submissions, CompletionQueue completions) {
        this.submissions = submissions;
        this.completions = completions;
    }

    /** Completions of commands that were not under way: never submitted, or completed before. */
    public long unexpectedCompletions() {
        return unexpectedCompletions;
    }

    /** Completions that named another submission queue. */
    public long foreignCompletions() {
        return foreignCompletions;
    }

    /** Completions whose head of the submission queue is behind its end. */
    public long impossibleHeads() {
        return impossibleHeads;
    }

    /** How often the submission doorbell was written. */
    public long submissionDoorbells() {
        return submissions.doorbells();
    }

    /** How often the completion doorbell was written. */
    public long completionDoorbells() {
        return completions.doorbells();
    }

    /** How many commands were late, so that their abort was asked for. */
    public long aborts() {
        return aborts;
    }

    /** How often the controller was stopped under it. */
    public long resets() {
        return resets;
    }
}
