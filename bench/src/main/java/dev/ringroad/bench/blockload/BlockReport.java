package dev.ringroad.bench.blockload;

import dev.ringroad.bench.Json;
import dev.ringroad.bench.fileload.LoadReport;
import dev.ringroad.bench.fileload.LoadSample;

import java.util.Locale;
import java.util.StringJoiner;

/**
 * What a load on a block device has done. The time of a read or write is that from its being
 * submitted to the poll that completes it.
 */
public final class BlockReport extends LoadReport {
    private final BlockLoad load;

    /** Of this load. */
    public BlockReport(BlockLoad load) {
        super(load);
        this.load = load;
    }

    @Override
    public String path() {
        BlockPlan plan = load.plan();
        return String.format(
                Locale.ROOT,
                "%s of %s, %.1f MiB in pieces of %d bytes; %s%n",
                plan.mode().word(),
                load.device().name(),
                plan.usedBytes(load.device()) / MIB,
                plan.ioBytes(),
                inFlight(plan.depth(), plan.threads()));
    }

    @Override
    protected String costs(LoadSample whole) {
        return String.format(Locale.ROOT, "%.3f bytes of Java heap for each", heapBytesEach(whole));
    }

    @Override
    protected void addPlan(StringJoiner object) {
        BlockPlan plan = load.plan();
        object.add("\"device\": " + Json.quote(load.device().name()));
        object.add("\"bytes\": " + plan.usedBytes(load.device()));
        object.add("\"block_bytes\": " + plan.ioBytes());
        object.add("\"depth\": " + plan.depth());
        object.add("\"threads\": " + plan.threads());
        object.add("\"seed\": " + plan.seed());
    }

    /** What the device has to say itself. */
    @Override
    protected void addCosts(StringJoiner object, LoadSample whole) {
        object.add("\"warnings\": " + quoted(load.device().warnings()));
    }
}
