package dev.ringroad.uring;

/** What the kernel says of itself when a ring is made ({@code IORING_FEAT_}). */
public enum Feature {
    SINGLE_MMAP("5.4", "both rings lie in one mapping"),
    NODROP("5.5", "completions that do not fit are kept"),
    SUBMIT_STABLE("5.5", "what an entry points at may go once it was submitted"),
    RW_CUR_POS("5.6", "a position of -1 is the file's own"),
    CUR_PERSONALITY("5.6", "requests run with the rights of who submits them"),
    FAST_POLL("5.7", "sockets are waited on without a thread"),
    POLL_32BITS("5.9", "all 32 bits of poll events"),
    SQPOLL_NONFIXED("5.11", "SQPOLL takes ordinary descriptors"),
    EXT_ARG("5.11", "waiting takes a time-out"),
    NATIVE_WORKERS("5.12", "the kernel's workers are threads of this process"),
    RSRC_TAGS("5.13", "registered files and buffers can be replaced one by one"),
    CQE_SKIP("5.17", "completions of success can be left out"),
    LINKED_FILE("5.17", "a linked entry may use the descriptor that one before it makes"),
    REG_REG_RING("6.3", "registering through a registered ring"),
    RECVSEND_BUNDLE("6.10", "several buffers to one send or receive"),
    MIN_TIMEOUT("6.12", "waiting for a batch, for a while at least"),
    RW_ATTR("6.13", "attributes such as protection information with reads and writes"),
    NO_IOWAIT("6.15", "waiting need not count as waiting for a disk");

    private final String since;
    private final String meaning;

    Feature(String since, String meaning) {
        this.since = since;
        this.meaning = meaning;
    }

    boolean isIn(int bits) {
        return (bits & 1 << ordinal()) != 0;
    }

    /** The first kernel that has it. */
    public String since() {
        return since;
    }

    /** What it gives, in a few words. */
    public String meaning() {
        return meaning;
    }
}
