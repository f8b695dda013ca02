package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Entries about files, in the vocabulary of the system calls that they stand for; results are those
 * of the system calls. Paths are text with a zero byte at its end, which has to stay until the
 * entry is submitted; buffers stay until the completion.
 */
public final class FileOperations {
    /** {@code AT_FDCWD}: paths begin in the working directory. */
    public static final int WORKING_DIRECTORY = -100;

    /** As a position: the file's own, which moves; needs {@link Feature#RW_CUR_POS}. */
    public static final long CURRENT_POSITION = -1;

    /** Flag of {@link #prepareSync}: the data, and what it takes to find them, and no more. */
    public static final int SYNC_DATA_ONLY = 1;

    /** As index of a registered file: the kernel chooses a free one and tells it. */
    public static final int ANY_FILE_INDEX = -2;

    private static final int OPEN_HOW_BYTES = 24;

    private final SubmissionQueue queue;

    FileOperations(SubmissionQueue queue) {
        this.queue = queue;
    }

    /** {@code pread}: up to so many bytes to {@code into}, from {@code at} on. */
    public Submission prepareRead(int file, MemorySegment into, long at, int bytes, long position) {
        return transfer(Operation.READ, file, into, at, bytes, position);
    }

    /** {@code pwrite}. */
    public Submission prepareWrite(
            int file, MemorySegment from, long at, int bytes, long position) {
        return transfer(Operation.WRITE, file, from, at, bytes, position);
    }

    /** As {@link #prepareRead}, into memory that lies in a registered buffer. */
    public Submission prepareReadFixed(
            int file, MemorySegment into, long at, int bytes, long position, int bufferIndex) {
        return transfer(Operation.READ_FIXED, file, into, at, bytes, position)
                .registeredBuffer(bufferIndex);
    }

    /** As {@link #prepareWrite}, from memory that lies in a registered buffer. */
    public Submission prepareWriteFixed(
            int file, MemorySegment from, long at, int bytes, long position, int bufferIndex) {
        return transfer(Operation.WRITE_FIXED, file, from, at, bytes, position)
                .registeredBuffer(bufferIndex);
    }

    /**
     * As {@link #prepareRead}, into a buffer of a group, which is chosen when there is something to
     * read.
     */
    public Submission prepareRead(int file, int group, int bytes, long position) {
        return queue.prepare(Operation.READ, file, position, 0, bytes, 0).bufferGroup(group);
    }

    private Submission transfer(
            Operation operation,
            int file,
            MemorySegment memory,
            long at,
            int bytes,
            long position) {
        long address = Memory.address(memory, at, bytes);
        return queue.prepare(operation, file, position, address, bytes, 0);
    }

    /**
     * {@code preadv}.
     *
     * @param vector of {@code struct iovec}, which has to stay until the entry is submitted
     * @param count of its elements
     */
    public Submission prepareReadVector(
            int file, MemorySegment vector, int count, long position, int flags) {
        return vector(Operation.READV, file, vector, count, position, flags);
    }

    /** {@code pwritev}. */
    public Submission prepareWriteVector(
            int file, MemorySegment vector, int count, long position, int flags) {
        return vector(Operation.WRITEV, file, vector, count, position, flags);
    }

    /** As {@link #prepareReadVector}, all pieces in one registered buffer. */
    public Submission prepareReadVectorFixed(
            int file, MemorySegment vector, int count, long position, int bufferIndex) {
        return vector(Operation.READV_FIXED, file, vector, count, position, 0)
                .registeredBuffer(bufferIndex);
    }

    /** As {@link #prepareWriteVector}, all pieces in one registered buffer. */
    public Submission prepareWriteVectorFixed(
            int file, MemorySegment vector, int count, long position, int bufferIndex) {
        return vector(Operation.WRITEV_FIXED, file, vector, count, position, 0)
                .registeredBuffer(bufferIndex);
    }

    private Submission vector(
            Operation operation,
            int file,
            MemorySegment vector,
            int count,
            long position,
            int flags) {
        long address = Memory.address(vector, 0, 16L * count);
        return queue.prepare(operation, file, position, address, count, flags);
    }

    /** Reads whenever there is something, into buffers of a group, with a completion each time. */
    public Submission prepareReadMultishot(int file, long position, int group) {
        return queue.prepare(Operation.READ_MULTISHOT, file, position, 0, 0, 0).bufferGroup(group);
    }

    /** {@code fsync}, with {@link #SYNC_DATA_ONLY} {@code fdatasync}. */
    public Submission prepareSync(int file, int flags) {
        return queue.prepare(Operation.FSYNC, file, 0, 0, 0, flags);
    }

    /** {@code sync_file_range}. */
    public Submission prepareSyncRange(int file, long position, int bytes, int flags) {
        return queue.prepare(Operation.SYNC_FILE_RANGE, file, position, 0, bytes, flags);
    }

    /** {@code fallocate}. */
    public Submission prepareAllocate(int file, int mode, long position, long bytes) {
        return queue.prepare(Operation.FALLOCATE, file, position, bytes, mode, 0);
    }

    /** {@code ftruncate}. */
    public Submission prepareTruncate(int file, long bytes) {
        return queue.prepare(Operation.FTRUNCATE, file, bytes, 0, 0, 0);
    }

    /** {@code posix_fadvise}. */
    public Submission prepareAdvise(int file, long position, int bytes, int advice) {
        return queue.prepare(Operation.FADVISE, file, position, 0, bytes, advice);
    }

    /** {@code madvise}. */
    public Submission prepareAdviseMemory(MemorySegment memory, int advice) {
        int bytes = Math.toIntExact(memory.byteSize());
        return queue.prepare(Operation.MADVISE, -1, 0, Memory.address(memory), bytes, advice);
    }

    /**
     * {@code openat}; the result is the descriptor. {@link #prepareOpen} can say more.
     *
     * @param flags {@code O_}
     * @param mode of a new file
     */
    public Submission prepareOpenAt(int directory, MemorySegment path, int flags, int mode) {
        return queue.prepare(Operation.OPENAT, directory, 0, Memory.text(path), mode, flags);
    }

    /**
     * {@code openat2}; the result is the descriptor.
     *
     * @param flags {@code O_}
     * @param mode of a new file
     * @param resolve {@code RESOLVE_}, how far the path may lead
     */
    public Submission prepareOpen(
            int directory, MemorySegment path, long flags, long mode, long resolve) {
        long how = queue.besideNext();
        MemorySegment beside = queue.beside();
        beside.set(JAVA_LONG, how, flags);
        beside.set(JAVA_LONG, how + 8, mode);
        beside.set(JAVA_LONG, how + 16, resolve);
        return queue.prepare(
                Operation.OPENAT2,
                directory,
                beside.address() + how,
                Memory.text(path),
                OPEN_HOW_BYTES,
                0);
    }

    /**
     * The same, into the table of registered files; the result is 0, or with {@link
     * #ANY_FILE_INDEX} the index.
     */
    public Submission prepareOpenDirect(
            int directory, MemorySegment path, long flags, long mode, long resolve, int fileIndex) {
        return prepareOpen(directory, path, flags, mode, resolve).fileIndex(fileIndex + 1);
    }

    /** {@code close}. */
    public Submission prepareClose(int file) {
        return queue.prepare(Operation.CLOSE, file, 0, 0, 0, 0);
    }

    /** Takes a file out of the table of registered files. */
    public Submission prepareCloseDirect(int fileIndex) {
        return prepareClose(0).fileIndex(fileIndex + 1);
    }

    /** Gives a registered file an ordinary descriptor, which is the result. */
    public Submission prepareInstall(int fileIndex, int flags) {
        return queue.prepare(Operation.FIXED_FD_INSTALL, fileIndex, 0, 0, 0, flags).fixedFile();
    }

    /**
     * Puts descriptors into the table of registered files.
     *
     * @param descriptors ints that stay until the completion; -1 takes one out
     */
    public Submission prepareUpdateFiles(MemorySegment descriptors, int first) {
        int count = Math.toIntExact(descriptors.byteSize() / Integer.BYTES);
        long address = Memory.address(descriptors);
        return queue.prepare(Operation.FILES_UPDATE, -1, first, address, count, 0);
    }

    /**
     * {@code statx}.
     *
     * @param into {@code struct statx}, 256 bytes, until the completion
     */
    public Submission prepareStatus(
            int directory, MemorySegment path, int flags, int mask, MemorySegment into) {
        long answer = Memory.address(into, 0, 256);
        return queue.prepare(Operation.STATX, directory, answer, Memory.text(path), mask, flags);
    }

    /** {@code splice}; one of the two is a pipe, whose position is {@link #CURRENT_POSITION}. */
    public Submission prepareSplice(
            int from, long fromPosition, int to, long toPosition, int bytes, int flags) {
        return queue.prepare(Operation.SPLICE, to, toPosition, fromPosition, bytes, flags)
                .fileIndex(from);
    }

    /** {@code tee}. */
    public Submission prepareTee(int from, int to, int bytes, int flags) {
        return queue.prepare(Operation.TEE, to, 0, 0, bytes, flags).fileIndex(from);
    }

    /** {@code pipe2}: writes both descriptors, two ints, into {@code into} by its completion. */
    public Submission preparePipe(MemorySegment into, int flags) {
        long address = Memory.address(into, 0, 2 * JAVA_INT.byteSize());
        return queue.prepare(Operation.PIPE, 0, 0, address, 0, flags);
    }

    /** {@code renameat2}. */
    public Submission prepareRename(
            int fromDirectory, MemorySegment from, int toDirectory, MemorySegment to, int flags) {
        return twoPaths(Operation.RENAMEAT, fromDirectory, from, toDirectory, to, flags);
    }

    /** {@code linkat}. */
    public Submission prepareHardLink(
            int fromDirectory, MemorySegment from, int toDirectory, MemorySegment to, int flags) {
        return twoPaths(Operation.LINKAT, fromDirectory, from, toDirectory, to, flags);
    }

    private Submission twoPaths(
            Operation operation,
            int fromDirectory,
            MemorySegment from,
            int toDirectory,
            MemorySegment to,
            int flags) {
        long second = Memory.text(to);
        return queue.prepare(
                operation, fromDirectory, second, Memory.text(from), toDirectory, flags);
    }

    /** {@code symlinkat}: {@code path} becomes a link that says {@code target}. */
    public Submission prepareSymbolicLink(MemorySegment target, int directory, MemorySegment path) {
        return queue.prepare(
                Operation.SYMLINKAT, directory, Memory.text(path), Memory.text(target), 0, 0);
    }

    /** {@code unlinkat}. */
    public Submission prepareUnlink(int directory, MemorySegment path, int flags) {
        return queue.prepare(Operation.UNLINKAT, directory, 0, Memory.text(path), 0, flags);
    }

    /** {@code mkdirat}. */
    public Submission prepareMakeDirectory(int directory, MemorySegment path, int mode) {
        return queue.prepare(Operation.MKDIRAT, directory, 0, Memory.text(path), mode, 0);
    }
}
