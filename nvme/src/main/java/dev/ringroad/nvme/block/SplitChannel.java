package dev.ringroad.nvme.block;

import dev.ringroad.core.linux.PollSet;

import org.jspecify.annotations.Nullable;

/**
 * A channel of a device that is made of others: it cuts requests into parts for channels below, its
 * legs, and completes a request once, when all its parts are, with the worst that became of one.
 *
 * <p>What it needs for that is made with it: as many requests are begun as the depth says, the rest
 * waits. A request of more parts than there are is cut as they come back.
 */
abstract class SplitChannel implements BlockChannel {
    private final RequestRules rules;
    private final @Nullable BlockChannel[] legs;
    private final int[] blockShifts;
    private final int blockBytes;
    private final int metadataBytes;
    private final RequestQueue waiting = new RequestQueue();
    private final RequestQueue barred = new RequestQueue();
    private final FinishedRequests toldNext = new FinishedRequests();
    private @Nullable Whole freeWholes;
    private @Nullable Part freeParts;
    private @Nullable Whole cutting;
    private int begun;
    private int completed;
    private int asleep;
    private long nowNanos;

    /**
     * @param geometry of the device whose channel it is
     * @param legs the channels below, closed with it; null where a leg has none
     * @param blockShifts how many blocks of each leg make one of ours, as a power of two
     * @param depth requests to be under way at once
     * @param parts to be under way at once
     */
    SplitChannel(
            RequestRules rules,
            BlockGeometry geometry,
            @Nullable BlockChannel[] legs,
            int[] blockShifts,
            int depth,
            int parts) {
        this.rules = rules;
        this.legs = legs;
        this.blockShifts = blockShifts;
        this.blockBytes = geometry.blockBytes();
        this.metadataBytes = geometry.metadataBytes();
        for (int i = 0; i < depth; i++) {
            free(new Whole());
        }
        BlockCompletion completion = (part, status) -> partDone((Part) part, status);
        for (int i = 0; i < parts; i++) {
            free(new Part(completion, i));
        }
    }

    /**
     * Looks at a request before it is begun, which keeps to the rules.
     *
     * @return {@link BlockStatus#OK}, or why it is refused
     */
    BlockStatus admit(BlockRequest request) {
        return BlockStatus.OK;
    }

    /**
     * Whether there is nothing to do for a request that is admitted, so that it is done at once.
     */
    boolean isNothing(BlockRequest request) {
        return false;
    }

    /**
     * Whether a request that is admitted may be begun now, as the last thing before {@link
     * #unitsOf}. One that may not is asked again with each poll, and those behind it pass it.
     */
    boolean mayBegin(BlockRequest request) {
        return true;
    }

    /** Says how many units a request is cut into: its blocks, unless it goes to several legs. */
    abstract int unitsOf(Whole whole);

    /**
     * Fills the part that begins where the last one ended, with {@link #fill}.
     *
     * @param unit what is cut already
     * @return units of the part
     */
    abstract int cut(Whole whole, int unit, Part part);

    /**
     * Looks at a part that is completed.
     *
     * @return true when it was handed over again, to be completed once more
     */
    boolean again(Part part, BlockStatus status) {
        return false;
    }

    /** What a part that is completed means for the whole. */
    BlockStatus judge(Part part, BlockStatus status) {
        return status;
    }

    /** What becomes of a request all of whose parts are completed. */
    BlockStatus verdict(Whole whole) {
        return whole.status;
    }

    /** Told of each part as it is handed over first. */
    void handed(Part part) {}

    /** Told of the time before anything is done at it. */
    void beginPoll(long now) {}

    /** Makes a part of a request, for one leg. */
    final void fill(Part part, Whole whole, int leg, long legBlock, int firstBlock, int blocks) {
        BlockRequest request = whole.request();
        BlockOperation operation = request.operation();
        part.leg = leg;
        part.firstBlock = firstBlock;
        part.blocks = blocks;
        part.legsTried |= 1 << leg;
        if (operation == BlockOperation.FLUSH) {
            part.flush();
            return;
        }
        int shift = blockShifts[leg];
        part.fill(
                operation,
                legBlock << shift,
                blocks << shift,
                request.data(),
                request.dataOffset() + (long) firstBlock * blockBytes);
        part.forceUnitAccess(request.forceUnitAccess());
        if (request.metadata().byteSize() > 0) {
            part.metadata(
                    request.metadata(),
                    request.metadataOffset() + (long) firstBlock * metadataBytes);
        }
    }

    /** Hands a filled part over. */
    final void hand(Part part) {
        BlockChannel leg = legs[part.leg];
        if (leg == null) {
            throw new IllegalStateException("A leg without a channel was given a part");
        }
        leg.submit(part);
    }

    /** Gives a leg a channel that had none, or one that needs no closing. */
    final void attach(int leg, BlockChannel channel) {
        legs[leg] = channel;
    }

    /** How many requests a leg has under way. */
    final int outstanding(int leg) {
        BlockChannel channel = legs[leg];
        return channel == null ? 0 : channel.outstanding();
    }

    /** The time of the last poll. */
    final long nowNanos() {
        return nowNanos;
    }

    @Override
    public final void submit(BlockRequest request) {
        BlockStatus status = rules.check(request);
        if (status == BlockStatus.OK) {
            status = admit(request);
        }
        if (status != BlockStatus.OK || isNothing(request)) {
            toldNext.add(request, status);
            return;
        }
        waiting.add(request);
        advance();
    }

    @Override
    public final int poll(long now) {
        nowNanos = now;
        beginPoll(now);
        int told = toldNext.complete();
        int before = completed;
        for (int left = barred.size(); left > 0; left--) {
            BlockRequest again = barred.take();
            if (again != null) {
                waiting.add(again);
            }
        }
        for (BlockChannel leg : legs) {
            if (leg != null) {
                int ignored = leg.poll(now);
            }
        }
        advance();
        return told + completed - before;
    }

    /** Begins what waits, as far as there are parts. */
    private void advance() {
        while (true) {
            Whole whole = cutting;
            if (whole == null) {
                whole = beginNext();
                if (whole == null) {
                    return;
                }
                cutting = whole;
            }
            while (whole.unitsCut < whole.units) {
                Part part = freeParts;
                if (part == null) {
                    return;
                }
                freeParts = part.nextFree;
                part.belongTo(whole);
                whole.unitsCut += cut(whole, whole.unitsCut, part);
                whole.partsOut++;
                handed(part);
                hand(part);
            }
            cutting = null;
        }
    }

    private @Nullable Whole beginNext() {
        Whole whole = freeWholes;
        if (whole == null) {
            return null;
        }
        BlockRequest request = waiting.take();
        while (request != null && !mayBegin(request)) {
            barred.add(request);
            request = waiting.take();
        }
        if (request == null) {
            return null;
        }
        freeWholes = whole.nextFree;
        begun++;
        whole.begin(request);
        whole.units = unitsOf(whole);
        return whole;
    }

    private void partDone(Part part, BlockStatus status) {
        Whole whole = part.whole();
        if (again(part, status)) {
            return;
        }
        whole.note(judge(part, status), part.detail());
        part.end();
        free(part);
        whole.partsOut--;
        if (whole.partsOut == 0 && whole.unitsCut >= whole.units) {
            finish(whole);
        }
    }

    private void finish(Whole whole) {
        BlockStatus status = verdict(whole);
        BlockRequest request = whole.request();
        int detail = status == BlockStatus.OK ? 0 : whole.detail;
        whole.end();
        free(whole);
        begun--;
        completed++;
        request.complete(status, detail);
    }

    private void free(Whole whole) {
        whole.nextFree = freeWholes;
        freeWholes = whole;
    }

    private void free(Part part) {
        part.nextFree = freeParts;
        freeParts = part;
    }

    @Override
    public final int outstanding() {
        return waiting.size() + barred.size() + toldNext.size() + begun;
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        asleep = 0;
        if (toldNext.size() > 0 || !barred.isEmpty()) {
            return false;
        }
        for (BlockChannel leg : legs) {
            if (leg != null && !leg.prepareSleep(wake)) {
                return false;
            }
            asleep++;
        }
        return true;
    }

    @Override
    public final void wakeUp() {
        // A leg that refused to sleep has armed nothing, and may still want to be told so.
        for (int i = 0; i <= asleep && i < legs.length; i++) {
            BlockChannel leg = legs[i];
            if (leg != null) {
                leg.wakeUp();
            }
        }
    }

    @Override
    public long nextDeadlineNanos() {
        long earliest = Long.MAX_VALUE;
        for (BlockChannel leg : legs) {
            if (leg != null) {
                earliest = Math.min(earliest, leg.nextDeadlineNanos());
            }
        }
        return earliest;
    }

    @Override
    public void close() {
        Channels.requireIdle(this);
        Channels.closeAll(legs);
    }
}
