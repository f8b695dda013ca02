package dev.ringroad.bench.fileload;

import dev.ringroad.bench.Json;

import java.nio.file.Path;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * What a load on files has done. The time of a read or write is that from its being prepared to the
 * return of the call that brings its completion.
 */
public final class FileReport extends LoadReport {
    private final FileLoad load;

    /** Of this load. */
    public FileReport(FileLoad load) {
        super(load);
        this.load = load;
    }

    @Override
    public String path() {
        LoadPlan plan = load.plan();
        RingUse ring = plan.ring();
        Workload work = plan.workload();
        String flags = load.flags().stream().map(Enum::name).collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%s of %s, %.1f MiB in blocks of %d bytes; %s%n"
                        + "io_uring with %s; files and buffers %s; %s%n",
                work.mode().word(),
                work.files().stream().map(Object::toString).collect(Collectors.joining(", ")),
                load.bytes() / MIB,
                work.blockBytes(),
                inFlight(ring.depth(), plan.threads()),
                flags.isEmpty() ? "no flags" : flags,
                ring.fixed() ? "registered" : "not registered",
                !ring.direct()
                        ? "through the page cache"
                        : load.isInMemory()
                                ? "direct, around the page cache except in tmpfs"
                                : "direct, around the page cache");
    }

    /**
     * A line for how far the laying out of a file is.
     *
     * @param seconds since the begin
     */
    public static String layout(long seconds, Path file, long bytes, long bytesWanted) {
        return String.format(
                Locale.ROOT,
                "%4d s  laying out %s: %.1f of %.1f MiB%n",
                seconds,
                file,
                bytes / MIB,
                bytesWanted / MIB);
    }

    @Override
    protected String costs(LoadSample whole) {
        return String.format(
                Locale.ROOT,
                "%.4f calls of the kernel and %.3f bytes of Java heap for each",
                each(whole, whole.calls()),
                heapBytesEach(whole));
    }

    @Override
    protected void addPlan(StringJoiner object) {
        LoadPlan plan = load.plan();
        Workload work = plan.workload();
        RingUse ring = plan.ring();
        object.add("\"files\": " + quoted(work.files()));
        object.add("\"bytes\": " + load.bytes());
        object.add("\"block_bytes\": " + work.blockBytes());
        object.add("\"depth\": " + ring.depth());
        object.add("\"batch\": " + ring.batch());
        object.add("\"awaited\": " + ring.awaited());
        object.add("\"threads\": " + plan.threads());
        object.add("\"seed\": " + work.seed());
        object.add("\"flags\": " + quoted(load.flags()));
        object.add("\"fixed\": " + ring.fixed());
        object.add("\"direct\": " + ring.direct());
        object.add("\"left_out\": " + quoted(load.notes()));
    }

    @Override
    protected void addCosts(StringJoiner object, LoadSample whole) {
        object.add("\"calls_each\": " + Json.number(each(whole, whole.calls())));
    }
}
