package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a {@link FaultDevice} does to which requests. Made by {@link #fail}, {@link #hold} or {@link
 * #corrupt}, and narrowed by the other methods, which return another one. Any thread may use it.
 */
public final class Fault {
    /** What happens. */
    enum Kind {
        FAIL,
        HOLD,
        CORRUPT
    }

    private final Kind kind;
    private final BlockStatus status;
    private final @Nullable BlockOperation operation;
    private final long firstBlock;
    private final long lastBlock;
    private final long skipped;
    private final long times;
    private final long oneIn;
    private final long seed;
    private final AtomicLong seen = new AtomicLong();

    private Fault(
            Kind kind,
            BlockStatus status,
            @Nullable BlockOperation operation,
            long firstBlock,
            long lastBlock,
            long skipped,
            long times,
            long oneIn,
            long seed) {
        this.kind = kind;
        this.status = status;
        this.operation = operation;
        this.firstBlock = firstBlock;
        this.lastBlock = lastBlock;
        this.skipped = skipped;
        this.times = times;
        this.oneIn = oneIn;
        this.seed = seed;
    }

    private static Fault of(Kind kind, BlockStatus status, @Nullable BlockOperation operation) {
        return new Fault(kind, status, operation, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE, 1, 0);
    }

    /** Requests fail, and nothing is done for them. */
    public static Fault fail(BlockStatus status) {
        if (status == BlockStatus.OK) {
            throw new IllegalArgumentException("A fault is not OK");
        }
        return of(Kind.FAIL, status, null);
    }

    /** Requests are not answered, until the device is told to {@link FaultDevice#release}. */
    public static Fault hold() {
        return of(Kind.HOLD, BlockStatus.OK, null);
    }

    /** Reads succeed, and one byte of what they bring is another. */
    public static Fault corrupt() {
        return of(Kind.CORRUPT, BlockStatus.OK, BlockOperation.READ);
    }

    /** The same, of one operation only. */
    public Fault on(BlockOperation only) {
        return new Fault(kind, status, only, firstBlock, lastBlock, skipped, times, oneIn, seed);
    }

    /** The same, of requests that touch a range of blocks only; a flush touches all. */
    public Fault at(long block, long count) {
        return new Fault(
                kind,
                status,
                operation,
                block,
                Math.addExact(block, count - 1),
                skipped,
                times,
                oneIn,
                seed);
    }

    /** The same, but so many that it is meant for are spared first. */
    public Fault after(long requests) {
        return new Fault(
                kind, status, operation, firstBlock, lastBlock, requests, times, oneIn, seed);
    }

    /** The same, but no more than so often. */
    public Fault times(long count) {
        return new Fault(
                kind, status, operation, firstBlock, lastBlock, skipped, count, oneIn, seed);
    }

    /** The same, but of one request in so many, by chance: the same seed hits the same ones. */
    public Fault oneIn(long requests, long chanceSeed) {
        if (requests < 1) {
            throw new IllegalArgumentException("One in at least 1, not in " + requests);
        }
        return new Fault(
                kind,
                status,
                operation,
                firstBlock,
                lastBlock,
                skipped,
                times,
                requests,
                chanceSeed);
    }

    Kind kind() {
        return kind;
    }

    BlockStatus status() {
        return status;
    }

    /** Whether it strikes a request; asked once for each. */
    boolean strikes(BlockRequest request) {
        if (operation != null && request.operation() != operation) {
            return false;
        }
        boolean touches =
                request.operation() == BlockOperation.FLUSH
                        || (request.block() <= lastBlock
                                && request.block() + request.blockCount() > firstBlock);
        if (!touches) {
            return false;
        }
        long number = seen.getAndIncrement();
        return number >= skipped
                && number - skipped < times
                && (oneIn == 1 || Long.remainderUnsigned(mix(number + seed), oneIn) == 0);
    }

    /** The finalizer of SplitMix64: neighbours come out far apart. */
    private static long mix(long number) {
        long z = number * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
