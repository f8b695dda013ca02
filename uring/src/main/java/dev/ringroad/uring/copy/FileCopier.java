package dev.ringroad.uring.copy;

/** Copies files that it is handed. */
interface FileCopier extends AutoCloseable {

    /** Takes a job, which ends now or later, on this thread or another one. */
    void copy(FileJob job);

    /** When there is nothing under way. */
    @Override
    void close();
}
