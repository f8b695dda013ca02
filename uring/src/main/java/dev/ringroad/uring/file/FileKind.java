package dev.ringroad.uring.file;

/** What a {@link FileRequest} asks of the kernel. */
enum FileKind {
    READ,
    WRITE,
    STATUS,
    SYNC,
    ALLOCATE,
    TRUNCATE,
    ADVISE,
    CANCEL_ALL,
    CLOSE;

    /** Whether it is still done while the file is being closed: to leave it as it should be. */
    boolean worksWhileClosing() {
        return switch (this) {
            case STATUS, TRUNCATE, CANCEL_ALL, CLOSE -> true;
            case READ, WRITE, SYNC, ALLOCATE, ADVISE -> false;
        };
    }
}
