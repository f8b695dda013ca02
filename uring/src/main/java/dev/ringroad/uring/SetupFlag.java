package dev.ringroad.uring;

import java.util.Set;

/** How a ring is made ({@code IORING_SETUP_}, {@code linux/io_uring.h}). */
public enum SetupFlag {
    /** The kernel polls devices for completions instead of taking interrupts; direct I/O only. */
    IOPOLL(0, "5.1"),
    /** A thread of the kernel takes the entries, so that submitting needs no call. */
    SQPOLL(1, "5.1"),
    /** The thread of SQPOLL stays on one processor: {@link UringConfig#withPollerCpu}. */
    SQ_AFF(2, "5.1"),
    /** The number of completion entries is given, not twice that of submissions. */
    CQ_SIZE(3, "5.5"),
    /** Queues larger than the kernel's limit are made as large as the limit. */
    CLAMP(4, "5.6"),
    /** Worker threads are shared with another ring: {@link UringConfig#withWorkersOf}. */
    ATTACH_WQ(5, "5.6"),
    /** The ring takes nothing before {@link RingSettings#enable}, so that it can be restricted. */
    R_DISABLED(6, "5.10"),
    /** Submission goes on behind an entry that the kernel refuses. */
    SUBMIT_ALL(7, "5.18"),
    /** No interrupt between processors to have completions run by the owner. */
    COOP_TASKRUN(8, "5.19"),
    /** The ring tells when completions wait for a call of the owner. */
    TASKRUN_FLAG(9, "5.19"),
    /** Entries of 128 bytes, as passing commands through to devices takes them. */
    SQE128(10, "5.19"),
    /** Completions of 32 bytes. */
    CQE32(11, "5.19"),
    /** One thread only submits, which spares the kernel locks. */
    SINGLE_ISSUER(12, "6.0"),
    /** Completions are run when the owner waits for some, and at no other time. */
    DEFER_TASKRUN(13, "6.1"),
    /** The queues lie in memory of ours; found out about, and not used here. */
    NO_MMAP(14, "6.5"),
    /** The ring has no descriptor, only an index; found out about, and not used here. */
    REGISTERED_FD_ONLY(15, "6.5"),
    /** Entries are taken in the order in which they lie, without an array of indices. */
    NO_SQARRAY(16, "6.6"),
    /** With IOPOLL: sleeps for half of the usual time before it begins to poll. */
    HYBRID_IOPOLL(17, "6.13"),
    /** Completions of 16 bytes, and of 32 where the operation needs them. */
    CQE_MIXED(18, "6.18");

    private final int bit;
    private final String since;

    SetupFlag(int bit, String since) {
        this.bit = bit;
        this.since = since;
    }

    int mask() {
        return 1 << bit;
    }

    static int bits(Set<SetupFlag> flags) {
        int bits = 0;
        for (SetupFlag flag : flags) {
            bits |= flag.mask();
        }
        return bits;
    }

    /** The flags without which the kernel refuses this one. */
    Set<SetupFlag> needs() {
        return switch (this) {
            case SQ_AFF -> Set.of(SQPOLL);
            case TASKRUN_FLAG -> Set.of(COOP_TASKRUN);
            case DEFER_TASKRUN -> Set.of(SINGLE_ISSUER);
            case REGISTERED_FD_ONLY -> Set.of(NO_MMAP);
            case HYBRID_IOPOLL -> Set.of(IOPOLL);
            default -> Set.of();
        };
    }

    /**
     * Whether a {@link Uring} can be made with it. Memory of ours for the queues brings nothing
     * that the kernel's lacks, and a ring without a descriptor cannot be slept on.
     */
    boolean isForUs() {
        return this != NO_MMAP && this != REGISTERED_FD_ONLY;
    }

    /** The first kernel that has it. */
    public String since() {
        return since;
    }
}
