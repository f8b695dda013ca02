package dev.ringroad.bench.fileload;

import dev.ringroad.core.counter.LatencyCounts;
import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.Machine;
import dev.ringroad.uring.SetupFlag;
import dev.ringroad.uring.Uring;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Reads and writes files through io_uring as a plan says: {@link #open}, {@link #begin}, {@link
 * #sample} as often as one likes, {@link #stop} or wait until it {@link #isDone}, {@link #close}.
 * Each thread has a ring of its own. The methods are for one thread, {@link #stop} for any.
 */
public final class FileLoad implements Load, AutoCloseable {
    private static final int GUARDED_BLOCKS_MAX = 1 << 28;
    private static final long JOIN_MILLIS = 10_000;

    private final LoadPlan plan;
    private final Trial trial;
    private final List<TestFile> files;
    private final List<Thread> threads = new ArrayList<>();
    private final List<LoadThread> works = new ArrayList<>();
    private final LoadControl control;
    private volatile boolean interrupted;

    private FileLoad(LoadPlan plan, Trial trial, List<TestFile> files) {
        this.plan = plan;
        this.trial = trial;
        this.files = files;
        control = new LoadControl(plan.threads());
    }

    /**
     * Opens the files, lays out those that are not there, and has the threads ready.
     *
     * @param asked whether somebody wants it to end, looked at while files are laid out
     * @throws PlanRefused when it cannot be done as it was asked for; no file has changed
     * @throws IOException when something fails; files that were laid out are removed again
     */
    public static FileLoad open(LoadPlan plan, BooleanSupplier asked) throws IOException {
        return open(plan, asked, (_, _) -> {});
    }

    /**
     * The same, telling how far the laying out is.
     *
     * @param progress is told on the thread that calls
     */
    public static FileLoad open(LoadPlan plan, BooleanSupplier asked, LayoutProgress progress)
            throws IOException {
        requireMachine(plan);
        Workload workload = plan.workload();
        List<Long> bytesThere = new ArrayList<>();
        for (Path path : workload.files()) {
            bytesThere.add(TestFile.check(path, workload));
        }
        FreeSpace.require(workload, bytesThere);
        Uring.open(plan.ring().config()).close(); // refused here, before anything is laid out
        List<TestFile> files = new ArrayList<>();
        List<Path> made = new ArrayList<>();
        try {
            for (int i = 0; i < bytesThere.size(); i++) {
                Path path = workload.files().get(i);
                boolean direct = plan.ring().direct();
                if (bytesThere.get(i) == 0) {
                    FileLayout.write(path, workload, asked, progress);
                    made.add(path);
                }
                files.add(TestFile.open(path, bytesThere.get(i), workload, direct));
            }
            Trial trial = Trial.of(plan.ring(), files, workload.blockBytes());
            FileLoad load = new FileLoad(plan.with(trial.use()), trial, files);
            load.prepare();
            return load;
        } catch (Throwable t) {
            files.forEach(TestFile::close);
            for (Path path : made) {
                Files.delete(path);
            }
            throw t;
        }
    }

    private static void requireMachine(LoadPlan plan) throws IOException {
        BitSet allowed = Affinity.allowedCpus();
        for (int cpu : plan.cpus()) {
            if (cpu < 0 || !allowed.get(cpu)) {
                throw new PlanRefused(
                        "Processor " + cpu + " is not one of those allowed here, " + allowed);
            }
        }
        long bytes = (long) plan.ring().depth() * plan.workload().blockBytes() * plan.threads();
        long free = Machine.availableBytes();
        if (free > 0 && bytes > free) {
            throw new PlanRefused(
                    ("The blocks in flight take %d bytes of memory, and %d are free; choose smaller"
                                    + " blocks, less depth or fewer threads")
                            .formatted(bytes, free));
        }
    }

    private void prepare() throws IOException {
        boolean guarded = plan.workload().verified() && plan.workload().mode().writes();
        int count = plan.threads();
        List<Region[]> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(regions(i, guarded));
        }
        for (int i = 0; i < count; i++) {
            LoadThread work = new LoadThread(plan, i, all.get(i), ios(i, all.get(i)), control);
            works.add(work);
            threads.add(Thread.ofPlatform().daemon().name("load " + i).start(work));
        }
        try {
            control.awaitReady();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            control.fail(e);
        }
        Throwable failure = control.failure();
        if (failure != null) {
            end();
            throw failure instanceof IOException told ? told : new IOException(failure);
        }
    }

    private Region[] regions(int thread, boolean guarded) throws PlanRefused {
        int blockBytes = plan.workload().blockBytes();
        Region[] regions = new Region[files.size()];
        for (int i = 0; i < regions.length; i++) {
            TestFile file = files.get(i);
            long blocks = file.bytes() / blockBytes;
            if (blocks < plan.threads()) {
                throw new PlanRefused(
                        "%s has %d blocks of %d bytes, fewer than there are threads, %d"
                                .formatted(file.path(), blocks, blockBytes, plan.threads()));
            }
            if (guarded && blocks / plan.threads() > GUARDED_BLOCKS_MAX) {
                throw new PlanRefused(
                        "%s has too many blocks for a thread to remember; take larger ones, or more threads"
                                .formatted(file.path()));
            }
            int number = plan.ring().fixed() ? i : file.descriptor().number();
            regions[i] = new Region(file, number, blockBytes, thread, plan.threads(), guarded);
        }
        return regions;
    }

    private long ios(int thread, Region[] regions) {
        LoadPlan.Limits limits = plan.limits();
        if (limits.ios() > 0) {
            return LoadPlan.share(limits.ios(), thread, plan.threads());
        }
        long blocks = 0;
        for (Region region : regions) {
            blocks += region.blocks();
        }
        return limits.runtimeNanos() > 0 ? Long.MAX_VALUE : blocks;
    }

    /** The plan as it is carried out: what could not be had is left out. */
    public LoadPlan plan() {
        return plan;
    }

    @Override
    public AccessMode mode() {
        return plan.workload().mode();
    }

    @Override
    public int ioBytes() {
        return plan.workload().blockBytes();
    }

    @Override
    public boolean isVerified() {
        return plan.workload().verified();
    }

    /** What was left out and why, a sentence each, without full stops. */
    public List<String> notes() {
        return trial.notes();
    }

    /** The flags of the rings. */
    public Set<SetupFlag> flags() {
        return trial.flags();
    }

    /** Bytes that are used of all files together. */
    public long bytes() {
        return files.stream().mapToLong(TestFile::bytes).sum();
    }

    @Override
    public void begin() {
        control.begin();
    }

    @Override
    public void stop() {
        if (!isDone()) {
            interrupted = true;
            control.stop();
        }
    }

    @Override
    public boolean isInterrupted() {
        return interrupted;
    }

    @Override
    public boolean isDone() {
        return control.running() == 0;
    }

    @Override
    public boolean isReadingBack() {
        return !isDone() && works.stream().allMatch(work -> work.counts().endNanos() != 0);
    }

    @Override
    public @Nullable Throwable failure() {
        return control.failure();
    }

    @Override
    public LoadSample sample() {
        LatencyCounts reads = new LatencyCounts();
        LatencyCounts writes = new LatencyCounts();
        long calls = 0;
        long readBack = 0;
        long begin = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        long now = System.nanoTime();
        for (LoadThread work : works) {
            ThreadCounts counts = work.counts();
            reads.add(counts.reads());
            writes.add(counts.writes());
            calls += counts.calls();
            readBack += counts.readBack();
            begin = Math.min(begin, counts.beginNanos() == 0 ? now : counts.beginNanos());
            end = Math.max(end, counts.endNanos() == 0 ? now : counts.endNanos());
        }
        return new LoadSample(Math.max(0, end - begin), reads, writes, calls, readBack);
    }

    @Override
    public long writtenBlocks() {
        return works.stream().mapToLong(LoadThread::writtenBlocks).sum();
    }

    /** Whether a file lies in memory, however it is read. */
    boolean isInMemory() {
        return files.stream().anyMatch(TestFile::isInMemory);
    }

    @Override
    public long allocatedBytes() {
        return works.stream().mapToLong(work -> work.counts().allocatedBytes()).sum();
    }

    private void end() {
        control.stop();
        control.begin(); // whoever waits for it ends at once
        boolean interrupted = false;
        for (Thread thread : threads) {
            try {
                thread.join(JOIN_MILLIS);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the threads and closes the files; a second call does nothing. */
    @Override
    public void close() {
        end();
        files.forEach(TestFile::close);
    }
}
